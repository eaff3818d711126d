/* Polls one endpoint: which requests are made, and what follows from each answer.
 *
 * A poll is a short series of requests. If the family of an endpoint is not known yet, the poll identifies
 * it; then come the family's requests that are due, the primary one first. A request that fails on a
 * kept-alive connection is repeated once on a new one. The first timeout is followed by a second try soon,
 * because only two in a row mean anything. */
#include "probes/endpoints/worker.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/endpoints/digest.h"
#include "probes/endpoints/owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_PERIODS 5
#define CONNECT_MS 2000
#define WHOLE_MS 5000
#define SECOND_TRY_MS 2000
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define BACK_OFF_MAX_MS 60000

static void ask(struct worker *worker, const char *path, bool is_fresh);
static void next_request(struct worker *worker);

/* ---- the end of a poll ---- */

/* Between 0.9 and 1.1, from the URL and the count of polls, so that endpoints that started together drift
 * apart. */
static double jitter(const struct worker *worker)
{
	uint32_t hash = 2166136261u + worker->polls * 7919u;

	for (const char *c = worker->spec.url; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return 0.9 + 0.2 * (hash % 1000) / 1000;
}

/* Milliseconds to the next poll. */
int64_t worker_gap(const struct worker *worker)
{
	double gap = worker->world->settings->period_s * 1000 * POLL_PERIODS * jitter(worker);

	for (unsigned i = 1; i < worker->failures && gap < BACK_OFF_MAX_MS; i++)
		gap *= 2;
	return (int64_t)(gap > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : gap);
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
		worker->due = now.mono_ms + (worker->world->is_once ? 0 : SECOND_TRY_MS);
	else
		worker->due = now.mono_ms + worker_gap(worker);
	if (worker->ask_by > now.mono_ms && worker->due > worker->ask_by)
		worker->due = worker->ask_by;
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

	digest_answer(&obs, answer, worker->spec.url, worker->path, arena);
	if (worker->spec.is_unverified)
		obs.cert_not_after = 0; /* nobody minds when it expires */
	reading_init(&reading, arena);
	if (request && answer->outcome == OUTCOME_ANSWERED) {
		is_expected = request->read(answer, &reading);
		reading.key_rejected = reading.wants_key && *worker->spec.key;
		reading.wants_key = reading.wants_key && !*worker->spec.key;
		obs.reading = &reading;
	}
	obs.cost = request ? request->cost : COST_FREE;
	obs.is_primary = is_primary;
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

/* Whether something answers that is not an LLM server: a page, a redirect, another API, another protocol. What
 * wants a login or checks names may stand before one, and a server error says nothing. */
static bool is_no_llm(const struct worker *worker, const struct answer *answer)
{
	bool is_gateway_error = answer->status >= 502 && answer->status <= 504;

	if (answer->outcome == OUTCOME_NOT_HTTP || answer->outcome == OUTCOME_TOO_BIG)
		return true;
	if (answer->outcome == OUTCOME_ANSWERED && answer->status >= 500)
		return worker->has_page && !is_gateway_error; /* to /v1/models, which it does not know */
	return answer->outcome == OUTCOME_ANSWERED && answer->status != 401 && answer->status != 403 &&
	       answer->status != 429 && !answer_body_has(answer, "nvalid host header");
}

/* Our own mount of something else, such as a wiki, unless the user has pinned it; or a URL where an earlier run
 * found a server and now something else answers. It is left alone, unless a server has answered there during
 * this run. A mount whose backend is polled is given up with it. */
static bool is_other(const struct worker *worker, const struct answer *answer)
{
	const struct endpoint_spec *spec = &worker->spec;

	if (worker->was_good)
		return false;
	if (spec->is_mount && !spec->is_pinned && !worker->has_backend)
		return is_no_llm(worker, answer);
	return *spec->family && answer->outcome == OUTCOME_ANSWERED && answer->status < 400 &&
	       answer->body_length;
}

static void recognised(struct worker *worker, const struct answer *answer)
{
	worker->is_recognising = false;
	worker->has_doubts = false;
	if (worker->identification.family)
		worker->family = worker->identification.family;
	if (worker->identification.family && worker->spec.is_candidate) {
		judged(worker, answer);
		worker->spec.is_candidate = false;
		worker_declare(worker);
	}
	if (worker->identification.family) {
		report(worker, answer, false);
		memset(worker->asked_at, 0, sizeof(worker->asked_at));
		worker->step = 0;
		next_request(worker);
	} else if (worker->spec.is_candidate || is_other(worker, answer)) {
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
	if (strcmp(worker->path, "/") == 0)
		worker->has_page = answer->shape == BODY_HTML && answer->status == 200;
	identify_step(&worker->identification, answer);
	if (!worker->identification.ask) {
		recognised(worker, answer);
		return;
	}
	report(worker, answer, false);
	ask(worker, worker->identification.ask, false);
}

static size_t index_of(const struct worker *worker)
{
	return (size_t)(worker->request - worker->family->requests);
}

/* A server that suddenly gives a different kind of answer may have been replaced by another one. A server
 * error or a rate limit does not mean that. */
static bool raises_doubts(const struct answer *answer)
{
	return answer->outcome == OUTCOME_ANSWERED && answer->status < 500 && answer->status != 429;
}

/* What a gateway is asked at the start only is work for the servers behind it: not repeated, even if it
 * failed. */
static bool is_for_once(const struct worker *worker)
{
	return worker->family->facts.kind == SERVER_GATEWAY && worker->request->rhythm == AT_START;
}

/* Reading and dropping megabytes each poll helps nobody: such a request is made ever more rarely, after a
 * minute at first, each hour in the end. */
static void note_size(struct worker *worker, const struct answer *answer, int64_t now)
{
	size_t index = index_of(worker);
	int64_t gap = MINUTE_MS;

	if (index >= REQUESTS_MAX)
		return;
	if (answer->outcome != OUTCOME_TOO_BIG) {
		worker->too_big[index].times = 0;
		return;
	}
	for (unsigned i = 0; i < worker->too_big[index].times && gap < HOUR_MS; i++)
		gap *= 2;
	worker->too_big[index].times++;
	worker->too_big[index].until = now + (gap < HOUR_MS ? gap : HOUR_MS);
}

static void go_on_asking(struct worker *worker, const struct answer *answer)
{
	bool is_primary = worker->is_primary;
	bool is_expected = report(worker, answer, is_primary);
	int64_t now = when_now().mono_ms;

	if (is_primary && answer->status != worker->primary_status) {
		/* It has loaded a model or restarted: earlier answers may be outdated. */
		memset(worker->asked_at, 0, sizeof(worker->asked_at));
		memset(worker->too_big, 0, sizeof(worker->too_big));
		worker->primary_status = answer->status;
	}
	note_size(worker, answer, now);
	if ((answer->outcome == OUTCOME_ANSWERED || is_for_once(worker)) && index_of(worker) < REQUESTS_MAX)
		worker->asked_at[index_of(worker)] =
			answer->status == 401 && worker->request->rhythm != EVERY_POLL ? now + HOUR_MS : now;
	if (is_primary && !is_expected) {
		worker->has_doubts = raises_doubts(answer);
		end_poll(worker, false, outcome_is_silence(answer->outcome, answer->tls));
	} else {
		next_request(worker);
	}
}

/* An error on a kept connection may be of the connection alone. An answer over the cap is the server's. */
static bool failed_on_reuse(const struct worker *worker, const struct answer *answer)
{
	return answer->outcome != OUTCOME_ANSWERED && answer->outcome != OUTCOME_TOO_BIG &&
	       answer->is_reused && !worker->is_fresh;
}

static void answered(void *data, const struct answer *answer)
{
	struct worker *worker = data;
	const struct worker_world *world = worker->world;
	bool is_silent;

	worker->call = NULL;
	if (answer->outcome == OUTCOME_NOT_TRIED) {
		report(worker, answer, false);
		end_poll(worker, false, true);
		return;
	}
	if (failed_on_reuse(worker, answer)) {
		ledger_see(world->ledger,
			&(struct observation){ .kind = OBSERVED_REQUEST,
				.cost = COST_FREE,
				.bytes_sent = answer->bytes_sent,
				.bytes_received = answer->bytes_received },
			when_now());
		ask(worker, worker->path, true);
		return;
	}
	is_silent = answer->outcome == OUTCOME_CONNECT_TIMEOUT && !worker->spec.is_candidate;
	if (worker->is_recognising)
		go_on_recognising(worker, answer);
	else
		go_on_asking(worker, answer);
	if (is_silent)
		world->hooks.silent(world->hooks.data, &worker->spec);
}

/* ---- requests ---- */

bool worker_is_of_tailnet(const struct worker *worker)
{
	const struct endpoint_spec *spec = &worker->spec;

	return *spec->peer_id || spec->is_of_tailnet || owner_is_tailnet_address(spec->address);
}

void worker_fill_request(const struct worker *worker, const char *full, struct http_request *request)
{
	const struct worker_world *world = worker->world;

	*request = (struct http_request){
		.url = full,
		.address = *worker->spec.address ? worker->spec.address : NULL,
		.key = *worker->spec.key ? worker->spec.key : NULL,
		.proxy = *world->proxy && worker_is_of_tailnet(worker) ? world->proxy : NULL,
		.ca_file = *world->settings->ca_file ? world->settings->ca_file : NULL,
		.is_unverified = worker->spec.is_unverified && !*worker->spec.key,
		.connect_ms = CONNECT_MS,
		.total_ms = world->is_once ? CONNECT_MS : WHOLE_MS,
	};
}

static void ask(struct worker *worker, const char *path, bool is_fresh)
{
	char full[1024];
	struct http_request request;

	if (!*worker->spec.address) { /* its address was withdrawn during this poll */
		end_poll(worker, false, false);
		return;
	}
	snprintf(full, sizeof(full), "%s%s", worker->spec.url, path);
	worker_fill_request(worker, full, &request);
	request.is_fresh = is_fresh;
	worker->path = path;
	worker->is_fresh = is_fresh;
	worker->call = http_get(worker->world->http, &request, NULL, answered, worker);
}

static bool is_switched_off(const struct worker *worker, const struct request *request)
{
	return request->is_llama_metrics && !worker->world->settings->has_llama_metrics;
}

static bool is_due(const struct worker *worker, size_t index, bool is_first)
{
	const struct request *request = &worker->family->requests[index];
	int64_t asked = index < REQUESTS_MAX ? worker->asked_at[index] : 0;

	if (request->cost != COST_FREE || is_switched_off(worker, request))
		return false;
	if (is_first)
		return true;
	if (*worker->spec.backend && !*worker->spec.key)
		return false;
	if (index < REQUESTS_MAX && worker->too_big[index].times &&
		when_now().mono_ms < worker->too_big[index].until)
		return false;
	if (request->rhythm == EVERY_POLL || !asked)
		return true;
	return request->rhythm == EVERY_MINUTE && when_now().mono_ms - asked >= MINUTE_MS;
}

/* The first request of the table that is made in every poll. */
static size_t primary_index(const struct family *family)
{
	size_t i = 0;

	while (i + 1 < family->request_count && family->requests[i].rhythm != EVERY_POLL)
		i++;
	return i;
}

/* Step 0 is the primary request; the other steps follow the table. */
static void next_request(struct worker *worker)
{
	size_t primary = primary_index(worker->family);

	for (; worker->step <= worker->family->request_count; worker->step++) {
		size_t index = worker->step ? worker->step - 1 : primary;

		if ((worker->step && index == primary) || !is_due(worker, index, !worker->step))
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
	worker->path = "";
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
	} else if (!worker->family || (worker->has_doubts && !worker->spec.is_api_only)) {
		worker->is_recognising = true;
		identify_init(&worker->identification);
		ask(worker, worker->identification.ask, false);
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
}
