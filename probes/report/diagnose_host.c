/* The lowest layers: the daemon on this machine, and the other host. */
#include "probes/base/text.h"
#include "probes/report/diagnose_lines.h"

#include <math.h>

enum mark diagnose_daemon(const struct walk *walk, struct layer_report *layer_report)
{
	const struct daemon *daemon = &walk->snapshot->daemon;
	char *line, span[32];
	size_t warnings = 0;

	if (walk->is_outside)
		return line_say(layer_report, MARK_SKIPPED, "no part of the way there");
	if (!daemon->is_known)
		return line_say(layer_report, MARK_UNKNOWN,
			*daemon->trouble ? daemon->trouble : "tailscaled was not heard");
	line = line_new(layer_report);
	line_add(line, "%s", *daemon->backend_state ? daemon->backend_state : "in an unknown state");
	if (*daemon->version)
		line_add(line, "tailscaled %s", daemon->version);
	if (*daemon->via)
		line_add(line, "by %s", daemon->via);
	line_add(line, daemon->has_tun ? "TUN" : "userspace networking");
	if (*daemon->home_derp)
		line_add(line, "home DERP %s", daemon->home_derp);
	if (!isnan(daemon->age_ms))
		line_add(line, "status %s old", text_span(span, sizeof(span), (int64_t)daemon->age_ms));
	while (daemon->health && daemon->health[warnings])
		warnings++;
	if (warnings)
		line_add(line, "%zu health warning%s", warnings, warnings > 1 ? "s" : "");
	if (*daemon->trouble)
		line_say(layer_report, MARK_NOTE, daemon->trouble);
	return MARK_OK;
}

enum mark diagnose_host(const struct walk *walk, struct layer_report *layer_report)
{
	const struct peer *peer = walk->peer;
	int64_t now = walk->snapshot->taken.wall_ms;
	char *line;

	if (!peer)
		return line_say(layer_report, walk->is_outside || walk->is_own ? MARK_SKIPPED : MARK_UNKNOWN,
			walk->is_own       ? "this machine, by its loopback"
			: walk->is_outside ? "outside the tailnet"
					   : "no peer of that name or address");
	line = line_new(layer_report);
	line_add(line, peer->is_self ? "this machine" : peer->is_online ? "online" : "offline");
	if (*peer->os)
		line_add(line, "%s", peer->os);
	if (!peer->is_online)
		line_ago(line, "last seen ", now, peer->last_seen);
	line_ago(line, "last handshake ", now, peer->last_handshake);
	line_until(line, "node key", now, peer->key_expiry);
	return peer->is_online || peer->is_self ? MARK_OK : MARK_NOTE;
}
