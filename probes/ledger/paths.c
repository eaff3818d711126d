/* Path history from the daemon: the last pong, and changes before this program started.
 *
 * An old report does not say how old the last pong is now, so pong ages are taken from fresh reports only. */
#include "probes/ledger/paths.h"

#include "probes/base/text.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/links.h"
#include "probes/ledger/packet_state.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FRESH_MS 5000
#define DOUBT_MS 10000 /* after a change, a path is asked for again for this long */
#define ASK_GAP_MS 1000
#define CHANGE_MS 8000

void path_see_history(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_path_history *history = observation->path_history;
	struct known_peer *peer = peer_find(ledger, history->peer_id);
	struct path_history *path_history;

	if (!peer || peer == &ledger->self)
		return;
	if (!peer->path_history)
		peer->path_history = mem_alloc(sizeof(*peer->path_history));
	path_history = peer->path_history;
	path_history->reported = now;
	path_history->pong_at = history->pong_at;
	path_history->is_silent = history->was_regular && now.wall_ms - history->pong_at > PONG_LOST_MS &&
				  now.wall_ms - history->pong_at < PATH_RESTS_MS;
	path_history->changes = 0;
	for (size_t i = 0; i < history->change_count; i++)
		path_history->changes += history->changes[i] < ledger->begun.wall_ms;
}

static bool has_fresh_history(const struct known_peer *peer, struct when now)
{
	return peer->path_history && when_known(peer->path_history->reported) &&
	       when_since(peer->path_history->reported, now) <= FRESH_MS;
}

double path_pong_age_ms(const struct known_peer *peer, struct when now)
{
	if (!has_fresh_history(peer, now) || !peer->path_history->pong_at ||
		peer->path_history->pong_at > now.wall_ms)
		return NAN;
	return (double)(now.wall_ms - peer->path_history->pong_at);
}

/* ---- a path that fails ---- */

static bool has_direct_path(const struct known_peer *peer)
{
	return peer->kind == PATH_DIRECT || peer->kind == PATH_PEER_RELAY;
}

/* Only pongs of the current path count: those of a path that it replaced are no longer expected. */
static bool is_silent_now(const struct known_peer *peer, struct when now)
{
	return has_fresh_history(peer, now) && peer->path_history->is_silent &&
	       peer->path_history->pong_at >= peer->kind_since.wall_ms;
}

static void say_miss(int64_t ago_ms, char *how, size_t size)
{
	char span[32];

	text_span(span, sizeof(span), ago_ms);
	snprintf(how, size, "a ping %s%s got no pong (seen in packets)", ago_ms < 1000 ? "just now" : span,
		ago_ms < 1000 ? "" : " ago");
}

/* Packets decide if they show that path; otherwise the daemon, while its report is fresh. */
bool path_is_failing(
	const struct ledger *ledger, const struct known_peer *peer, struct when now, char *how, size_t size)
{
	const struct known_link *link = has_direct_path(peer) ? link_of_peer(ledger, peer) : NULL;
	char span[32];

	if (!has_direct_path(peer) || (link ? !link->missed_us : !is_silent_now(peer, now)))
		return false;
	if (link)
		say_miss(now.wall_ms - link->missed_us / 1000, how, size);
	else
		snprintf(how, size, "no pong for %s (by tailscaled's memory)",
			text_span(span, sizeof(span), now.wall_ms - peer->path_history->pong_at));
	return true;
}

/* ---- whose history to ask for ---- */

static bool is_in_doubt(const struct known_peer *peer, struct when now)
{
	bool is_silent = has_fresh_history(peer, now) && peer->path_history->is_silent;
	bool has_changed =
		peer->candidate_polls || (peer->changes && when_since(peer->kind_since, now) < DOUBT_MS);

	return has_direct_path(peer) && (is_silent || has_changed);
}

/* If packets show the present, the daemon is asked only once, for what was before. */
static bool wants_asking(const struct ledger *ledger, const struct known_peer *peer)
{
	bool is_seen = ledger->capture.state == CAPTURE_RUNNING && peer->packet_state;

	return peer->has_served && has_direct_path(peer) && !(is_seen && peer->path_history);
}

static int64_t asked_at(const struct known_peer *peer)
{
	return peer->path_history ? peer->path_history->asked.mono_ms : INT64_MIN;
}

const struct obs_peer *path_start_history(struct ledger *ledger, struct when now)
{
	struct known_peer *next = NULL;
	bool is_urgent = false;

	for (size_t i = 0; i < ledger->peer_count; i++) {
		struct known_peer *peer = &ledger->peers[i];
		bool is_doubted = is_in_doubt(peer, now);

		if (!is_doubted && (is_urgent || !wants_asking(ledger, peer)))
			continue;
		if (peer->path_history && when_since(peer->path_history->asked, now) < ASK_GAP_MS)
			continue;
		if (!next || (is_doubted && !is_urgent) || asked_at(peer) < asked_at(next)) {
			next = peer;
			is_urgent = is_urgent || is_doubted;
		}
	}
	if (!next)
		return NULL;
	if (!next->path_history)
		next->path_history = mem_alloc(sizeof(*next->path_history));
	next->path_history->asked = now;
	return next->obs;
}

/* While a path changes or fails, everything sent is lost for seconds: silence then says nothing about a
 * server. */
bool path_is_changing(const struct ledger *ledger, const char *peer_id, struct when now)
{
	const struct known_peer *peer = peer_find(ledger, peer_id);

	return peer && peer->kind != PATH_IDLE &&
	       (peer->candidate_polls || (peer->changes && when_since(peer->kind_since, now) < CHANGE_MS) ||
		       path_is_failing(ledger, peer, now, NULL, 0));
}

/* A dead peer looks relayed too: it is active and has no address. */
bool path_is_relayed(const struct known_peer *peer, struct when now)
{
	bool is_proven = peer_was_heard(peer, now) && when_since(peer->kind_since, peer->heard) >= 0;

	return peer->kind == PATH_DERP && peer->kind_polls >= 2 && is_proven;
}
