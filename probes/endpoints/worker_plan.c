/* What a worker asks next, and when: decisions only, no request is made here. */
#include "probes/base/text.h"
#include "probes/endpoints/worker.h"

#include <stdio.h>
#include <string.h>

#define POLL_PERIODS 5
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define BACK_OFF_MAX_MS 60000

/* Between 0.9 and 1.1, from the URL and the count of polls, so that endpoints that started together drift
 * apart. */
static double jitter(const struct worker *worker)
{
	uint32_t hash = 2166136261u + worker->polls * 7919u;

	for (const char *c = worker->spec.url; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return 0.9 + 0.2 * (hash % 1000) / 1000;
}

int64_t worker_gap(const struct worker *worker)
{
	double gap = worker->world->settings->period_s * 1000 * POLL_PERIODS * jitter(worker);

	for (unsigned i = 1; i < worker->failures && gap < BACK_OFF_MAX_MS; i++)
		gap *= 2;
	return (int64_t)(gap > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : gap);
}

void worker_hurry(struct worker *worker)
{
	worker->due = 0;
	worker->listed_at = 0;
}

void worker_set_family(struct worker *worker, const struct family *family)
{
	worker->family = family;
	worker->primary = family ? family_primary(family) : 0;
	worker->absent = 0;
	worker->is_proven = false;
	memset(worker->too_big, 0, sizeof(worker->too_big));
}

static bool is_switched_off(const struct worker *worker, const struct request *request)
{
	return request->is_llama_metrics && !worker->world->settings->has_llama_metrics;
}

static bool may_ask(const struct worker *worker, size_t index)
{
	const struct request *request = &worker->family->requests[index];

	return request->cost == COST_FREE && !is_switched_off(worker, request) &&
	       !(worker->absent & 1u << index);
}

bool worker_is_due(const struct worker *worker, size_t index, bool is_primary, int64_t now)
{
	const struct request *request = &worker->family->requests[index];
	int64_t asked = index < REQUESTS_MAX ? worker->asked_at[index] : 0;

	if (!may_ask(worker, index))
		return false;
	if (is_primary)
		return true;
	if (*worker->spec.backend && !*worker->spec.key)
		return false;
	if (index < REQUESTS_MAX && worker->too_big[index].times && now < worker->too_big[index].until)
		return false;
	if (request->rhythm == EVERY_POLL || !asked)
		return true;
	return request->rhythm == EVERY_MINUTE && now - asked >= MINUTE_MS;
}

/* What a gateway is asked at the start only is work for the servers behind it: not repeated, even if it
 * failed. */
static bool is_for_once(const struct worker *worker)
{
	return worker->family->facts.kind == SERVER_GATEWAY && worker->request->rhythm == AT_START;
}

/* Reading and dropping megabytes each poll helps nobody: such a request is made ever more rarely, after a
 * minute at first, each hour in the end. */
static void note_size(struct worker *worker, size_t index, const struct answer *answer, int64_t now)
{
	int64_t gap = MINUTE_MS;

	if (answer->outcome != OUTCOME_TOO_BIG) {
		worker->too_big[index].times = 0;
		return;
	}
	for (unsigned i = 0; i < worker->too_big[index].times && gap < HOUR_MS; i++)
		gap *= 2;
	worker->too_big[index].times++;
	worker->too_big[index].until = now + (gap < HOUR_MS ? gap : HOUR_MS);
}

void worker_note_asked(struct worker *worker, const struct answer *answer, int64_t now)
{
	size_t index = (size_t)(worker->request - worker->family->requests);

	if (worker->is_primary && answer->status != worker->primary_status) {
		/* It has loaded a model or restarted: earlier answers may be outdated. */
		memset(worker->asked_at, 0, sizeof(worker->asked_at));
		memset(worker->too_big, 0, sizeof(worker->too_big));
		worker->primary_status = answer->status;
	}
	if (index >= REQUESTS_MAX)
		return;
	note_size(worker, index, answer, now);
	if (answer->outcome == OUTCOME_ANSWERED || is_for_once(worker))
		worker->asked_at[index] =
			answer->status == 401 && worker->request->rhythm != EVERY_POLL ? now + HOUR_MS : now;
}

/* The list of a server of no known family may be work for others, so it is requested once a minute at most,
 * through one URL of it after the other. `--once` needs two tries if the first got no answer. */
bool worker_only_connects(const struct worker *worker, int64_t now)
{
	bool is_known = worker->family && !worker->has_doubts && !worker->family->facts.is_asked_rarely;
	int64_t listed_at =
		worker->listed_at > worker->other_listed_at ? worker->listed_at : worker->other_listed_at;
	int64_t pause = worker->is_others_turn ? 2 * MINUTE_MS : MINUTE_MS;

	return !is_known && !worker->world->is_once && worker->listed_at && now - listed_at < pause;
}

/* The list was not asked for, or was refused without a look at any model: it may be asked for again soon. */
bool worker_did_no_work(const struct worker *worker, const struct answer *answer)
{
	bool is_refused = (answer->status >= 300 && answer->status <= 499) || answer->status == 502 ||
			  answer->status == 503;

	return !answer->bytes_sent || answer->outcome == OUTCOME_CLOSED ||
	       (worker->is_recognising && is_refused);
}

/* An error on a kept connection may be of the connection alone; an answer over the cap is the server's. A list
 * that is work for others is not asked for twice because it takes long. */
bool worker_may_repeat(const struct worker *worker, const struct answer *answer, int64_t now)
{
	bool is_slow_list = answer->outcome == OUTCOME_SILENT && worker_only_connects(worker, now);

	return answer->outcome != OUTCOME_ANSWERED && answer->outcome != OUTCOME_TOO_BIG &&
	       answer->is_reused && !worker->is_fresh && !is_slow_list;
}

/* ---- not an LLM server ---- */

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

bool worker_is_other(const struct worker *worker, const struct answer *answer)
{
	const struct endpoint_spec *spec = &worker->spec;

	if (worker->was_good)
		return false;
	if (spec->is_mount && !spec->is_pinned && !worker->has_backend)
		return is_no_llm(worker, answer);
	return *spec->family && answer->outcome == OUTCOME_ANSWERED && answer->status < 400 &&
	       answer->body_length;
}

/* ---- wrong guesses ---- */

/* A proxy may let the list through and refuse every other path, or lead it elsewhere. */
static bool is_of_proxy(const struct worker *worker, const struct answer *answer)
{
	return worker->has_list && answer->shape != BODY_JSON &&
	       ((answer->status >= 300 && answer->status <= 403) ||
		       (answer->status >= 502 && answer->status <= 504));
}

static bool is_absent(const struct worker *worker, const struct answer *answer)
{
	return answer->status == 404 || answer->status == 405 || answer->status == 501 ||
	       (!worker->is_proven && is_of_proxy(worker, answer));
}

bool worker_misses_too(const struct worker *worker, const struct answer *answer)
{
	return worker->is_primary && worker->absent && is_absent(worker, answer);
}

bool worker_guessed_wrong(const struct worker *worker, const struct answer *answer)
{
	return !worker->is_proven && worker->family && !worker->family->facts.is_asked_rarely &&
	       answer->outcome == OUTCOME_ANSWERED &&
	       (is_absent(worker, answer) || (answer->status >= 200 && answer->status <= 299));
}

bool worker_next_primary(struct worker *worker, const struct answer *answer)
{
	if (!is_absent(worker, answer))
		return false;
	worker->absent |= 1u << worker->primary;
	for (size_t i = 0; i < worker->family->request_count; i++) {
		if (!may_ask(worker, i))
			continue;
		worker->primary = i;
		return true;
	}
	return false;
}

/* ---- a slash that is missing ---- */

bool worker_is_slashed(const struct worker *worker, const char *path)
{
	return worker->slashed && strcmp(worker->slashed, path) == 0;
}

/* Whether a redirect does nothing but add a slash to the path. Its host is ignored: the path is asked for
 * here again, and some servers forget the port that they were asked on. */
bool worker_lacks_slash(const struct worker *worker, const struct answer *answer)
{
	char location[512], end[128];

	if (answer->outcome != OUTCOME_ANSWERED || answer->status < 301 || answer->status > 308 ||
		!worker->path[1] || worker_is_slashed(worker, worker->path))
		return false;
	answer_header(answer, "Location", location, sizeof(location));
	location[strcspn(location, "?#")] = '\0';
	snprintf(end, sizeof(end), "%s/", worker->path);
	return text_has_suffix(location, end);
}
