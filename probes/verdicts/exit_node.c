#include "probes/verdicts/exit_node.h"

#include "probes/base/text.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/peers.h"

#include <string.h>

bool exit_node_is_gone(const struct ledger *ledger, char *text, size_t size)
{
	const struct obs_status *status = ledger->status;
	const struct known_peer *peer;
	char name[TEXT_CAP];
	const char *id;

	if (!daemon_runs(ledger))
		return false;
	id = *status->exit_node ? status->exit_node : ledger->prefs ? ledger->prefs->exit_node : "";
	if (!*id || strchr(id, ':') || status->exit_node_online == TRI_YES) /* "auto:any" is no id */
		return false;
	peer = peer_find(ledger, id);
	if (peer && !peer_is_away(ledger, peer))
		return false;
	if (peer)
		text_set(text, size, "%s is offline", peer_short_name(ledger, peer->obs, name, sizeof(name)));
	else
		text_set(text, size, "(%s) is not in the tailnet any more", id);
	return true;
}
