/* Polls: who is due, what is asked, what an answer leads to.
 *
 * One poll of a door is a short conversation. At a door whose family is not known yet it is recognition; then come the
 * family's requests that are due, the primary one first. An error on a kept-alive connection is asked once more on a fresh
 * one. The first silence is followed by a second try soon, because only two of them mean anything. */
#include "probes/watch.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/digest.h"
#include "probes/recognise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TALKING_MAX 64
#define REQUESTS_MAX 12
#define POLL_PERIODS 5
#define CONNECT_MS 2000
#define WHOLE_MS 5000
#define SECOND_TRY_MS 2000
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define BACK_OFF_MAX_MS 60000

struct worker {
	struct watch *watch;
	struct door door;               /* texts owned */
	struct url url;
	const struct family *family;
	struct recognition recognition;
	bool is_recognising, has_doubts;
	struct http_call *call;
	const char *path;               /* being asked */
	const struct request *request;  /* NULL while recognising */
	bool is_primary, is_fresh;
	size_t step;
	int64_t asked_at[REQUESTS_MAX]; /* monotonic ms of the last answer to each request, 0: never */
	int64_t due;
	unsigned silences, failures, polls;
	bool is_settled, was_good;
};

struct watch {
	uv_timer_t *timer;
	struct http *http;
	const struct settings *settings;
	struct ledger *ledger;
	bool is_once;
	struct watch_hooks hooks;
	char *proxy;
	struct {
		struct worker **items;
		size_t count, room;
	} workers;
	size_t talking;
};

static void schedule(struct watch *watch);
static void ask(struct worker *worker, const char *path, bool is_fresh);
static void next_request(struct worker *worker);

static void copy_text(const char **slot, const char *text)
{
	char *copy = mem_copy(text);

	free((char *)(uintptr_t)*slot);
	*slot = copy;
}

static void free_worker(struct worker *worker)
{
	const char *texts[] = { worker->door.url, worker->door.peer_id, worker->door.address, worker->door.family,
		worker->door.key };

	if (worker->call) {
		http_cancel(worker->call);
		worker->watch->talking--;
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free((char *)(uintptr_t)texts[i]);
	free(worker);
}

static struct worker *find(const struct watch *watch, const char *url)
{
	for (size_t i = 0; i < watch->workers.count; i++)
		if (strcmp(watch->workers.items[i]->door.url, url) == 0)
			return watch->workers.items[i];
	return NULL;
}

bool watch_has(const struct watch *watch, const char *url)
{
	return find(watch, url) != NULL;
}

/* ---- the end of a poll ---- */

/* Between 0.9 and 1.1, from the door and the count of polls: endpoints that began together drift apart. */
static double jitter(const struct worker *worker)
{
	uint32_t hash = 2166136261u + worker->polls * 7919u;

	for (const char *c = worker->door.url; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return 0.9 + 0.2 * (hash % 1000) / 1000;
}

static int64_t poll_gap(const struct worker *worker)
{
	double gap = worker->watch->settings->period_s * 1000 * POLL_PERIODS * jitter(worker);

	for (unsigned i = 1; i < worker->failures && gap < BACK_OFF_MAX_MS; i++)
		gap *= 2;
	return (int64_t)(gap > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : gap);
}

static void end_poll(struct worker *worker, bool is_good, bool is_silence)
{
	int64_t now = when_now().mono_ms;

	worker->request = NULL;
	worker->is_recognising = false;
	worker->polls++;
	worker->was_good = worker->was_good || is_good;
	worker->failures = is_good ? 0 : worker->failures + 1;
	worker->silences = is_silence ? worker->silences + 1 : 0;
	worker->is_settled = !is_silence || worker->silences >= 2;
	if (is_silence && worker->silences == 1)
		worker->due = now + (worker->watch->is_once ? 0 : SECOND_TRY_MS);
	else
		worker->due = now + poll_gap(worker);
	schedule(worker->watch);
}

static void drop_worker(struct worker *worker)
{
	struct watch *watch = worker->watch;

	for (size_t i = 0; i < watch->workers.count; i++) {
		if (watch->workers.items[i] != worker)
			continue;
		watch->workers.items[i] = watch->workers.items[--watch->workers.count];
		break;
	}
	free_worker(worker);
}

static bool is_silence(const struct answer *answer)
{
	return answer->outcome == OUTCOME_CONNECT_TIMEOUT || answer->outcome == OUTCOME_SILENT ||
		(answer->outcome == OUTCOME_TLS && answer->tls == TLS_TIMEOUT);
}

/* How a row shows the door: "https /ollama", "https :8443", ":11434". */
static const char *door_label(const struct url *url, char *label, size_t size)
{
	bool is_usual = url->port == (url->is_https ? 443 : 80);
	char port[8] = "";

	if (!is_usual || !url->is_https)
		snprintf(port, sizeof(port), ":%d", url->port);
	snprintf(label, size, "%s%s%s%s%s", url->is_https ? "https" : "", url->is_https && *port ? " " : "", port,
		*url->path ? " " : "", url->path);
	return label;
}

static void declare(struct worker *worker)
{
	const struct door *door = &worker->door;
	char label[640];

	if (door->is_candidate)
		return;
	ledger_see_endpoint(worker->watch->ledger,
		&(struct obs_endpoint){
			.url = door->url,
			.peer_id = door->peer_id,
			.address = door->address,
			.at = door_label(&worker->url, label, sizeof(label)),
			.port = worker->url.port,
			.found_by = (int)door->found_by,
			.is_pinned = door->is_pinned,
			.is_own = door->is_own,
			.server = worker->family ? worker->family->name : "",
			.title = worker->family ? worker->family->title : "",
		},
		when_now());
}

/* ---- answers ---- */

/* Tells the ledger; true: the answer is what the family says here. */
static bool report(struct worker *worker, const struct answer *answer, bool is_primary)
{
	struct arena *arena = arena_new();
	const struct request *request = worker->request;
	struct obs_answer obs;
	struct reading reading;
	bool is_expected = false;

	digest_answer(&obs, answer, worker->door.url, worker->path, arena);
	reading_init(&reading, arena);
	if (request && answer->outcome == OUTCOME_ANSWERED) {
		is_expected = request->read(answer, &reading);
		reading.key_rejected = reading.wants_key && *worker->door.key;
		reading.wants_key = reading.wants_key && !*worker->door.key;
		obs.reading = &reading;
	}
	obs.cost = request ? request->cost : COST_FREE;
	obs.is_primary = is_primary;
	obs.is_expected = is_expected;
	if (worker->family) {
		obs.server = worker->family->name;
		obs.title = worker->family->title;
		obs.is_front_end = worker->family->kind == KIND_FRONT_END;
	}
	ledger_see_answer(worker->watch->ledger, &obs, when_now());
	arena_free(arena);
	worker->watch->hooks.changed(worker->watch->hooks.data);
	return is_expected;
}

static void judged(struct worker *worker, const struct answer *answer)
{
	const struct watch_hooks *hooks = &worker->watch->hooks;
	const struct watch_result result = { .door = &worker->door, .family = worker->family,
		.outcome = answer->outcome, .status = answer->status };

	hooks->judged(hooks->data, &result);
}

/* Our own mount that answers well and is no LLM server, somebody's wiki; or a door where an earlier run found one and
 * something else lives now. It is left alone. */
static bool is_other(const struct worker *worker, const struct answer *answer)
{
	bool is_remembered = *worker->door.family && !worker->was_good;

	return (worker->door.is_mount || is_remembered) && answer->outcome == OUTCOME_ANSWERED &&
		answer->status < 400 && answer->body_length;
}

static void recognised(struct worker *worker, const struct answer *answer)
{
	worker->is_recognising = false;
	worker->has_doubts = false;
	if (worker->recognition.family)
		worker->family = worker->recognition.family;
	if (worker->recognition.family && worker->door.is_candidate) {
		judged(worker, answer);
		worker->door.is_candidate = false;
		declare(worker);
	}
	if (worker->recognition.family) {
		report(worker, answer, false);
		memset(worker->asked_at, 0, sizeof(worker->asked_at));
		worker->step = 0;
		next_request(worker);
	} else if (worker->door.is_candidate || is_other(worker, answer)) {
		report(worker, answer, false);
		judged(worker, answer);
		drop_worker(worker);
	} else {
		report(worker, answer, true);
		end_poll(worker, false, is_silence(answer));
	}
}

static void go_on_recognising(struct worker *worker, const struct answer *answer)
{
	recognise_step(&worker->recognition, answer);
	if (!worker->recognition.ask) {
		recognised(worker, answer);
		return;
	}
	report(worker, answer, false);
	ask(worker, worker->recognition.ask, false);
}

static size_t index_of(const struct worker *worker)
{
	return (size_t)(worker->request - worker->family->requests);
}

/* A server that suddenly answers something else may have been replaced by another. */
static bool raises_doubts(const struct answer *answer)
{
	return answer->outcome == OUTCOME_ANSWERED &&
		(answer->status == 404 || answer->status == 405 || (answer->status >= 200 && answer->status < 300));
}

static void go_on_asking(struct worker *worker, const struct answer *answer)
{
	bool is_primary = worker->is_primary;
	bool is_expected = report(worker, answer, is_primary);
	int64_t now = when_now().mono_ms;

	if (answer->outcome == OUTCOME_ANSWERED && index_of(worker) < REQUESTS_MAX)
		worker->asked_at[index_of(worker)] =
			answer->status == 401 && worker->request->rhythm != EVERY_POLL ? now + HOUR_MS : now;
	if (is_primary && !is_expected) {
		worker->has_doubts = raises_doubts(answer);
		end_poll(worker, false, is_silence(answer));
	} else {
		next_request(worker);
	}
}

static void answered(void *data, const struct answer *answer)
{
	struct worker *worker = data;
	struct watch *watch = worker->watch;

	worker->call = NULL;
	watch->talking--;
	if (answer->outcome != OUTCOME_ANSWERED && answer->is_reused && !worker->is_fresh) {
		ledger_see_sent(watch->ledger, COST_FREE, answer->bytes_sent, answer->bytes_received);
		ask(worker, worker->path, true);
		return;
	}
	if (answer->outcome == OUTCOME_CONNECT_TIMEOUT)
		watch->hooks.silent(watch->hooks.data, &worker->door);
	if (worker->is_recognising)
		go_on_recognising(worker, answer);
	else
		go_on_asking(worker, answer);
	schedule(watch);
}

/* ---- questions ---- */

static void fill_request(const struct worker *worker, const char *full, struct http_request *request)
{
	const struct watch *watch = worker->watch;

	*request = (struct http_request){
		.url = full,
		.address = *worker->door.address ? worker->door.address : NULL,
		.key = *worker->door.key ? worker->door.key : NULL,
		.proxy = *worker->door.peer_id && *watch->proxy ? watch->proxy : NULL,
		.ca_file = *watch->settings->ca_file ? watch->settings->ca_file : NULL,
		.connect_ms = CONNECT_MS,
		.total_ms = watch->is_once ? CONNECT_MS : WHOLE_MS,
	};
}

bool watch_request(const struct watch *watch, const char *url, const char *path, char *full, size_t size,
	struct http_request *request)
{
	const struct worker *worker = find(watch, url);

	if (!worker || snprintf(full, size, "%s%s", url, path) >= (int)size)
		return false;
	fill_request(worker, full, request);
	return true;
}

static void ask(struct worker *worker, const char *path, bool is_fresh)
{
	char full[1024];
	struct http_request request;

	snprintf(full, sizeof(full), "%s%s", worker->door.url, path);
	fill_request(worker, full, &request);
	request.is_fresh = is_fresh;
	worker->path = path;
	worker->is_fresh = is_fresh;
	worker->watch->talking++;
	worker->call = http_get(worker->watch->http, &request, NULL, answered, worker);
}

static bool is_switched_off(const struct worker *worker, const struct request *request)
{
	return request->option && strcmp(request->option, "llama-metrics") == 0 &&
		!worker->watch->settings->has_llama_metrics;
}

static bool is_due(const struct worker *worker, size_t index, bool is_first)
{
	const struct request *request = &worker->family->requests[index];
	int64_t asked = index < REQUESTS_MAX ? worker->asked_at[index] : 0;

	if (request->cost != COST_FREE || is_switched_off(worker, request))
		return false;
	if (is_first)
		return true;
	if (worker->door.is_backend_asked || request->rhythm == ON_REQUEST)
		return false;
	if (request->rhythm == EVERY_POLL || !asked)
		return true;
	return request->rhythm == EVERY_MINUTE && when_now().mono_ms - asked >= MINUTE_MS;
}

/* The first request of the table that every poll makes. */
static size_t primary_index(const struct family *family)
{
	size_t i = 0;

	while (i + 1 < family->request_count && family->requests[i].rhythm != EVERY_POLL)
		i++;
	return i;
}

/* Step 0 is the primary request; then the table in its order. */
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

static void begin_poll(struct worker *worker)
{
	worker->request = NULL;
	worker->step = 0;
	if (!*worker->door.address && !url_host_is_address(worker->url.host)) {
		report_unresolved(worker);
	} else if (!worker->family || worker->has_doubts) {
		worker->is_recognising = true;
		recognise_init(&worker->recognition);
		ask(worker, worker->recognition.ask, false);
	} else {
		next_request(worker);
	}
}

/* ---- time ---- */

static bool waits_for_host(const struct worker *worker)
{
	return *worker->door.peer_id && ledger_peer_is_offline(worker->watch->ledger, worker->door.peer_id);
}

static void tick(uv_timer_t *timer)
{
	struct watch *watch = timer->data;
	int64_t now = when_now().mono_ms;

	for (size_t i = 0; i < watch->workers.count && watch->talking < TALKING_MAX; i++) {
		struct worker *worker = watch->workers.items[i];

		if (worker->call || worker->due > now)
			continue;
		if (waits_for_host(worker)) {
			worker->is_settled = true;
			worker->due = now + poll_gap(worker);
			continue;
		}
		begin_poll(worker);
	}
	schedule(watch);
}

static void schedule(struct watch *watch)
{
	int64_t now = when_now().mono_ms, due = INT64_MAX;

	if (watch->talking >= TALKING_MAX)
		return;
	for (size_t i = 0; i < watch->workers.count; i++)
		if (!watch->workers.items[i]->call && watch->workers.items[i]->due < due)
			due = watch->workers.items[i]->due;
	if (due == INT64_MAX)
		uv_timer_stop(watch->timer);
	else
		uv_timer_start(watch->timer, tick, due > now ? (uint64_t)(due - now) : 0, 0);
}

struct watch *watch_new(uv_loop_t *loop, struct http *http, const struct settings *settings, struct ledger *ledger,
	bool is_once, const struct watch_hooks *hooks)
{
	struct watch *watch = mem_alloc(sizeof(*watch));

	watch->http = http;
	watch->settings = settings;
	watch->ledger = ledger;
	watch->is_once = is_once;
	watch->hooks = *hooks;
	watch->proxy = mem_copy("");
	watch->timer = mem_alloc(sizeof(*watch->timer));
	uv_timer_init(loop, watch->timer);
	watch->timer->data = watch;
	return watch;
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < watch->workers.count; i++)
		free_worker(watch->workers.items[i]);
	free(watch->workers.items);
	free(watch->proxy);
	uv_close((uv_handle_t *)watch->timer, free_handle);
	free(watch);
}

void watch_add(struct watch *watch, const struct door *door)
{
	struct worker *worker = find(watch, door->url);
	struct url url;

	if (worker) {
		if (strcmp(worker->door.address, door->address) != 0)
			worker->due = 0;
		copy_text(&worker->door.peer_id, door->peer_id);
		copy_text(&worker->door.address, door->address);
		worker->door.is_backend_asked = door->is_backend_asked;
		declare(worker);
		return;
	}
	if (url_split(&url, door->url) < 0)
		return;
	worker = *VEC_PUSH(&watch->workers) = mem_alloc(sizeof(*worker));
	worker->watch = watch;
	worker->url = url;
	worker->door = *door;
	worker->door.url = mem_copy(door->url);
	worker->door.peer_id = mem_copy(door->peer_id);
	worker->door.address = mem_copy(door->address);
	worker->door.family = mem_copy(door->family);
	worker->door.key = mem_copy(door->key);
	worker->family = *door->family ? family_by_name(door->family) : NULL;
	declare(worker);
	schedule(watch);
}

void watch_drop(struct watch *watch, const char *url)
{
	struct worker *worker = find(watch, url);

	if (worker)
		drop_worker(worker);
}

void watch_ask_now(struct watch *watch, const char *url)
{
	for (size_t i = 0; i < watch->workers.count; i++)
		if (!url || strcmp(watch->workers.items[i]->door.url, url) == 0)
			watch->workers.items[i]->due = 0;
	schedule(watch);
}

void watch_set_proxy(struct watch *watch, const char *proxy)
{
	free(watch->proxy);
	watch->proxy = mem_copy(proxy);
}

size_t watch_unsettled(const struct watch *watch)
{
	size_t count = 0;

	for (size_t i = 0; i < watch->workers.count; i++)
		count += !watch->workers.items[i]->is_settled;
	return count;
}
