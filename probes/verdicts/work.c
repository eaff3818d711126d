/* Rules about an engine's work: stalled, full, spilled, slow, cold, or just restarted.
 *
 * They come before those on HTTP: they need a server that answers as it should (or says itself that its
 * queue is full), and then no HTTP status explains what they find. In particular, auth-required must not
 * hide engine-stalled. What is only likely is worded so: an expiry in the past may also be a long answer.
 * A frozen runner of Ollama shows in none of its answers, so there is no rule for it. All rules look at
 * the endpoint through which the engine is queried, and hold for every endpoint of that engine. */
#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/rule.h"
#include "probes/verdicts/spill.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char restart_if_mute[] = "on %{peer}: restart %{server}, unless it is writing tokens";

#define MISSES 2
#define HUNG_PATHS 2
#define LONG_MISSES 4
#define HUNG_MS 60000
#define OVERDUE_MS (10 * 60000)
#define RESTARTED_MS (10 * 60000)
#define EVICTED_MS (10 * 60000)
#define TURNED_AWAY_MS 60000
#define QUEUED_MS 60000
#define SLOW_POLLS 3

/* ---- stalled ---- */

/* Time is counted from answer to answer, not until now: between answers, nothing is known. */
static int64_t still_ms(const struct known_work *work)
{
	return when_since(work->moved, work->counted);
}

/* There is work, but the counter of it does not move. */
static bool stands_still(
	const struct known_work *work, double running, double waiting, const struct known_engine *engine)
{
	return !isnan(work->progress) && (running > 0 || waiting > 0) &&
	       (double)still_ms(work) >= engine->patience_s * 1000;
}

/* "5 requests in progress": those that wait only if none is. */
static void say_requests(double running, double waiting, char *text, size_t size)
{
	double requests = running > 0 ? running : waiting;

	text_add(text, size, "%.0f request%s %s", requests, requests < 2 ? "" : "s",
		running > 0 ? "in progress" : "waiting");
}

static bool counts_nothing(const struct evidence *e, struct finding *f)
{
	const struct known_engine *engine = &e->queried->engine;
	const struct figures *figures = &engine->figures;
	char span[32];

	if (!stands_still(&engine->work, figures->running, figures->waiting, engine))
		return false;
	text_set(f->detail, sizeof(f->detail), "has ");
	say_requests(figures->running, figures->waiting, f->detail, sizeof(f->detail));
	text_add(f->detail, sizeof(f->detail),
		" and has made no progress for %s: it still answers, but its engine is stuck",
		text_span(span, sizeof(span), still_ms(&engine->work)));
	return true;
}

/* Of several engines (data parallel), some hang: the counters of all together go on. */
static bool one_engine_counts_nothing(const struct evidence *e, struct finding *f)
{
	const struct known_engine *engine = &e->queried->engine;
	const struct known_part *first = NULL;
	size_t hung = 0;
	char span[32];

	for (size_t i = 0; i < engine->parts.count; i++) {
		const struct known_part *part = &engine->parts.items[i];

		if (!stands_still(&part->work, part->running, part->waiting, engine))
			continue;
		first = first ? first : part;
		hung++;
	}
	if (!hung || hung == engine->parts.count)
		return false;
	text_set(f->detail, sizeof(f->detail), "has ");
	say_requests(first->running, first->waiting, f->detail, sizeof(f->detail));
	text_add(f->detail, sizeof(f->detail),
		" at engine %s, which has made no progress for %s; %zu of its %zu engines hang", first->name,
		text_span(span, sizeof(span), still_ms(&first->work)), hung, engine->parts.count);
	f->severity = SEVERITY_DEGRADED;
	return true;
}

/* Whether a large answer came since then, which rules out a link that drops large packets. */
static bool large_ones_came(const struct known_endpoint *endpoint, struct when since)
{
	for (size_t i = 0; i < endpoint->sents.count; i++) {
		const struct known_sent *sent = &endpoint->sents.items[i];

		if (!sent->misses && when_known(sent->answered) && sent->size >= LARGE_ANSWER &&
			when_since(since, sent->answered) > 0)
			return true;
	}
	return false;
}

/* At least four requests over at least a minute, and no answer to any. */
static bool hangs_for_long(const struct known_endpoint *endpoint, const struct known_sent *sent)
{
	return sent->misses >= LONG_MISSES && when_since(sent->silent_since, sent->silent_at) >= HUNG_MS &&
	       large_ones_came(endpoint, sent->silent_since);
}

/* The HTTP threads of llama-server outlive its engine: they still answer what they know themselves, but
 * not what they would have to ask the engine. A burst of requests silences all paths alike. In older
 * versions, a single path may wait for a batch to end, which takes minutes for a large model on a CPU. */
static bool hangs_behind_its_health(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;
	const struct known_sent *longest = NULL;
	char span[32];
	size_t hung = 0;

	if (!endpoint->facts->health_outlives_engine)
		return false;
	text_set(f->detail, sizeof(f->detail), "answers %s, while ", endpoint->last.path);
	for (size_t i = 0; i < endpoint->sents.count; i++) {
		const struct known_sent *sent = &endpoint->sents.items[i];

		if (sent->misses < MISSES)
			continue;
		text_add(f->detail, sizeof(f->detail), "%s%s", hung++ ? " and " : "", sent->path);
		longest = hangs_for_long(endpoint, sent) ? sent : longest;
	}
	if (hung < HUNG_PATHS && !longest)
		return false;
	if (hung >= HUNG_PATHS) {
		text_add(f->detail, sizeof(f->detail), " hang, twice in a row: its engine is stuck");
		return true;
	}
	text_add(f->detail, sizeof(f->detail),
		" has hung for %s: either its engine is stuck, or it is busy with one long batch, as in "
		"older versions",
		text_span(span, sizeof(span), when_since(longest->silent_since, longest->silent_at)));
	f->fix = restart_if_mute;
	f->severity = SEVERITY_DEGRADED;
	f->is_inferred = true;
	return true;
}

static bool is_stalled(const struct evidence *e, struct finding *f)
{
	return endpoint_is_good(e->queried) &&
	       (one_engine_counts_nothing(e, f) || counts_nothing(e, f) || hangs_behind_its_health(e, f));
}

/* ---- the queue ---- */

void work_say_wait(const struct evidence *e, char *text, size_t size)
{
	const struct known_engine *engine = &e->queried->engine;
	int64_t queued = when_known(engine->queued) ? when_since(engine->queued, e->now) : 0;
	double ttft = window_percentile(engine->timings[TIMING_TTFT], 0.95, e->now) * 1000;
	char number[32];

	if (queued >= QUEUED_MS)
		text_add(text, size, ", for %s now", text_span(number, sizeof(number), queued));
	if (!isnan(ttft))
		text_add(text, size, ", first tokens take up to %s ms (p95)",
			text_ms(number, sizeof(number), ttft));
}

/* Compares with the words of every engine: a gateway may pass on those of the one behind it. */
static bool says_full(const struct evidence *e)
{
	const struct last_answer *last = &e->queried->last;
	const struct server_facts *const *server = e->ledger->terms.servers;

	if (!endpoint_answered(e->queried) || last->shape != BODY_JSON)
		return false;
	for (; server && *server; server++)
		if ((*server)->full_words && last->status == (*server)->full_status &&
			text_contains_fold(last->excerpt, (*server)->full_words))
			return true;
	return false;
}

static bool is_full(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;
	struct when turned_away = endpoint->engine.turned_away;
	char span[32];

	if (says_full(e))
		text_set(f->detail, sizeof(f->detail), "HTTP %d", endpoint->last.status);
	else if (endpoint_is_good(endpoint) && when_known(turned_away) &&
		 when_since(turned_away, e->now) <= TURNED_AWAY_MS)
		text_set(f->detail, sizeof(f->detail), "%s ago by its own count",
			text_span(span, sizeof(span), when_since(turned_away, e->now)));
	else
		return false;
	if (endpoint->engine.figures.waiting > 0)
		text_add(f->detail, sizeof(f->detail), "; %.0f wait", endpoint->engine.figures.waiting);
	work_say_wait(e, f->detail, sizeof(f->detail));
	return true;
}

/* ---- models ---- */

/* The ids of the models in that state: "mid", "mid and 2 more". Returns how many there are. */
static size_t name_models(
	const struct known_endpoint *endpoint, enum model_state state, char *text, size_t size)
{
	const char *first = "";
	size_t count = 0;

	for (size_t i = 0; i < endpoint->models.count; i++)
		if (endpoint->models.items[i].state == state && !count++)
			first = endpoint->models.items[i].id;
	text_set(text, size, "%s", first);
	if (count > 1)
		text_add(text, size, " and %zu more", count - 1);
	return count;
}

static bool has_failed_to_load(const struct evidence *e, struct finding *f)
{
	return endpoint_is_good(e->queried) &&
	       name_models(e->queried, MODEL_FAILED, f->detail, sizeof(f->detail)) > 0;
}

/* By the server's own clock, when it listed the model last. */
static bool is_stuck_unloading(const struct evidence *e, struct finding *f)
{
	char span[32];

	if (!endpoint_is_good(e->queried))
		return false;
	for (size_t i = 0; i < e->queried->models.count; i++) {
		const struct known_model *model = &e->queried->models.items[i];

		if (model->state != MODEL_LOADED || model->overdue_ms <= OVERDUE_MS)
			continue;
		text_set(f->detail, sizeof(f->detail),
			"%s: its time ran out %s ago, but it is still loaded; either it is stuck, or one "
			"answer has been running ever since",
			model->id, text_span(span, sizeof(span), model->overdue_ms));
		f->is_inferred = true;
		return true;
	}
	return false;
}

static bool has_evicted(const struct evidence *e, struct finding *f)
{
	const struct known_engine *engine = &e->queried->engine;
	int64_t age = when_since(engine->evicted_at, e->now);
	char span[32];

	if (!endpoint_is_good(e->queried) || !engine->evicted || age > EVICTED_MS)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s to make room for %s %s ago", engine->evicted,
		engine->evictor,
		text_span(span, sizeof(span), age));
	f->is_inferred = true;
	return true;
}

static bool is_cold(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;

	(void)f;
	if (!endpoint_is_good(endpoint) || !endpoint->models_known || !endpoint->loaded_known)
		return false;
	for (size_t i = 0; i < endpoint->models.count; i++)
		if (endpoint->models.items[i].state != MODEL_COLD)
			return false;
	return endpoint->models.count > 0 && !endpoint->is_loading.holds && !endpoint->is_sleeping.holds;
}

/* ---- the server ---- */

static bool is_slower_than_usual(const struct evidence *e, struct finding *f)
{
	const struct known_engine *engine = &e->queried->engine;
	char slow[32], usual[32];

	if (!endpoint_is_good(e->queried) || engine->slow_polls < SLOW_POLLS)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s ms, the path not counted; its median is %s ms",
		text_ms(slow, sizeof(slow), engine->slow_ms),
		text_ms(usual, sizeof(usual), engine->usual_ms));
	return true;
}

static bool was_restarted(const struct evidence *e, struct finding *f)
{
	const struct known_engine *engine = &e->queried->engine;
	int64_t age = when_since(engine->restarted, e->now);

	if (!endpoint_answered(e->queried) || !when_known(engine->restarted) || engine->is_many ||
		age > RESTARTED_MS)
		return false;
	text_span(f->detail, sizeof(f->detail), age);
	return true;
}

const struct rule work_rules[] = {
	{ CODE_ENGINE_STALLED, LAYER_ENGINE, SEVERITY_DOWN, STATE_STALLED, is_stalled, "%{server} %{detail}",
		"on %{peer}: restart %{server}; that it answers says nothing about its engine", true },
	{ CODE_LOAD_FAILED, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_FAULT, has_failed_to_load,
		"%{server} could not load %{detail}, or lost it: its process ended with an error",
		"on %{peer}: look at the log of %{server} for the reason, such as too little memory; the "
		"next request tries again",
		false },
	{ CODE_VRAM_SPILL, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW, spill_is_told, "%{detail}",
		"on %{peer}: use a smaller model, quantisation or context, or unload others", false },
	{ CODE_VRAM_SPILL, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW, spill_is_hidden,
		"%{detail}: either it runs on the CPU, or the exporter does not see that memory",
		"on %{peer}: look at the log of %{server} for why it does not use the GPU", false },
	{ CODE_STUCK_UNLOADING, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW, is_stuck_unloading,
		"%{server} probably cannot unload %{detail}",
		"on %{peer}: restart %{server}, if nobody is waiting for an answer", false },
	{ CODE_SLOW_VS_BASELINE, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW, is_slower_than_usual,
		"%{server} takes three times as long to answer as usual, three times in a row: %{detail}",
		"on %{peer}: check what else runs there: a healthy server answers this at once, however "
		"busy it is",
		false },
	{ CODE_RESTARTED, LAYER_ENGINE, SEVERITY_INFO, STATE_OK, was_restarted,
		"%{server} was restarted %{detail} ago", "", false },
	{ CODE_EVICTED, LAYER_ENGINE, SEVERITY_INFO, STATE_OK, has_evicted,
		"%{server} probably unloaded %{detail}; if they keep alternating, every switch waits for a "
		"load",
		"on %{peer}: use a smaller model or context, or a higher OLLAMA_MAX_LOADED_MODELS: then "
		"both stay loaded",
		false },
	{ CODE_COLD, LAYER_ENGINE, SEVERITY_INFO, STATE_OK, is_cold,
		"%{server} has no model loaded: the next request has to wait for the load", "", false },
	{ CODE_QUEUE_FULL, LAYER_ENGINE, SEVERITY_DEGRADED, STATE_BUSY, is_full,
		"the queue of %{server} is full, so it rejects requests (%{detail})",
		"send it less at once, or give it more slots or a second server", true },
	{ 0 },
};

const struct other_fix work_fixes[] = {
	{ CODE_ENGINE_STALLED, restart_if_mute },
	{ 0 },
};
