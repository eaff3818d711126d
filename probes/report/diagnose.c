/* Verdicts are put on their layers, and the lowest layer that explains a failure is found. The layers below
 * it have been passed, those above it were not reached. The evidence of each layer is written in
 * diagnose_host.c, diagnose_path.c and diagnose_endpoints.c. */
#include "probes/report/diagnose.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/names.h"
#include "probes/report/diagnose_lines.h"

#include <stdio.h>
#include <string.h>

static void begin(struct walk *walk, const struct snapshot *snapshot, struct diagnosis_target target)
{
	*walk = (struct walk){
		.snapshot = snapshot,
		.peer = target.peer < 0 ? NULL : &snapshot->peers[target.peer],
		.endpoint = target.endpoint < 0 ? NULL : &snapshot->endpoints[target.endpoint],
	};
	walk->is_own =
		walk->peer ? walk->peer->is_self : walk->endpoint && endpoint_is_loopback(walk->endpoint);
	walk->is_outside = walk->endpoint && !walk->peer && !walk->endpoint->is_of_tailnet;
}

/* ---- verdicts on their layers ---- */

static bool has_code(const struct layer_report *layer_report, const char *code)
{
	for (size_t i = 0; i < layer_report->verdict_count; i++)
		if (strcmp(layer_report->verdicts[i]->code, code) == 0)
			return true;
	return false;
}

static bool is_worse(const struct verdict *verdict, const struct verdict *other)
{
	if (verdict->is_muted != other->is_muted)
		return other->is_muted;
	return verdict->severity > other->severity;
}

/* Each code once: several endpoints may have it, and the worst of them counts. */
static void lay_one(struct layer_report *layer_report, const struct verdict *verdict)
{
	for (size_t i = 0; i < layer_report->verdict_count; i++)
		if (strcmp(layer_report->verdicts[i]->code, verdict->code) == 0) {
			if (is_worse(verdict, layer_report->verdicts[i]))
				layer_report->verdicts[i] = verdict;
			return;
		}
	if (layer_report->verdict_count < DIAGNOSIS_VERDICTS)
		layer_report->verdicts[layer_report->verdict_count++] = verdict;
}

/* Verdicts of one layer; LAYER_COUNT: of all. */
static void lay_on(const struct snapshot *snapshot, struct span span, enum layer layer,
	struct layer_report *layer_report)
{
	for (size_t i = 0; i < span.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[span.first + i];

		if (layer == LAYER_COUNT || verdict->layer == layer)
			lay_one(layer_report, verdict);
	}
}

static void lay(const struct snapshot *snapshot, struct span span, struct diagnosis *diagnosis)
{
	for (int layer = LAYER_DAEMON; span.count && layer < LAYER_COUNT; layer++)
		lay_on(snapshot, span, (enum layer)layer, &diagnosis->layers[layer]);
}

bool diagnose_owns(const struct snapshot *snapshot, int peer, const struct endpoint *endpoint)
{
	if (endpoint->peer >= 0 || peer < 0)
		return endpoint->peer == peer;
	return snapshot->peers[peer].is_self && endpoint_is_loopback(endpoint);
}

/* Verdicts of this machine: of its daemon, its host and its network. The network is a step of every path, but
 * of none to an endpoint on this machine. */
static void lay_own(const struct walk *walk, struct diagnosis *diagnosis)
{
	struct span span = walk->snapshot->verdicts;
	enum layer last = walk->peer && !walk->is_own ? LAYER_DAEMON : LAYER_HOST;

	for (size_t i = 0; i < span.count; i++) {
		const struct verdict *verdict = &walk->snapshot->verdict_list[span.first + i];

		if (verdict->layer <= last)
			lay_one(&diagnosis->layers[verdict->layer], verdict);
		else if (!walk->is_own || !walk->endpoint)
			lay_one(&diagnosis->steps[STEP_HERE], verdict);
	}
}

/* Endpoints can have verdicts on the daemon, the host and the path too: that a peer is unreachable may show
 * only by an endpoint that does not answer. Endpoints come before mounts, because an endpoint's own verdict
 * says more. */
static void lay_all(
	const struct snapshot *snapshot, struct diagnosis_target target, struct diagnosis *diagnosis)
{
	if (target.peer >= 0)
		lay(snapshot, snapshot->peers[target.peer].verdicts, diagnosis);
	for (size_t i = 0; target.endpoint < 0 && target.peer >= 0 && i < snapshot->endpoint_count; i++)
		if (diagnose_owns(snapshot, target.peer, &snapshot->endpoints[i]))
			lay(snapshot, snapshot->endpoints[i].verdicts, diagnosis);
	if (target.endpoint >= 0)
		lay(snapshot, snapshot->endpoints[target.endpoint].verdicts, diagnosis);
	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (target.endpoint >= 0 ? snapshot->mounts[i].endpoint == target.endpoint
					 : target.peer >= 0 && snapshot->peers[target.peer].is_self)
			lay(snapshot, snapshot->mounts[i].verdicts, diagnosis);
}

static bool counts(const struct verdict *verdict)
{
	return verdict->severity > SEVERITY_INFO && !verdict->is_muted;
}

/* Whether it keeps requests from getting any further. Muting does not change that. */
static bool explains(const struct verdict *verdict)
{
	bool is_unasked = verdict->state == STATE_UNKNOWN && verdict->layer == LAYER_HOST;

	return is_unasked || state_blocks(verdict->state);
}

static bool has(const struct layer_report *layer_report, bool (*test)(const struct verdict *verdict))
{
	for (size_t i = 0; i < layer_report->verdict_count; i++)
		if (test(layer_report->verdicts[i]))
			return true;
	return false;
}

/* The lowest layer that explains why nothing above it answers; LAYER_COUNT: none. */
static enum layer find_block(const struct walk *walk, const struct diagnosis *diagnosis)
{
	if (!walk->is_outside && strcmp(walk->snapshot->daemon.backend_state, "Running") != 0)
		return LAYER_DAEMON;
	for (int layer = LAYER_DAEMON; layer < LAYER_EXPOSURE; layer++)
		if (has(&diagnosis->layers[layer], explains))
			return (enum layer)layer;
	return LAYER_COUNT;
}

static enum mark mark_of(const struct layer_report *layer_report, enum mark evidence)
{
	if (has(layer_report, counts))
		return MARK_BAD;
	if (evidence == MARK_OK && layer_report->verdict_count)
		return MARK_NOTE;
	return evidence;
}

/* The worst verdict of a layer, among those that count or explain. */
static const struct verdict *worst(const struct layer_report *layer_report)
{
	const struct verdict *worst = NULL;

	for (size_t i = 0; i < layer_report->verdict_count; i++) {
		const struct verdict *verdict = layer_report->verdicts[i];

		if (!verdict->is_muted && (counts(verdict) || explains(verdict)) &&
			(!worst || verdict->severity > worst->severity))
			worst = verdict;
	}
	return worst;
}

static void take_blame(struct diagnosis *diagnosis, const struct verdict *found)
{
	if (found && (!diagnosis->blame || found->severity > diagnosis->blame->severity))
		diagnosis->blame = found;
}

/* What makes the path, if the path was reached. */
static void see_steps(const struct walk *walk, struct diagnosis *diagnosis)
{
	for (int step = 0; step < STEP_COUNT; step++)
		diagnosis->steps[step].mark = MARK_SKIPPED;
	if (diagnosis->block < LAYER_PATH)
		return;
	diagnose_steps(walk, diagnosis->steps);
	diagnosis->steps[STEP_HERE].mark =
		mark_of(&diagnosis->steps[STEP_HERE], diagnosis->steps[STEP_HERE].mark);
}

static enum mark see(const struct walk *walk, struct layer_report *layer_report)
{
	static enum mark (*const of_layer[LAYER_COUNT])(
		const struct walk *walk, struct layer_report *layer_report) = {
		[LAYER_DAEMON] = diagnose_daemon,
		[LAYER_HOST] = diagnose_host,
		[LAYER_PATH] = diagnose_path,
		[LAYER_PORT] = diagnose_port,
		[LAYER_TLS] = diagnose_tls,
		[LAYER_HTTP] = diagnose_http,
		[LAYER_ENGINE] = diagnose_engine,
		[LAYER_EXPOSURE] = diagnose_exposure,
	};

	if (layer_report->layer > LAYER_PATH && !walk->endpoint && walk->snapshot->is_passive)
		return line_say(
			layer_report, MARK_UNKNOWN, "no server of it is known: not asked (--passive)");
	if (layer_report->layer > LAYER_PATH && !walk->endpoint)
		return line_say(layer_report, MARK_SKIPPED, "no server of it is known");
	return of_layer[layer_report->layer](walk, layer_report);
}

static enum mark skip(struct layer_report *layer_report, enum layer block)
{
	line_add(line_new(layer_report), "not checked: see %s", layer_name(block));
	return MARK_SKIPPED;
}

void diagnose(const struct snapshot *snapshot, struct diagnosis_target target, struct diagnosis *diagnosis)
{
	struct walk walk;

	memset(diagnosis, 0, sizeof(*diagnosis));
	begin(&walk, snapshot, target);
	if (!walk.is_outside)
		lay_own(&walk, diagnosis);
	lay_all(snapshot, target, diagnosis);
	diagnosis->block = find_block(&walk, diagnosis);
	see_steps(&walk, diagnosis);
	for (int layer = LAYER_DAEMON; layer < LAYER_COUNT; layer++) {
		struct layer_report *layer_report = &diagnosis->layers[layer];
		bool is_reached = (enum layer)layer <= diagnosis->block;

		/* Who may use an engine matters even if the engine is broken, so a block at the engine, or
		 * verdicts on exposure, do not hide this layer. */
		if (layer == LAYER_EXPOSURE)
			is_reached = diagnosis->block >= LAYER_ENGINE || layer_report->verdict_count;

		layer_report->layer = (enum layer)layer;
		if (is_reached)
			layer_report->mark = mark_of(layer_report, see(&walk, layer_report));
		else
			layer_report->mark = skip(layer_report, diagnosis->block);
		take_blame(diagnosis, worst(layer_report));
		if (layer == LAYER_PATH)
			take_blame(diagnosis, worst(&diagnosis->steps[STEP_HERE]));
	}
}

/* ---- the status ---- */

static void weigh_layer(const struct layer_report *layer_report, enum severity *severity)
{
	for (size_t i = 0; i < layer_report->verdict_count; i++)
		if (counts(layer_report->verdicts[i]) && layer_report->verdicts[i]->severity > *severity)
			*severity = layer_report->verdicts[i]->severity;
}

static void weigh(const struct diagnosis *diagnosis, enum severity *severity)
{
	for (int layer = LAYER_DAEMON; layer < LAYER_COUNT; layer++)
		weigh_layer(&diagnosis->layers[layer], severity);
	weigh_layer(&diagnosis->steps[STEP_HERE], severity);
}

enum status diagnose_status(const struct snapshot *snapshot, const struct diagnosis_target *target)
{
	enum severity severity = SEVERITY_INFO;
	struct diagnosis diagnosis;
	size_t known = 0;

	if (!target)
		return snapshot->status;
	diagnose(snapshot, *target, &diagnosis);
	if (diagnosis.block == LAYER_DAEMON)
		return STATUS_UNKNOWN;
	weigh(&diagnosis, &severity);
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		struct diagnosis_target one = { snapshot->endpoints[i].peer, (int)i };

		if (target->endpoint >= 0 ? target->endpoint != (int)i
					  : !diagnose_owns(snapshot, target->peer, &snapshot->endpoints[i]))
			continue;
		diagnose(snapshot, one, &diagnosis);
		weigh(&diagnosis, &severity);
		known += snapshot->endpoints[i].state != STATE_UNKNOWN;
	}
	if (severity == SEVERITY_INFO && !known && !snapshot->is_passive)
		return STATUS_UNKNOWN;
	return status_of_severity(severity);
}

/* ---- mounts ---- */

void diagnose_mount(
	const struct snapshot *snapshot, const struct mount *mount, struct layer_report *layer_report)
{
	struct layer_report one = { 0 };

	memset(layer_report, 0, sizeof(*layer_report));
	layer_report->mark = diagnose_mount_lines(snapshot, mount, layer_report);
	if (mount->endpoint >= 0)
		lay_on(snapshot, snapshot->endpoints[mount->endpoint].verdicts, LAYER_COUNT, &one);
	for (size_t i = 0; i < mount->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[mount->verdicts.first + i];

		if (layer_report->verdict_count < DIAGNOSIS_VERDICTS && !has_code(&one, verdict->code))
			layer_report->verdicts[layer_report->verdict_count++] = verdict;
	}
	layer_report->mark = mark_of(layer_report, layer_report->mark);
}
