/* What an engine reports about its own work: queue, cache, speed, and whether it makes progress.
 *
 * Engines count from their start. Speeds are differences between two polls. A counter or an uptime that
 * fell, or another incarnation, means that the process was restarted; nothing can be compared with earlier
 * counts then. What an answer does not mention stays as it was until it is too old (forget_figures() in
 * judge.c). */
#include "probes/ledger/engine.h"

#include "probes/base/text.h"
#include "probes/ledger/events.h"
#include "probes/ledger/state.h"
#include "probes/model/fields.h"
#include "probes/model/verdict_codes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACE_FEWEST 8
#define PACE_TIMES 3
#define PACE_LEAST_MS 500
#define PACE_MOST_MS 3600000
#define SAME_START_MS (3 * 60000) /* two signs of one restart are at most this far apart */

void engine_init(struct known_engine *engine)
{
	const double none = NAN;

	*engine = (struct known_engine){ .rejected = none,
		.work = { .progress = none },
		.patience_s = none,
		.uptime_s = none,
		.usual_ms = none,
		.slow_ms = none,
		.generation = { none, none, { 0 } },
		.prompt = { none, none, { 0 } } };
	fields_blank(&fields_engine, &engine->figures);
}

static void forget_parts(struct known_engine *engine)
{
	for (size_t i = 0; i < engine->parts.count; i++)
		free(engine->parts.items[i].name);
	free(engine->parts.items);
	memset(&engine->parts, 0, sizeof(engine->parts));
}

void engine_fini(struct known_engine *engine)
{
	for (size_t i = 0; i < TIMING_COUNT; i++)
		free(engine->timings[i]);
	forget_parts(engine);
	free(engine->earlier);
	free(engine->evicted);
	free(engine->evictor);
}

/* After a gap in polling, differences to earlier counts mean nothing. */
void engine_blank(struct known_engine *engine)
{
	const double none = NAN;

	engine->generation = engine->prompt = (struct known_counter){ none, none, { 0 } };
	engine->figures.tokens_per_s = engine->figures.prompt_tokens_per_s = none;
	engine->work.progress = engine->rejected = none;
	forget_parts(engine);
	engine->shortfall.since = (struct when){ 0 };
	engine->slow_polls = 0;
	engine->queued = engine->turned_away = engine->listed = (struct when){ 0 };
	for (size_t i = 0; i < TIMING_COUNT; i++)
		if (engine->timings[i])
			window_forget(engine->timings[i]);
}

static bool fell(double before, double after)
{
	return after < before; /* false if either is unknown */
}

static bool was_started_anew(const struct known_endpoint *endpoint, const struct reading *reading)
{
	const struct known_engine *engine = &endpoint->engine;

	return (*reading->incarnation && *endpoint->incarnation &&
		       strcmp(reading->incarnation, endpoint->incarnation) != 0) ||
	       fell(engine->work.progress, reading->progress) ||
	       fell(engine->generation.tokens, reading->generated_tokens) ||
	       fell(engine->prompt.tokens, reading->prompt_tokens) ||
	       fell(engine->uptime_s, reading->uptime_s);
}

/* A previous incarnation that comes back had not ended: a proxy spreads our requests over several engines. */
static void see_incarnation(struct known_endpoint *endpoint, const char *incarnation)
{
	struct known_engine *engine = &endpoint->engine;

	if (!*incarnation || strcmp(incarnation, endpoint->incarnation) == 0)
		return;
	engine->is_many = engine->is_many || (engine->earlier && strcmp(engine->earlier, incarnation) == 0);
	if (*endpoint->incarnation)
		mem_replace(&engine->earlier, endpoint->incarnation);
	mem_replace(&endpoint->incarnation, incarnation);
}

/* One restart may show in two answers: in the counters of one and in the incarnation of the other. */
static void see_start(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now)
{
	struct known_engine *engine = &endpoint->engine;
	bool is_anew = was_started_anew(endpoint, reading);

	see_incarnation(endpoint, reading->incarnation);
	if (is_anew)
		engine_blank(engine);
	if (is_anew && !engine->is_many &&
		(!when_known(engine->restarted) || when_since(engine->restarted, now) > SAME_START_MS)) {
		engine->restarted = now;
		events_note_endpoint(ledger, endpoint,
			&(struct event){ .code = CODE_RESTARTED,
				.state = endpoint->state,
				.text = "the server was started anew" },
			now);
	}
	if (!isnan(reading->uptime_s))
		engine->uptime_s = reading->uptime_s;
}

/* Tokens per second of the time spent on them, or of wall clock time if the server does not count that. */
static void see_speed(
	struct known_counter *counter, double tokens, double seconds, struct when now, double *per_s)
{
	double more = tokens - counter->tokens;
	double spent =
		isnan(seconds) ? (double)when_since(counter->at, now) / 1000 : seconds - counter->seconds;

	if (isnan(tokens))
		return;
	*counter = (struct known_counter){ tokens, seconds, now };
	*per_s = more > 0 && spent > 0 ? more / spent : NAN;
}

/* Notes since when there has been work without progress. If this machine slept between two polls, there was
 * no progress to see either: such a gap does not count. */
static void see_work(
	struct known_work *work, double progress, bool has_work, int64_t poll_ms, struct when now)
{
	bool stands_still = progress >= work->progress && progress <= work->progress;
	bool was_watched = when_since(work->counted, now) <= GAP_POLLS * poll_ms;

	if (!stands_still || !has_work || !was_watched)
		work->moved = now;
	work->progress = progress;
	work->counted = now;
}

static const struct known_part *find_part(const struct known_engine *engine, const char *name)
{
	for (size_t i = 0; i < engine->parts.count; i++)
		if (strcmp(engine->parts.items[i].name, name) == 0)
			return &engine->parts.items[i];
	return NULL;
}

/* The parts are those of this answer: one that it leaves out is forgotten. */
static void see_parts(
	struct known_engine *engine, const struct reading *reading, int64_t poll_ms, struct when now)
{
	struct known_engine next = { 0 };

	for (size_t i = 0; i < reading->engine_count; i++) {
		const struct obs_engine *obs = &reading->engines[i];
		const struct known_part *before = find_part(engine, obs->name);
		struct known_part *part = VEC_PUSH(&next.parts);

		*part = (struct known_part){ mem_copy(obs->name), obs->running, obs->waiting,
			before ? before->work : (struct known_work){ .progress = NAN } };
		see_work(&part->work, obs->progress, obs->running > 0 || obs->waiting > 0, poll_ms, now);
	}
	forget_parts(engine);
	engine->parts.items = next.parts.items;
	engine->parts.count = next.parts.count;
	engine->parts.room = next.parts.room;
}

static void see_progress(
	struct known_engine *engine, const struct reading *reading, int64_t poll_ms, struct when now)
{
	bool has_work = reading->figures.running > 0 || reading->figures.waiting > 0;

	if (isnan(reading->progress))
		return;
	engine->patience_s = reading->patience_s;
	see_work(&engine->work, reading->progress, has_work, poll_ms, now);
	see_parts(engine, reading, poll_ms, now);
}

static void see_queue(struct known_engine *engine, const struct reading *reading, struct when now)
{
	if (reading->figures.waiting > 0 && !when_known(engine->queued))
		engine->queued = now;
	else if (reading->figures.waiting <= 0)
		engine->queued = (struct when){ 0 };
	if (reading->rejected > engine->rejected)
		engine->turned_away = now;
	if (!isnan(reading->rejected))
		engine->rejected = reading->rejected;
}

static void see_timings(struct known_engine *engine, const struct reading *reading, struct when now)
{
	for (size_t i = 0; i < TIMING_COUNT; i++) {
		if (!reading->timings[i])
			continue;
		if (!engine->timings[i])
			engine->timings[i] = mem_alloc(sizeof(*engine->timings[i]));
		window_add(engine->timings[i], reading->timings[i], now);
	}
}

static bool is_listed(const struct reading *reading, const char *id)
{
	for (size_t i = 0; i < reading->model_count; i++)
		if (strcmp(reading->models[i].id, id) == 0)
			return true;
	return false;
}

/* The first loaded model that disappeared before its expiry, which is known to the second; NULL: none. */
static const struct known_model *find_gone(
	const struct known_endpoint *endpoint, const struct reading *reading, int64_t reported_at)
{
	for (size_t i = 0; i < endpoint->models.count; i++) {
		const struct known_model *model = &endpoint->models.items[i];

		if (model->in_loaded && model->expires_at - reported_at >= 1000 &&
			!is_listed(reading, model->id))
			return model;
	}
	return NULL;
}

/* The first model that was not loaded before; NULL: none. */
static const char *find_newcomer(const struct known_endpoint *endpoint, const struct reading *reading)
{
	for (size_t i = 0; i < reading->model_count; i++) {
		const char *id = reading->models[i].id;
		bool was_loaded = false;

		for (size_t j = 0; j < endpoint->models.count; j++)
			was_loaded |= endpoint->models.items[j].in_loaded &&
				      strcmp(endpoint->models.items[j].id, id) == 0;
		if (!was_loaded)
			return id;
	}
	return NULL;
}

/* A model that disappears before its expiry was probably evicted, because another needed its memory. This
 * is only likely: before the other was loaded, it may have been unloaded by hand, or the server restarted. */
void engine_see_loaded(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	int64_t reported_at, struct when now)
{
	const struct known_model *gone = find_gone(endpoint, reading, reported_at);
	const char *newcomer = find_newcomer(endpoint, reading);
	struct known_engine *engine = &endpoint->engine;
	bool was_watched = when_known(engine->listed) &&
			   when_since(engine->listed, now) <= GAP_POLLS * ledger->terms.poll_ms;
	char text[TEXT_CAP];

	engine->listed = now;
	if (!gone || !newcomer || !was_watched)
		return;
	engine->evicted_at = now;
	mem_replace(&engine->evicted, gone->id);
	mem_replace(&engine->evictor, newcomer);
	text_set(text, sizeof(text), "%s likely made room for %s", gone->id, newcomer);
	events_note_endpoint(ledger, endpoint,
		&(struct event){ .code = CODE_EVICTED, .state = endpoint->state, .text = text }, now);
}

/* While the engine is slow, it is compared with the median from before. After PACE_MOST_MS, slow is the
 * usual. */
void engine_see_pace(struct known_endpoint *endpoint, double ttfb_ms, double rtt_ms, struct when now)
{
	struct known_engine *engine = &endpoint->engine;
	double own = rtt_ms < ttfb_ms ? ttfb_ms - rtt_ms : ttfb_ms;

	if (!engine->slow_polls)
		engine->usual_ms =
			endpoint->ttfb.count < PACE_FEWEST ? NAN : series_percentile(&endpoint->ttfb, 0.5);
	if (!(own > PACE_TIMES * engine->usual_ms && own > PACE_LEAST_MS) ||
		(engine->slow_polls && when_since(engine->slow_since, now) > PACE_MOST_MS)) {
		engine->slow_polls = 0;
		return;
	}
	if (!engine->slow_polls++)
		engine->slow_since = now;
	engine->slow_ms = own;
}

bool engine_has_figures(const struct reading *reading)
{
	return !isnan(reading->figures.running) || !isnan(reading->figures.waiting) ||
	       !isnan(reading->generated_tokens);
}

void engine_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now)
{
	struct known_engine *engine = &endpoint->engine;

	see_start(ledger, endpoint, reading, now);
	if (engine_has_figures(reading))
		endpoint->figured = now;
	fields_update(&fields_engine, &engine->figures, &reading->figures);
	see_speed(&engine->generation, reading->generated_tokens, reading->generation_seconds, now,
		&engine->figures.tokens_per_s);
	see_speed(&engine->prompt, reading->prompt_tokens, reading->prompt_seconds, now,
		&engine->figures.prompt_tokens_per_s);
	see_progress(engine, reading, ledger->terms.poll_ms, now);
	see_queue(engine, reading, now);
	see_timings(engine, reading, now);
}

void engine_forget(struct known_engine *engine)
{
	fields_forget_moment(&fields_engine, &engine->figures);
	engine->queued = (struct when){ 0 };
}
