/* Rules about a machine of the tailnet and the path to it. */
#include "probes/base/text.h"
#include "probes/ledger/links.h"
#include "probes/ledger/paths.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/ledger/wake.h"
#include "probes/verdicts/mtu_blackhole.h"
#include "probes/verdicts/relay_reason.h"
#include "probes/verdicts/rule.h"
#include "probes/verdicts/tailnet_lock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define EXPIRY_NOTICE_MS (14 * DAY_MS)
#define LEFT_MS 7000         /* by then tailscaled has left a path without pongs */
#define PING_FRESH_MS 120000 /* twice their interval */
#define LOSSY_PINGS 20
#define LOSSY_SHARE 0.05
#define FLAPPING_MS INT64_C(600000)
#define CHANGING_HANDS_MS 12000 /* longer than a path takes to fall back to DERP and to be found again */

static bool is_self(const struct evidence *e)
{
	return e->peer == &e->ledger->self;
}

/* Trouble with a peer without servers is only informational. */
static void weigh(const struct evidence *e, struct finding *f)
{
	if (e->peer->has_served || is_self(e))
		return;
	f->severity = SEVERITY_INFO;
	if (f->state == STATE_WARN)
		f->state = STATE_OK;
}

static bool has_expired(const struct evidence *e, struct finding *f)
{
	int64_t expiry = e->peer->obs->key_expiry;
	char span[32];

	if (!e->peer->obs->is_expired)
		return false;
	if (expiry && expiry < e->now.wall_ms)
		text_set(f->detail, sizeof(f->detail), " %s ago",
			text_span(span, sizeof(span), e->now.wall_ms - expiry));
	weigh(e, f);
	return true;
}

#define WAKE "`curl -fsS -d mac=%{mac} http://%{value}/v0/wol`; "
#define STILL_ASLEEP "; if %{peer} stays away, start it, or Tailscale on it, by hand"

static const char wake_by_peer[] = WAKE "it asks %{helper}, which seems to be on the same network, to send a "
					"wake-on-LAN packet" STILL_ASLEEP,
		  wake_by_us[] = WAKE "this machine, which seems to be on the same network, then sends a "
				      "wake-on-LAN packet" STILL_ASLEEP;

const struct other_fix peer_fixes[] = {
	{ CODE_HOST_OFFLINE, wake_by_peer },
	{ CODE_HOST_OFFLINE, wake_by_us },
	{ NULL, NULL },
};

static void say_who_wakes(const struct evidence *e, struct finding *f)
{
	const struct known_peer *helper = wake_helper(e->ledger, e->peer);

	if (!helper)
		return;
	f->fix = helper == &e->ledger->self ? wake_by_us : wake_by_peer;
	peer_short_name(e->ledger, helper->obs, f->helper, sizeof(f->helper));
	text_set(f->value, sizeof(f->value), "%s:%d", helper->obs->addresses[0], helper->obs->peerapi_port);
}

static bool is_offline(const struct evidence *e, struct finding *f)
{
	int64_t seen = e->peer->obs->last_seen;
	char span[32];

	if (!peer_is_away(e->ledger, e->peer))
		return false;
	if (seen && seen < e->now.wall_ms)
		text_set(f->detail, sizeof(f->detail), ": last seen %s ago",
			text_span(span, sizeof(span), e->now.wall_ms - seen));
	say_who_wakes(e, f);
	weigh(e, f);
	return true;
}

static bool is_unreachable(const struct evidence *e, struct finding *f)
{
	bool was_heard = when_known(e->peer->heard) && when_since(e->peer->heard, e->now) < CHANGING_HANDS_MS;

	(void)f;
	return !is_self(e) && e->peer->obs->is_online && e->peer->silent_endpoints && e->peer->ping_lost &&
	       !was_heard && !tailnet_lock_keeps_us_out(e->ledger);
}

/* Without a server there, only --doctor pings a peer: one lost pair of pings is a hint. WireGuard-only peers
 * (Mullvad) answer no pings. */
static bool may_be_unreachable(const struct evidence *e, struct finding *f)
{
	bool was_heard = when_known(e->peer->heard) && when_since(e->peer->heard, e->now) < CHANGING_HANDS_MS;

	f->is_inferred = true;
	return !is_self(e) && e->peer->obs->is_online && !e->peer->obs->is_mullvad && e->peer->ping_lost &&
	       !e->peer->has_served && !was_heard;
}

/* tailscaled leaves a path 6.5 s after its last pong. It keeps this one, although neither connects nor a
 * ping inside the tunnel are answered on it, while a ping by another path is. */
static bool is_broken(const struct evidence *e, struct finding *f)
{
	const struct known_ping *pings = e->peer->pings;

	if (is_self(e) || e->peer->kind != PATH_DIRECT || e->peer->candidate_polls ||
		!e->peer->silent_endpoints || !pings || !isnan(pings[PING_TSMP].ms) ||
		tailnet_lock_keeps_us_out(e->ledger) ||
		(pings[PING_DISCO].way != PATH_DERP && pings[PING_DISCO].way != PATH_PEER_RELAY))
		return false;
	if (when_since(pings[PING_TSMP].at, e->now) > PING_FRESH_MS ||
		when_since(pings[PING_DISCO].at, pings[PING_TSMP].at) < 0 ||
		when_since(e->peer->kind_since, pings[PING_DISCO].at) < 0 ||
		when_since(pings[PING_DISCO].at, e->ledger->status_at) < LEFT_MS)
		return false;
	text_set(f->detail, sizeof(f->detail),
		"neither connections nor a ping inside the tunnel are answered, while a ping by %s is",
		pings[PING_DISCO].by);
	weigh(e, f);
	return true;
}

static bool loses_large(const struct evidence *e, struct finding *f)
{
	double small, large;

	if (is_self(e) || !mtu_blackhole_to(e->ledger, e->peer, e->now, &small, &large))
		return false;
	text_set(
		f->detail, sizeof(f->detail), "answers of %.0f bytes come, those of %.0f hang", small, large);
	f->is_inferred = true;
	return true;
}

static bool expires_soon(const struct evidence *e, struct finding *f)
{
	int64_t left = e->peer->obs->key_expiry - e->now.wall_ms;
	char span[32];

	if (!e->peer->obs->key_expiry || e->peer->obs->is_expired || left < 0 || left > EXPIRY_NOTICE_MS)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", text_span(span, sizeof(span), left));
	weigh(e, f);
	return true;
}

/* Adds the round trip, and what it is more than by a direct path that was measured before. */
static void say_price(const struct known_peer *peer, struct finding *f)
{
	double rtt = peer->rtt ? series_percentile(peer->rtt, 0.5) : NAN;
	char price[32];

	if (isnan(rtt))
		return;
	if (isnan(peer->best_direct_ms))
		text_add(f->detail, sizeof(f->detail), " (round trip %s ms)",
			text_ms(price, sizeof(price), rtt));
	else if (rtt > peer->best_direct_ms)
		text_add(f->detail, sizeof(f->detail), " (%s ms slower than its direct path)",
			text_ms(price, sizeof(price), rtt - peer->best_direct_ms));
}

static bool is_failing(const struct evidence *e, struct finding *f)
{
	if (is_self(e) || !path_is_failing(e->ledger, e->peer, e->now, f->detail, sizeof(f->detail)))
		return false;
	weigh(e, f);
	return true;
}

static bool is_lossy(const struct evidence *e, struct finding *f)
{
	double pings,
		loss = link_of_peer(e->ledger, e->peer) ? link_loss(e->peer->packet_state, &pings) : NAN;

	if (e->peer->kind == PATH_IDLE || isnan(loss) || pings < LOSSY_PINGS || loss < LOSSY_SHARE)
		return false;
	text_set(f->detail, sizeof(f->detail), "%.0f of %.0f pings (%.0f %%)", loss * pings, pings,
		loss * 100);
	weigh(e, f);
	return true;
}

static bool is_flapping(const struct evidence *e, struct finding *f)
{
	int64_t span_ms = e->now.mono_ms - e->peer->changed_ms[0];
	char span[32];

	if (e->peer->changes < FLAPS || span_ms > FLAPPING_MS)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", text_span(span, sizeof(span), span_ms));
	weigh(e, f);
	return true;
}

static bool is_relayed(const struct evidence *e, struct finding *f)
{
	struct relay_reason reason;

	if (!path_is_relayed(e->peer, e->now))
		return false;
	relay_reason_of(e->ledger, e->peer, e->now, &reason);
	say_price(e->peer, f);
	text_add(f->detail, sizeof(f->detail), ": %s",
		*reason.code ? reason.text : "no direct path, for no known reason");
	f->fix = *reason.fix ? reason.fix : NULL;
	weigh(e, f);
	return true;
}

static bool is_peer_relayed(const struct evidence *e, struct finding *f)
{
	const char *relay = e->peer->obs->peer_relay, *end = strstr(relay, ":vni:");

	if (e->peer->kind != PATH_PEER_RELAY || e->peer->kind_polls < 2)
		return false;
	text_set(f->detail, sizeof(f->detail), " %.*s", (int)(end ? end - relay : (ptrdiff_t)strlen(relay)),
		relay);
	return true;
}

/* A single request without an answer says nothing. */
static bool has_no_gpu_figures(const struct evidence *e, struct finding *f)
{
	const struct known_gpus *gpus = e->peer->gpus;

	if (!gpus || gpus->trouble == GPU_FINE || (gpus->trouble == GPU_NO_ANSWER && gpus->failures < 2))
		return false;
	gpu_trouble_text(f->detail, sizeof(f->detail), gpus->trouble, gpus->status);
	return true;
}

const struct rule peer_rules[] = {
	{ CODE_KEY_EXPIRED, LAYER_HOST, SEVERITY_DOWN, STATE_OFFLINE, has_expired,
		"the node key of %{peer} expired%{detail}: it cannot be reached until it is renewed",
		"on %{peer}: %{renew}", true },
	{ CODE_HOST_OFFLINE, LAYER_HOST, SEVERITY_DOWN, STATE_OFFLINE, is_offline,
		"%{peer} is offline%{detail}", "wake %{peer}, or start Tailscale on it", true },
	{ CODE_HOST_UNREACHABLE, LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, is_unreachable,
		"%{peer} is online, but neither connections nor pings get through: it is frozen or cut off",
		"on %{peer}: %{restart}; this helps only if the machine itself still responds", true },
	{ CODE_HOST_UNREACHABLE, LAYER_PATH, SEVERITY_INFO, STATE_UNKNOWN, may_be_unreachable,
		"%{peer} is online, but answers neither a disco nor a TSMP ping: "
		"it may be frozen or cut off",
		"`tailscale ping %{peer}`", true },
	{ CODE_PATH_BROKEN, LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, is_broken,
		"the direct path to %{peer} carries nothing, yet tailscaled keeps it: %{detail}",
		"`%{sudo}tailscale debug rebind`; do the same on %{peer}: both then look for another path; "
		"if it comes back, a firewall or NAT on that path drops its UDP mapping",
		true },
	{ CODE_MTU_BLACKHOLE, LAYER_PATH, SEVERITY_DOWN, STATE_FAULT, loses_large,
		"large packets from %{peer} probably get lost on the way: %{detail}",
		"let ICMP \"fragmentation needed\" through, or lower the MTU of the router, PPPoE or VPN "
		"under the tunnel, or set TS_DEBUG_MTU=1200 for tailscaled on both ends",
		true },
	{ CODE_PATH_FAILING, LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW, is_failing,
		"the path to %{peer} is failing: %{detail}; traffic may be lost until tailscaled leaves it",
		"wait a few seconds; if it goes on, check whether UDP is blocked or the link to %{peer} is "
		"down", false },
	{ CODE_PATH_FLAPPING, LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW, is_flapping,
		"the path to %{peer} changed between direct and relayed 4 times within %{detail}",
		"`tailscale netcheck`; do the same on %{peer}: look for a link that comes and goes, or a "
		"NAT that drops its mappings",
		false },
	{ CODE_PATH_LOSSY, LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW, is_lossy,
		"the path to %{peer} loses pings: %{detail} were not answered",
		"look for weak Wi-Fi or a full uplink at either end", false },
	{ CODE_RELAYED, LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW, is_relayed,
		"traffic to %{peer} goes through DERP %{derp}%{detail}",
		"`tailscale netcheck`; do the same on %{peer}: it tells which side blocks UDP; then allow "
		"UDP 41641 to and from both ends",
		false },
	{ CODE_PEER_RELAYED, LAYER_PATH, SEVERITY_INFO, STATE_OK, is_peer_relayed,
		"traffic to %{peer} goes through the peer relay%{detail}: no direct path", "", false },
	{ CODE_KEY_EXPIRING, LAYER_HOST, SEVERITY_DEGRADED, STATE_WARN, expires_soon,
		"the node key of %{peer} expires in %{detail}",
		"on %{peer}: %{renew}; or disable key expiry for it in the admin console", false },
	{ CODE_GPU_UNREAD, LAYER_HOST, SEVERITY_INFO, STATE_OK, has_no_gpu_figures,
		"no GPU figures of %{peer}: the exporter %{detail}", "", false },
	{ 0 },
};
