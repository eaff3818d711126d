/* Judging goes from the bottom up: this machine's daemon, then all peers, all endpoints, and our own
 * mounts.
 *
 * An endpoint inherits the verdicts of its host; if one of them explains the failure, its own rules are
 * not tried. A state changes only with a verdict: one silence makes none, so a row keeps its state until
 * the second. While the daemon cannot be asked, rows keep the state they had. */
#include "probes/verdicts/judge.h"

#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/engine.h"
#include "probes/ledger/clients.h"
#include "probes/ledger/gone.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/mounts.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/apply.h"
#include "probes/verdicts/note.h"
#include "probes/verdicts/rule.h"

#include <math.h>
#include <string.h>

#define FIGURES_MS 60000

/* Applies the tables (NULL: none). Returns the verdicts of the row, which begin at first, the worst first. */
static struct span judge_row(struct ledger *ledger, const struct rule *const *tables,
	const struct evidence *evidence, struct open_verdicts *open_verdicts, size_t first)
{
	struct verdict_list *verdicts = &ledger->judged.verdicts;

	if (tables)
		apply_rules(tables, evidence, open_verdicts, ledger->judged.arena, verdicts);
	if (verdicts->count > first)
		apply_sort(verdicts->items + first, verdicts->count - first);
	return (struct span){ first, verdicts->count - first };
}

/* The worst state of the verdicts that are not muted, or base if none is worse. */
static enum state worst_state(const struct ledger *ledger, struct span span, enum state base)
{
	enum state worst = base;

	for (size_t i = 0; i < span.count; i++) {
		const struct verdict *verdict = &ledger->judged.verdicts.items[span.first + i];

		if (!verdict->is_muted && verdict->state > worst)
			worst = verdict->state;
	}
	return worst;
}

/* ---- this machine ---- */

/* The daemon of this machine and its own node. */
static void judge_this_machine(struct ledger *ledger, struct when now)
{
	const struct rule *const tables[] = { daemon_rules, NULL };
	const struct rule *const own[] = { peer_rules, NULL };
	struct evidence evidence = { .ledger = ledger, .now = now };

	ledger->judged.own = judge_row(ledger, tables, &evidence, &ledger->open_verdicts, 0);
	if (daemon_runs(ledger) && ledger->self.obs) {
		evidence.peer = &ledger->self;
		ledger->judged.own = judge_row(ledger, own, &evidence, &ledger->self.open_verdicts, 0);
	}
	note_daemon(ledger, now);
}

/* ---- peers ---- */

/* Marks the peers that serve and counts their silent endpoints, before any rule asks for it. */
static void count_servers(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->peer_count; i++)
		ledger->peers[i].silent_endpoints = 0;
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		const struct known_endpoint *endpoint = ledger->endpoints.items[i];
		struct known_peer *peer = *endpoint->peer_id ? peer_find(ledger, endpoint->peer_id) : NULL;

		if (!peer)
			continue;
		peer->has_served = peer->has_served || endpoint->is_pinned || when_known(endpoint->good);
		peer->silent_endpoints += when_known(endpoint->last.at) && endpoint->misses >= 2 &&
					  endpoint->last.outcome == OUTCOME_CONNECT_TIMEOUT;
	}
}

/* A status that says offline counts at the second time, as with paths; a pong outweighs a status. */
static enum state peer_base(const struct known_peer *peer)
{
	if (peer->obs->is_online || peer->ping_ok || peer->is_proven)
		return STATE_OK;
	return peer->offline_polls < 2 && peer->state != STATE_UNKNOWN ? peer->state : STATE_OFFLINE;
}

static void judge_peer(struct ledger *ledger, struct known_peer *peer, struct when now)
{
	const struct rule *const tables[] = { peer_rules, NULL };
	struct evidence evidence = { .ledger = ledger, .peer = peer, .now = now };

	peer->state_before = peer->state;
	peer->verdicts = (struct span){ 0 };
	if (daemon_is_away(ledger))
		peer->state = STATE_UNKNOWN;
	if (!daemon_runs(ledger))
		return;
	peer->verdicts =
		judge_row(ledger, tables, &evidence, &peer->open_verdicts, ledger->judged.verdicts.count);
	peer->state = worst_state(ledger, peer->verdicts, peer_base(peer));
}

/* In the order of the snapshot. This node was judged with this machine. */
static void judge_peers(struct ledger *ledger, struct when now)
{
	ledger->self.state = STATE_UNKNOWN;
	if (ledger->self.obs)
		ledger->self.state = peer_base(&ledger->self);
	for (size_t i = 0; i < ledger->peer_count; i++) {
		struct known_peer *peer = &ledger->peers[ledger->by_name[i]];

		if (!peer->obs->is_sharee)
			judge_peer(ledger, peer, now);
	}
}

/* ---- endpoints ---- */

/* Adds the verdicts of the host to its endpoint. True: one of them explains the failure. */
static bool inherit(struct ledger *ledger, const struct known_peer *peer)
{
	const char *host = "";
	bool is_explained = false;
	char name[TEXT_CAP];

	if (peer && peer->verdicts.count)
		host = arena_copy(
			ledger->judged.arena, peer_short_name(ledger, peer->obs, name, sizeof(name)));
	for (size_t i = 0; peer && i < peer->verdicts.count; i++) {
		struct verdict verdict = ledger->judged.verdicts.items[peer->verdicts.first + i];

		verdict.cause = host;
		*VEC_PUSH(&ledger->judged.verdicts) = verdict;
		is_explained = is_explained || verdict.explains;
	}
	return is_explained;
}

/* States that no answer makes: when the verdict goes, so does the state. */
static bool is_by_verdict_alone(enum state state)
{
	return state == STATE_SLOW || state == STATE_WARN;
}

/* The state if no verdict says more: that of the last good answer, of this endpoint and of the one through
 * which its engine is queried; otherwise the state it had, since only a verdict makes a fault. SLOW comes
 * from a verdict, most often of the path, and ends with it. */
static enum state endpoint_base(const struct ledger *ledger, const struct known_endpoint *endpoint,
	const struct known_endpoint *queried, struct when now)
{
	bool is_lost = when_known(queried->last.at) && !endpoint_is_good(queried);

	if (gone_holds(ledger, endpoint, now))
		return STATE_OFFLINE;
	if ((endpoint_is_good(endpoint) && !is_lost) || is_by_verdict_alone(endpoint->own_state))
		return STATE_OK;
	return when_known(endpoint->last.at) ? endpoint->own_state : STATE_UNKNOWN;
}

/* Front end, asleep, loading, wants a key: what only an answer tells. */
static bool is_told_by_answer(enum state state)
{
	return state >= STATE_WEB && state <= STATE_AUTH;
}

/* Whether one of its own verdicts says how it is now: then what was wrong before is over. */
static bool has_own_state(const struct ledger *ledger, struct span verdicts)
{
	for (size_t i = 0; i < verdicts.count; i++) {
		const struct verdict *verdict = &ledger->judged.verdicts.items[verdicts.first + i];

		if (!verdict->is_muted && verdict->layer >= LAYER_PORT &&
			(note_is_trouble(verdict->state) || is_told_by_answer(verdict->state)))
			return true;
	}
	return false;
}

static struct evidence evidence_of(
	const struct ledger *ledger, const struct known_endpoint *endpoint, struct when now)
{
	const struct known_mount *mount = mounts_with_url(ledger, endpoint->url);

	return (struct evidence){ .ledger = ledger,
		.endpoint = endpoint,
		.now = now,
		.peer = *endpoint->peer_id ? peer_find(ledger, endpoint->peer_id) : NULL,
		.mount = mount ? mount->obs : NULL,
		.backend = mounts_backend(ledger, mount),
		.queried = mounts_queried(ledger, endpoint) };
}

/* The peer whose verdicts the endpoint inherits: not this machine's own node, nor one that only uses this
 * tailnet. */
static const struct known_peer *host_of(const struct ledger *ledger, const struct known_peer *peer)
{
	return peer && peer != &ledger->self && !peer->obs->is_sharee ? peer : NULL;
}

static void judge_endpoint(struct ledger *ledger, struct known_endpoint *endpoint, struct when now)
{
	static const struct rule *const explained[] = { name_rules, NULL };
	static const struct rule *const tables[] = { name_rules, serve_rules, cause_rules, reach_rules,
		tls_rules, work_rules, http_rules, engine_rules, NULL };
	struct evidence evidence = evidence_of(ledger, endpoint, now);
	const struct known_peer *host = host_of(ledger, evidence.peer);
	size_t first = ledger->judged.verdicts.count;
	enum state state, base = endpoint_base(ledger, endpoint, evidence.queried, now);
	bool is_explained = inherit(ledger, host);

	if (is_explained && host->state == STATE_OFFLINE)
		base = STATE_OFFLINE; /* a muted verdict sets no state */
	endpoint->verdicts = judge_row(
		ledger, is_explained ? explained : tables, &evidence, &endpoint->open_verdicts, first);
	state = worst_state(
		ledger, endpoint->verdicts, has_own_state(ledger, endpoint->verdicts) ? STATE_OK : base);
	if (base == STATE_UNKNOWN && state == STATE_SLOW &&
		ledger->judged.verdicts.items[first].layer < LAYER_PORT)
		state = STATE_UNKNOWN; /* a slow path does not make an endpoint slow that never answered */
	if (!is_explained)
		endpoint->own_state = state;
	note_endpoint(ledger, endpoint, state, is_explained, now);
}

static void judge_unasked(struct ledger *ledger, struct known_endpoint *endpoint, struct when now)
{
	static const struct rule *const tables[] = { unasked_rules, NULL };
	struct evidence evidence = evidence_of(ledger, endpoint, now);

	endpoint->verdicts =
		judge_row(ledger, tables, &evidence, &endpoint->open_verdicts, ledger->judged.verdicts.count);
	/* While tailscaled is only silent, the last state is the best guess. */
	if (endpoint->is_of_tailnet && daemon_is_away(ledger))
		note_endpoint(ledger, endpoint, STATE_UNKNOWN, false, now);
}

/* Figures that were reported a minute ago say nothing about now. */
static void forget_figures(const struct ledger *ledger, struct known_endpoint *endpoint, struct when now)
{
	int64_t most = 3 * ledger->terms.poll_ms;

	if (when_since(endpoint->figured, now) > (most > FIGURES_MS ? most : FIGURES_MS))
		engine_forget(&endpoint->engine);
}

static void judge_endpoints(struct ledger *ledger, struct when now)
{
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		struct known_endpoint *endpoint = ledger->endpoints.items[i];

		forget_figures(ledger, endpoint, now);
		if (endpoint_is_not_asked(ledger, endpoint))
			judge_unasked(ledger, endpoint, now);
		else
			judge_endpoint(ledger, endpoint, now);
	}
}

/* ---- mounts ---- */

static void judge_mounts(struct ledger *ledger, struct when now)
{
	static const struct rule *const tables[] = { mount_rules, NULL };

	for (size_t i = 0; i < ledger->mount_count; i++) {
		struct known_mount *mount = &ledger->mounts[i];
		struct evidence evidence = { .ledger = ledger,
			.mount = mount->obs,
			.now = now,
			.backend = mounts_backend(ledger, mount),
			.endpoint = endpoint_find(ledger, mount->obs->url ? mount->obs->url : "") };

		mount->verdicts = judge_row(
			ledger, tables, &evidence, &mount->open_verdicts, ledger->judged.verdicts.count);
	}
}

void judge(struct ledger *ledger, struct when now)
{
	if (ledger->judged.arena)
		arena_free(ledger->judged.arena);
	ledger->judged.arena = arena_new();
	ledger->judged.verdicts.count = 0;
	count_servers(ledger);
	judge_this_machine(ledger, now);
	judge_peers(ledger, now);
	judge_endpoints(ledger, now);
	judge_mounts(ledger, now);
	note_all(ledger, now);
	clients_note(ledger, now);
}
