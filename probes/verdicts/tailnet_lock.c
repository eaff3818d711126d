#include "probes/verdicts/tailnet_lock.h"

#include "probes/base/text.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/state.h"
#include "probes/model/names.h"
#include "probes/verdicts/health.h"

bool tailnet_lock_keeps_us_out(const struct ledger *ledger)
{
	const struct obs_lock *lock = ledger->lock;

	if (!daemon_runs(ledger))
		return false;
	return health_line(ledger, HEALTH_LOCK) ||
	       (lock && lock->is_enabled == TRI_YES && lock->is_signed == TRI_NO);
}

const struct obs_unsigned *tailnet_lock_hides(const struct ledger *ledger, const char *host)
{
	const struct obs_lock *lock = ledger->lock;

	if (!lock || lock->is_enabled != TRI_YES)
		return NULL;
	for (size_t i = 0; i < lock->unsigned_count; i++) {
		const struct obs_unsigned *peer = &lock->unsigned_peers[i];
		const struct names names = { .fqdn = peer->fqdn,
			.suffix = ledger->status ? ledger->status->magicdns_suffix : "",
			.addresses = peer->addresses };

		if (names_mean(&names, host))
			return peer;
	}
	return NULL;
}

const char *tailnet_lock_own_key(const struct ledger *ledger)
{
	if (ledger->lock && *ledger->lock->node_key)
		return ledger->lock->node_key;
	return ledger->status ? ledger->status->node_key : "";
}

const char tailnet_lock_sign[] = "on a signing node: `sudo tailscale lock sign %{value}`";

const char tailnet_lock_sign_here[] = "`%{sudo}tailscale lock sign %{value}`";

void tailnet_lock_choose_fix(const struct ledger *ledger, const char *node_key, struct finding *finding)
{
	if (!*node_key)
		return;
	text_set(finding->value, sizeof(finding->value), "%s", node_key);
	finding->fix = ledger->lock && ledger->lock->is_signing ? tailnet_lock_sign_here : tailnet_lock_sign;
}
