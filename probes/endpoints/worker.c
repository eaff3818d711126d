/* Polls one endpoint: makes the requests, and draws the conclusions from each answer.
 *
 * A poll is a short series of requests. If the family of an endpoint is not known yet, the poll identifies
 * it; then come the family's requests that are due, the primary one first. A request that fails on a
 * kept-alive connection is repeated once on a new one. The first timeout is followed by a second try soon,
 * because only two in a row mean anything. */
#include "probes/endpoints/worker.h"

#include "probes/base/digits.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/endpoints/digest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_TRY_MS 2000

static void ask(struct worker *worker, const char *path, bool is_fresh);
static void next_request(struct worker *worker);
static void go_on_asking(struct worker *worker, const struct answer *answer);

/* ---- the end of a poll ---- */

/* gap: from the end of this poll to the next one. */
static void set_due(struct worker *worker, int64_t gap)
{
	int64_t now = worker->polled.mono_ms;

	worker->due = now + gap;
	if (worker->ask_by > now && worker->due > worker->ask_by)
		worker->due = worker->ask_by;
}

/* Silence while the path changes proves nothing and does not count as a failure: try again soon, as after the
 * first one. */
static void end_poll(struct worker *worker, bool is_good, bool is_silence)
{
	struct when now = when_now();
	bool is_excused = is_silence && path_is_changing(worker->world->ledger, worker->spec.peer_id, now);

	worker->request = NULL;
	worker->is_recognising = false;
	worker->polls++;
	worker->was_good = worker->was_good || is_good;
	worker->polled = now;
	worker->failures = is_good ? 0 : worker->failures + !is_excused;
	worker->silences = is_silence ? worker->silences + 1 : 0;
	worker->is_decided = !is_silence || worker->silences >= 2;
	if (is_silence && (worker->silences == 1 || is_excused))
		set_due(worker, worker->world->is_once ? 0 : SECOND_TRY_MS);
	else
		set_due(worker, worker_gap(worker));
	worker->world->ended(worker->world->pool, worker, false);
}

/* ---- answers ---- */

/* Gives the answer to the ledger. Returns whether it is what the family answers to this request. */
static bool report(struct worker *worker, const struct answer *answer, bool is_primary)
{
	struct arena *arena = arena_new();
	const struct request *request = worker->request;
	struct obs_answer obs;
	struct reading reading;
	bool is_expected = false;

	digest_answer(&obs, answer, worker->spec.url, worker->sent, arena);
	if (worker->spec.is_unverified)
		obs.cert_not_after = 0; /* nobody minds when it expires */
	reading_init(&reading, arena);
	if (request && answer->outcome == OUTCOME_ANSWERED) {
		is_expected = request->read(answer, &reading) && !worker_misses_too(worker, answer);
		reading.key_rejected = reading.wants_key && *worker->spec.key;
		reading.wants_key = reading.wants_key && !*worker->spec.key;
		obs.reading = &reading;
	}
	reading.figures.kv_cache = digits_round(reading.figures.kv_cache);
	obs.cost = request ? request->cost : COST_FREE;
	/* A guess that is given up says nothing about the server. */
	obs.is_primary = is_primary && (is_expected || !request || !worker_guessed_wrong(worker, answer));
	if (!obs.is_primary)
		obs.ttfb_ms = NAN; /* how long a list takes says nothing of the engine */
	obs.is_expected = is_expected;
	if (worker->family)
		obs.server = worker->family->facts.name;
	ledger_see(worker->world->ledger, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &obs },
		when_now());
	arena_free(arena);
	worker->world->hooks.changed(worker->world->hooks.data);
	return is_expected;
}

static void judged(struct worker *worker, const struct answer *answer)
{
	const struct pool_hooks *hooks = &worker->world->hooks;
	const struct pool_result result = { .spec = &worker->spec,
		.family = worker->family,
		.outcome = answer->outcome,
		.status = answer->status };

	hooks->judged(hooks->data, &result);
}

/* If the last answer is to the primary request already, it is not asked for twice. */
static void begin_asking(struct worker *worker, const struct answer *answer)
{
	const struct request *primary = &worker->family->requests[worker->primary];

	if (!worker->family->facts.is_asked_rarely)
		worker->listed_at = 0;
	memset(worker->asked_at, 0, sizeof(worker->asked_at));
	worker->step = 0;
	if (strcmp(worker->path, primary->path) != 0) {
		report(worker, answer, false);
		next_request(worker);
		return;
	}
	worker->request = primary;
	worker->is_primary = true;
	worker->step = 1;
	go_on_asking(worker, answer);
}

static void recognised(struct worker *worker, const struct answer *answer)
{
	worker->is_recognising = false;
	worker->has_doubts = false;
	if (worker->identification.family)
		worker_set_family(worker, worker->identification.family);
	if (worker->identification.family && worker->spec.is_candidate) {
		judged(worker, answer);
		worker->spec.is_candidate = false;
		worker_declare(worker);
	}
	if (worker->identification.family) {
		begin_asking(worker, answer);
	} else if (worker->spec.is_candidate || worker_is_other(worker, answer)) {
		report(worker, answer, false);
		judged(worker, answer);
		worker->world->ended(worker->world->pool, worker, true);
	} else {
		report(worker, answer, true);
		end_poll(worker, false, outcome_is_silence(answer->outcome, answer->tls));
	}
}

static void go_on_recognising(struct worker *worker, const struct answer *answer)
{
	char location[1024];

	answer_header(answer, "Location", location, sizeof(location));
	worker->identification.stays_on_host = !digest_leaves(location, worker->spec.url);
	if (strcmp(worker->path, "/") == 0) {
		worker->has_root = answer->status == 200 && answer->body_length;
		worker->has_page = answer->status == 200 && answer->shape == BODY_HTML;
		worker->has_list = false;
	} else if (strcmp(worker->path, "/v1/models") == 0) {
		worker->has_list = answer->status == 200 && answer->shape == BODY_JSON;
	}
	identify_step(&worker->identification, answer);
	if (!worker->identification.ask) {
		recognised(worker, answer);
		return;
	}
	report(worker, answer, false);
	ask(worker, worker->identification.ask, false);
}

/* A server that suddenly gives a different kind of answer may have been replaced by another one. A server
 * error or a rate limit does not mean that. */
static bool raises_doubts(const struct answer *answer)
{
	return answer->outcome == OUTCOME_ANSWERED && answer->status < 500 && answer->status != 429;
}

static void identify(struct worker *worker, const struct family *excluded)
{
	worker->is_recognising = true;
	worker->request = NULL;
	identify_init(&worker->identification);
	worker->identification.excluded = excluded;
	ask(worker, worker->identification.ask, false);
}

/* It is an older version without that path, or of another family. */
static void guess_again(struct worker *worker, const struct answer *answer)
{
	const struct family *refuted = worker->family;

	worker->step = 0;
	if (worker_next_primary(worker, answer)) {
		next_request(worker);
		return;
	}
	worker_set_family(worker, NULL);
	identify(worker, refuted);
}

static void go_on_asking(struct worker *worker, const struct answer *answer)
{
	bool is_primary = worker->is_primary;
	bool is_expected = report(worker, answer, is_primary);

	worker_note_asked(worker, answer, when_now().mono_ms);
	if (is_primary && answer->outcome != OUTCOME_ANSWERED && worker->absent)
		worker_set_family(worker, worker->family); /* it may come back as a newer version */
	worker->is_proven |= is_primary && is_expected;
	if (is_primary && !is_expected && worker_guessed_wrong(worker, answer)) {
		guess_again(worker, answer);
	} else if (is_primary && !is_expected) {
		worker->has_doubts = raises_doubts(answer);
		end_poll(worker, false, outcome_is_silence(answer->outcome, answer->tls));
	} else {
		next_request(worker);
	}
}

static void answered(void *data, const struct answer *answer)
{
	struct worker *worker = data;
	const struct worker_world *world = worker->world;
	bool is_silent;

	worker->call = NULL;
	if (answer->outcome == OUTCOME_NOT_TRIED) {
		worker->listed_at = 0;
		report(worker, answer, false);
		end_poll(worker, false, true);
		return;
	}
	if (worker_may_repeat(worker, answer, when_now().mono_ms)) {
		ledger_see(world->ledger,
			&(struct observation){ .kind = OBSERVED_REQUEST,
				.cost = COST_FREE,
				.bytes_sent = answer->bytes_sent,
				.bytes_received = answer->bytes_received },
			when_now());
		ask(worker, worker->path, true);
		return;
	}
	if (worker_did_no_work(worker, answer))
		worker->listed_at = 0;
	if (worker_lacks_slash(worker, answer)) {
		report(worker, answer, false);
		worker->slashed = worker->path;
		ask(worker, worker->path, false);
		return;
	}
	if (answer->status >= 400 && worker_is_slashed(worker, worker->path))
		worker->slashed = NULL;
	is_silent = answer->outcome == OUTCOME_CONNECT_TIMEOUT && !worker->spec.is_candidate;
	if (worker->is_recognising)
		go_on_recognising(worker, answer);
	else
		go_on_asking(worker, answer);
	if (is_silent)
		world->hooks.silent(world->hooks.data, &worker->spec);
}

/* ---- requests ---- */

static void note_list(struct worker *worker, const char *path)
{
	bool is_unknown = worker->is_recognising || (worker->family && worker->family->facts.is_asked_rarely);

	if (is_unknown && strcmp(path, "/v1/models") == 0)
		worker->listed_at = when_now().mono_ms;
}

static void ask(struct worker *worker, const char *path, bool is_fresh)
{
	char full[1024];
	struct http_request request;

	if (!*worker->spec.address) { /* its address was withdrawn during this poll */
		end_poll(worker, false, false);
		return;
	}
	snprintf(
		worker->sent, sizeof(worker->sent), "%s%s", path, worker_is_slashed(worker, path) ? "/" : "");
	snprintf(full, sizeof(full), "%s%s", worker->spec.url, worker->sent);
	worker_fill_request(worker, full, &request);
	request.is_fresh = is_fresh;
	note_list(worker, path);
	worker->path = path;
	worker->is_fresh = is_fresh;
	worker->call = http_get(worker->world->http, &request, NULL, answered, worker);
}

/* ---- a poll between two lists ---- */

/* An answer, or an accepted connection, leaves the last list as it is. Only a failure is news, and what ends
 * one: then the list is asked for at once. */
static void checked(void *data, const struct answer *answer)
{
	struct worker *worker = data;
	bool is_well = answer->outcome == OUTCOME_ANSWERED, is_tried = answer->outcome != OUTCOME_NOT_TRIED;
	bool is_silence = !is_tried || outcome_is_silence(answer->outcome, answer->tls);

	worker->call = NULL;
	report(worker, answer, is_tried && !is_well);
	if (answer->outcome == OUTCOME_CONNECT_TIMEOUT)
		worker->world->hooks.silent(worker->world->hooks.data, &worker->spec);
	if (is_well ? worker->is_silent : !is_silence)
		worker->listed_at = 0;
	if (!is_well) {
		worker->is_silent = is_silence;
		end_poll(worker, false, is_silence);
		return;
	}
	worker->polls++;
	worker->polled = when_now();
	set_due(worker, worker->is_silent ? 0 : worker_gap(worker));
	worker->is_silent = false;
	worker->world->ended(worker->world->pool, worker, false);
}

/* A root that gave a page or a greeting shows whether the server still works. Any other may be passed on to an
 * engine, so there it is only connected to. */
static void check(struct worker *worker)
{
	struct http_request request;
	char full[1024];

	snprintf(worker->sent, sizeof(worker->sent), "%s", worker->has_root ? "/" : "(connect)");
	snprintf(full, sizeof(full), "%s/", worker->spec.url);
	worker_fill_request(worker, full, &request);
	request.only_connects = !worker->has_root;
	request.is_fresh = true;
	worker->call = http_get(worker->world->http, &request, NULL, checked, worker);
}

/* ---- requests of the family ---- */

/* Step 0 is the primary request; the other steps follow the table. */
static void next_request(struct worker *worker)
{
	size_t primary = worker->primary;
	int64_t now = when_now().mono_ms;

	for (; worker->step <= worker->family->request_count; worker->step++) {
		size_t index = worker->step ? worker->step - 1 : primary;

		if ((worker->step && index == primary) || !worker_is_due(worker, index, !worker->step, now))
			continue;
		worker->is_primary = !worker->step;
		worker->request = &worker->family->requests[index];
		worker->step++;
		ask(worker, worker->request->path, false);
		return;
	}
	end_poll(worker, true, false);
}

static void report_unresolved(struct worker *worker)
{
	struct answer answer;

	answer_init(&answer);
	answer.outcome = OUTCOME_UNRESOLVED;
	answer_examine(&answer);
	worker->listed_at = 0;
	worker->path = "";
	worker->sent[0] = '\0';
	worker->request = NULL;
	report(worker, &answer, true);
	answer_fini(&answer);
	end_poll(worker, false, false);
}

void worker_poll(struct worker *worker)
{
	const struct pool_hooks *hooks = &worker->world->hooks;

	worker->request = NULL;
	worker->step = 0;
	if (worker->silences && !worker->spec.is_candidate)
		hooks->silent(hooks->data, &worker->spec);
	if (!*worker->spec.address) {
		report_unresolved(worker);
	} else if (worker_only_connects(worker, when_now().mono_ms)) {
		check(worker);
	} else if (!worker->family || (worker->has_doubts && !worker->spec.is_api_only)) {
		identify(worker, NULL);
	} else {
		next_request(worker);
	}
}

void worker_break_off(struct worker *worker)
{
	http_cancel(worker->call);
	worker->call = NULL;
	worker->request = NULL;
	worker->is_recognising = false;
	worker->listed_at = 0; /* what is there afterwards may be another server */
}
