/* The page shown instead of Fleet's rows when no server was found: which ports were probed, and how to name one
 * on another port or host. */
#include "tui/views/nobody_serves.h"

#include "probes/report/wording.h"
#include "tui/views/values.h"

#include <string.h>

#define SILENT_SHOWN 5

/* Peers that drop connections, which therefore were not asked for all ports. */
static void say_silent(const struct snapshot *snapshot, struct page *page)
{
	size_t shown = 0;

	for (size_t i = 0; i < snapshot->peer_count && shown < SILENT_SHOWN; i++) {
		const struct peer *peer = &snapshot->peers[i];
		char drops[LINE_BYTES] = "";

		if (!peer->probed.silent || !peer->is_online)
			continue;
		wording_probed(drops, &peer->probed);
		page_line(page, ROLE_TEXT, "  %s: %s", peer->name, drops);
		shown++;
	}
	if (shown)
		page_wrap(page, ROLE_TEXT, "", 0, "Their other ports follow slowly; r asks them all now.");
}

bool nobody_serves_write(const struct snapshot *snapshot, struct page *page)
{
	const struct discovery *discovery = &snapshot->discovery;
	bool is_off = strcmp(discovery->mode, "off") == 0;

	if (view_says_trouble(snapshot, page))
		return true;
	if (snapshot->endpoint_count || snapshot->is_passive || view_is_past(snapshot) ||
		discovery->pending || (!discovery->asked && !is_off))
		return false;
	page_line(page, ROLE_TITLE, "No LLM server was found on this tailnet.");
	page_line(page, ROLE_TEXT, " ");
	if (is_off)
		page_wrap(page, ROLE_TEXT, "", 0, "No peer was asked: discovery is off.");
	else
		page_wrap(page, ROLE_TEXT, "", 0, "Asked:");
	if (!is_off) {
		page_line(page, ROLE_TEXT, "  %zu ports on this machine and %zu peer%s (discover = %s)",
			discovery->asked, discovery->peers, discovery->peers == 1 ? "" : "s",
			discovery->mode);
		page_wrap(page, ROLE_TEXT, "  ports", 8, discovery->ports);
		say_silent(snapshot, page);
		page_wrap(page, ROLE_TEXT, "", 0,
			"The dashboard looks again after 5 minutes, then less often, and at once when you "
			"press r.");
	}
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TEXT, "", 0, "To watch a server on another port or host:");
	page_line(page, ROLE_FIX, "  tsllm-top --endpoint http://HOST:PORT");
	page_wrap(page, ROLE_TEXT, "", 0,
		"A server of this machine can be offered to the tailnet (Ollama: see Serve, key 4):");
	page_line(page, ROLE_FIX, "  %stailscale serve --bg 8080", snapshot->daemon.sudo);
	return true;
}
