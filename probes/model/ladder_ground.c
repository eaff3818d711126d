/* What the lower rungs show: the daemon on this machine, the other host, the way between the two. */
#include "probes/model/ladder_evidence.h"

#include "probes/base/text.h"

#include <math.h>

enum mark see_daemon(const struct climb *climb, struct rung *rung)
{
	const struct daemon *daemon = &climb->snapshot->daemon;
	char *line, span[32];
	size_t warnings = 0;

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
		return rung_say(rung, MARK_SKIPPED,
			climb->is_own ? "this machine, by its loopback" : "outside the tailnet");
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

static void say_kind(const struct climb *climb, struct rung *rung)
{
	const struct path *path = &climb->peer->path;
	char *line = rung_line(rung), span[32];

	switch (path->kind) {
	case PATH_DIRECT:
		line_add(line, "direct, %s", path->endpoint);
		break;
	case PATH_PEER_RELAY:
		line_add(line, "through the peer relay %s", path->via);
		break;
	case PATH_DERP:
		line_add(line, "through DERP %s", path->via);
		break;
	case PATH_IDLE:
		line_add(line, "idle: no traffic, so that tailscaled keeps no way open");
		break;
	case PATH_OFFLINE:
		line_add(line, "none: it is offline");
		break;
	case PATH_UNKNOWN:
	case PATH_COUNT:
		line_add(line, "not told by tailscaled");
		break;
	}
	if (path->since && path->kind != PATH_IDLE && path->kind != PATH_OFFLINE)
		line_add(line, "for %s",
			text_span(span, sizeof(span), climb->snapshot->taken.wall_ms - path->since));
	line_number(line, "changed ", path->changes, path->changes == 1 ? " time" : " times");
}

static void say_times(const struct path *path, struct rung *rung)
{
	char *line, span[32];

	if (isnan(path->rtt_ms) && isnan(path->loss) && isnan(path->pong_age_ms))
		return;
	line = rung_line(rung);
	line_ms(line, "RTT ", path->rtt_ms);
	line_ms(line, "p95 ", path->rtt_p95_ms);
	line_ms(line, "jitter ", path->jitter_ms);
	if (*path->rtt_source)
		text_add(line, LADDER_LINE_MAX, " (by %s)", path->rtt_source);
	if (!isnan(path->loss))
		line_add(line, "loss %.1f %%", path->loss * 100);
	if (!isnan(path->pong_age_ms))
		line_add(line, "last pong %s ago, seen by %s",
			text_span(span, sizeof(span), (int64_t)path->pong_age_ms), path->pong_source);
}

/* What tailscaled answered when it was asked to ping. */
static void say_pings(const struct climb *climb, struct rung *rung)
{
	static const char *const names[PING_KINDS] = { "disco ping", "TSMP ping" };
	char *line = rung_line(rung), number[32];

	for (int kind = 0; kind < PING_KINDS; kind++) {
		const struct ping *ping = &climb->peer->pings[kind];

		if (!ping->at)
			continue;
		if (isnan(ping->ms))
			line_add(line, "%s: no answer", names[kind]);
		else
			line_add(line, "%s: %s ms%s%s", names[kind],
				text_ms(number, sizeof(number), ping->ms), *ping->by ? ", " : "", ping->by);
	}
	if (!*line)
		line_add(line, "ping: not asked%s", climb->snapshot->is_passive ? " (--passive)" : "");
}

enum mark see_path(const struct climb *climb, struct rung *rung)
{
	if (!climb->peer || climb->peer->is_self)
		return rung_say(rung, MARK_SKIPPED,
			climb->is_own ? "this machine: no tailnet between" : "outside the tailnet");
	say_kind(climb, rung);
	say_times(&climb->peer->path, rung);
	say_pings(climb, rung);
	return climb->peer->path.kind == PATH_UNKNOWN ? MARK_UNKNOWN : MARK_OK;
}
