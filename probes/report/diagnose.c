/* One climb: the verdicts are laid on their layers, the lowest one that explains a failure is found, and each
 * rung below it has been passed, each above it was not reached. What a rung has to show is written in
 * diagnose_host.c, diagnose_path.c and diagnose_endpoints.c. */
#include "probes/report/diagnose.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/report/diagnose_lines.h"
#include "probes/model/names.h"

#include <stdio.h>
#include <string.h>

static void begin(struct climb *climb, const struct snapshot *snapshot, struct ladder_target target)
{
	*climb = (struct climb){
		.snapshot = snapshot,
		.peer = target.peer < 0 ? NULL : &snapshot->peers[target.peer],
		.endpoint = target.endpoint < 0 ? NULL : &snapshot->endpoints[target.endpoint],
	};
	climb->is_own =
		climb->peer ? climb->peer->is_self : climb->endpoint && endpoint_is_loopback(climb->endpoint);
	climb->is_outside = climb->endpoint && !climb->peer && !climb->endpoint->is_of_tailnet;
}

/* ---- verdicts on their layers ---- */

static bool has_code(const struct rung *rung, const char *code)
{
	for (size_t i = 0; i < rung->verdict_count; i++)
		if (strcmp(rung->verdicts[i]->code, code) == 0)
			return true;
	return false;
}

static bool is_worse(const struct verdict *verdict, const struct verdict *other)
{
	if (verdict->is_muted != other->is_muted)
		return other->is_muted;
	return verdict->severity > other->severity;
}

/* A code once: several doors may have it, and the worst of them is what the rung is like. */
static void lay_one(struct rung *rung, const struct verdict *verdict)
{
	for (size_t i = 0; i < rung->verdict_count; i++)
		if (strcmp(rung->verdicts[i]->code, verdict->code) == 0) {
			if (is_worse(verdict, rung->verdicts[i]))
				rung->verdicts[i] = verdict;
			return;
		}
	if (rung->verdict_count < LADDER_VERDICTS)
		rung->verdicts[rung->verdict_count++] = verdict;
}

/* Those of one layer, or of all with LAYER_COUNT. */
static void lay_on(const struct snapshot *snapshot, struct span span, enum layer layer, struct rung *rung)
{
	for (size_t i = 0; i < span.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[span.first + i];

		if (layer == LAYER_COUNT || verdict->layer == layer)
			lay_one(rung, verdict);
	}
}

static void lay(const struct snapshot *snapshot, struct span span, struct ladder *ladder)
{
	for (int layer = LAYER_DAEMON; span.count && layer < LAYER_COUNT; layer++)
		lay_on(snapshot, span, (enum layer)layer, &ladder->rungs[layer]);
}

bool ladder_owns(const struct snapshot *snapshot, int peer, const struct endpoint *endpoint)
{
	if (endpoint->peer >= 0 || peer < 0)
		return endpoint->peer == peer;
	return snapshot->peers[peer].is_self && endpoint_is_loopback(endpoint);
}

/* Those of this machine: its daemon's, its own host's, and those of its network, which is a step of every
 * path and of none to a door of its own. */
static void lay_own(const struct climb *climb, struct ladder *ladder)
{
	struct span span = climb->snapshot->verdicts;
	enum layer last = climb->peer && !climb->is_own ? LAYER_DAEMON : LAYER_HOST;

	for (size_t i = 0; i < span.count; i++) {
		const struct verdict *verdict = &climb->snapshot->verdict_list[span.first + i];

		if (verdict->layer <= last)
			lay_one(&ladder->rungs[verdict->layer], verdict);
		else if (!climb->is_own || !climb->endpoint)
			lay_one(&ladder->steps[STEP_HERE], verdict);
	}
}

/* Those of the daemon, of the host and of the path also stand with the doors: a peer that only its silent
 * door shows to be unreachable. A door knows more of itself than its mount does, and comes first. */
static void lay_all(const struct snapshot *snapshot, struct ladder_target target, struct ladder *ladder)
{
	if (target.peer >= 0)
		lay(snapshot, snapshot->peers[target.peer].verdicts, ladder);
	for (size_t i = 0; target.endpoint < 0 && target.peer >= 0 && i < snapshot->endpoint_count; i++)
		if (ladder_owns(snapshot, target.peer, &snapshot->endpoints[i]))
			lay(snapshot, snapshot->endpoints[i].verdicts, ladder);
	if (target.endpoint >= 0)
		lay(snapshot, snapshot->endpoints[target.endpoint].verdicts, ladder);
	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (target.endpoint >= 0 ? snapshot->mounts[i].endpoint == target.endpoint
					 : target.peer >= 0 && snapshot->peers[target.peer].is_self)
			lay(snapshot, snapshot->mounts[i].verdicts, ladder);
}

static bool counts(const struct verdict *verdict)
{
	return verdict->severity > SEVERITY_INFO && !verdict->is_muted;
}

/* It keeps a request from getting any higher, whatever the user thinks of it. */
static bool explains(const struct verdict *verdict)
{
	bool is_unasked = verdict->state == STATE_UNKNOWN && verdict->layer == LAYER_HOST;

	return is_unasked || state_blocks(verdict->state);
}

static bool has(const struct rung *rung, bool (*test)(const struct verdict *verdict))
{
	for (size_t i = 0; i < rung->verdict_count; i++)
		if (test(rung->verdicts[i]))
			return true;
	return false;
}

/* The lowest layer that explains why nothing comes from above it; LAYER_COUNT: none does. */
static enum layer find_block(const struct climb *climb, const struct ladder *ladder)
{
	if (!climb->is_outside && strcmp(climb->snapshot->daemon.backend_state, "Running") != 0)
		return LAYER_DAEMON;
	for (int layer = LAYER_DAEMON; layer < LAYER_EXPOSURE; layer++)
		if (has(&ladder->rungs[layer], explains))
			return (enum layer)layer;
	return LAYER_COUNT;
}

static enum mark mark_of(const struct rung *rung, enum mark evidence)
{
	if (has(rung, counts))
		return MARK_BAD;
	if (evidence == MARK_OK && rung->verdict_count)
		return MARK_NOTE;
	return evidence;
}

/* Its worst verdict: one that counts, else one that explains. */
static const struct verdict *worst(const struct rung *rung)
{
	const struct verdict *worst = NULL;

	for (size_t i = 0; i < rung->verdict_count; i++) {
		const struct verdict *verdict = rung->verdicts[i];

		if (!verdict->is_muted && (counts(verdict) || explains(verdict)) &&
			(!worst || verdict->severity > worst->severity))
			worst = verdict;
	}
	return worst;
}

static void take_blame(struct ladder *ladder, const struct verdict *found)
{
	if (found && (!ladder->blame || found->severity > ladder->blame->severity))
		ladder->blame = found;
}

/* What makes the path, where that is reached. */
static void see_steps(const struct climb *climb, struct ladder *ladder)
{
	for (int step = 0; step < STEP_COUNT; step++)
		ladder->steps[step].mark = MARK_SKIPPED;
	if (ladder->block < LAYER_PATH)
		return;
	climb_steps(climb, ladder->steps);
	ladder->steps[STEP_HERE].mark = mark_of(&ladder->steps[STEP_HERE], ladder->steps[STEP_HERE].mark);
}

static enum mark see(const struct climb *climb, struct rung *rung)
{
	static enum mark (*const of_layer[LAYER_COUNT])(const struct climb *climb, struct rung *rung) = {
		[LAYER_DAEMON] = see_daemon,
		[LAYER_HOST] = see_host,
		[LAYER_PATH] = see_path,
		[LAYER_PORT] = see_port,
		[LAYER_TLS] = see_tls,
		[LAYER_HTTP] = see_http,
		[LAYER_ENGINE] = see_engine,
		[LAYER_EXPOSURE] = see_exposure,
	};

	if (rung->layer > LAYER_PATH && !climb->endpoint && climb->snapshot->is_passive)
		return rung_say(rung, MARK_UNKNOWN, "no server of it is known: not asked (--passive)");
	if (rung->layer > LAYER_PATH && !climb->endpoint)
		return rung_say(rung, MARK_SKIPPED, "no server of it is known");
	return of_layer[rung->layer](climb, rung);
}

static enum mark skip(struct rung *rung, enum layer block)
{
	line_add(rung_line(rung), "not checked: see %s", layer_name(block));
	return MARK_SKIPPED;
}

void ladder_climb(const struct snapshot *snapshot, struct ladder_target target, struct ladder *ladder)
{
	struct climb climb;

	memset(ladder, 0, sizeof(*ladder));
	begin(&climb, snapshot, target);
	if (!climb.is_outside)
		lay_own(&climb, ladder);
	lay_all(snapshot, target, ladder);
	ladder->block = find_block(&climb, ladder);
	see_steps(&climb, ladder);
	for (int layer = LAYER_DAEMON; layer < LAYER_COUNT; layer++) {
		struct rung *rung = &ladder->rungs[layer];
		bool is_reached = (enum layer)layer <= ladder->block;

		/* Whoever may use it, may try though it is broken; the engine itself tells more of that. */
		if (layer == LAYER_EXPOSURE)
			is_reached = ladder->block >= LAYER_ENGINE || rung->verdict_count;

		rung->layer = (enum layer)layer;
		if (is_reached)
			rung->mark = mark_of(rung, see(&climb, rung));
		else
			rung->mark = skip(rung, ladder->block);
		take_blame(ladder, worst(rung));
		if (layer == LAYER_PATH)
			take_blame(ladder, worst(&ladder->steps[STEP_HERE]));
	}
}

/* ---- the status ---- */

static void weigh_rung(const struct rung *rung, enum severity *severity)
{
	for (size_t i = 0; i < rung->verdict_count; i++)
		if (counts(rung->verdicts[i]) && rung->verdicts[i]->severity > *severity)
			*severity = rung->verdicts[i]->severity;
}

static void weigh(const struct ladder *ladder, enum severity *severity)
{
	for (int layer = LAYER_DAEMON; layer < LAYER_COUNT; layer++)
		weigh_rung(&ladder->rungs[layer], severity);
	weigh_rung(&ladder->steps[STEP_HERE], severity);
}

enum status ladder_status(const struct snapshot *snapshot, const struct ladder_target *target)
{
	enum severity severity = SEVERITY_INFO;
	struct ladder ladder;
	size_t told = 0;

	if (!target)
		return snapshot->status;
	ladder_climb(snapshot, *target, &ladder);
	if (ladder.block == LAYER_DAEMON)
		return STATUS_UNKNOWN;
	weigh(&ladder, &severity);
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		struct ladder_target door = { snapshot->endpoints[i].peer, (int)i };

		if (target->endpoint >= 0 ? target->endpoint != (int)i
					  : !ladder_owns(snapshot, target->peer, &snapshot->endpoints[i]))
			continue;
		ladder_climb(snapshot, door, &ladder);
		weigh(&ladder, &severity);
		told += snapshot->endpoints[i].state != STATE_UNKNOWN;
	}
	if (severity == SEVERITY_INFO && !told && !snapshot->is_passive)
		return STATUS_UNKNOWN;
	return status_of_severity(severity);
}

/* ---- mounts ---- */

void ladder_see_mount(const struct snapshot *snapshot, const struct mount *mount, struct rung *rung)
{
	struct rung door = { 0 };

	memset(rung, 0, sizeof(*rung));
	rung->mark = climb_see_mount(snapshot, mount, rung);
	if (mount->endpoint >= 0)
		lay_on(snapshot, snapshot->endpoints[mount->endpoint].verdicts, LAYER_COUNT, &door);
	for (size_t i = 0; i < mount->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[mount->verdicts.first + i];

		if (rung->verdict_count < LADDER_VERDICTS && !has_code(&door, verdict->code))
			rung->verdicts[rung->verdict_count++] = verdict;
	}
	rung->mark = mark_of(rung, rung->mark);
}
