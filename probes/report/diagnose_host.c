/* What the lowest rungs show: the daemon on this machine, and the other host. */
#include "probes/report/diagnose_lines.h"

#include "probes/base/text.h"

#include <math.h>

enum mark see_daemon(const struct climb *climb, struct rung *rung)
{
	const struct daemon *daemon = &climb->snapshot->daemon;
	char *line, span[32];
	size_t warnings = 0;

	if (climb->is_outside)
		return rung_say(rung, MARK_SKIPPED, "no part of the way there");
	if (!daemon->is_known)
		return rung_say(
			rung, MARK_UNKNOWN, *daemon->trouble ? daemon->trouble : "tailscaled was not heard");
	line = rung_line(rung);
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
		rung_say(rung, MARK_NOTE, daemon->trouble);
	return MARK_OK;
}

enum mark see_host(const struct climb *climb, struct rung *rung)
{
	const struct peer *peer = climb->peer;
	int64_t now = climb->snapshot->taken.wall_ms;
	char *line;

	if (!peer)
		return rung_say(rung, climb->is_outside || climb->is_own ? MARK_SKIPPED : MARK_UNKNOWN,
			climb->is_own       ? "this machine, by its loopback"
			: climb->is_outside ? "outside the tailnet"
					    : "no peer of that name or address");
	line = rung_line(rung);
	line_add(line, peer->is_self ? "this machine" : peer->is_online ? "online" : "offline");
	if (*peer->os)
		line_add(line, "%s", peer->os);
	if (!peer->is_online)
		line_ago(line, "last seen ", now, peer->last_seen);
	line_ago(line, "last handshake ", now, peer->last_handshake);
	line_until(line, "node key", now, peer->key_expiry);
	return peer->is_online || peer->is_self ? MARK_OK : MARK_NOTE;
}
