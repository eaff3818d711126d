#include "probes/endpoints/canary_run.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/canary_body.h"
#include "probes/endpoints/canary_growth.h"
#include "probes/endpoints/canary_result.h"
#include "probes/io/secret.h"
#include "probes/io/timer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000
#define POLL_MS 2000       /* for the engine's counters, before and after */
#define PACKETS_MS 4000    /* until an exchange is seen in packets */
#define CONNECT_MS 10000   /* the first handshake may wait for a certificate */
#define BODY_MAX (1 << 20) /* bytes of an answer */

enum phase { PHASE_NONE, PHASE_BEFORE, PHASE_REQUEST, PHASE_AFTER };

struct canary_run {
	struct http *http;
	struct ledger *ledger;
	struct pool *pool;
	const struct settings *settings;
	void (*changed)(void *data);
	void *data;
	struct timer *timer;
	struct canary_plan plan;
	enum phase phase;
	struct when phase_began;
	bool is_polled; /* in this phase the engine was asked for its counters */
	struct http_call *call;
	struct canary_stream stream;
	struct when began, heard; /* the request; the last token, or the request */
	struct canary_figures now;
	char words[TEXT_CAP], path_source[16];
	struct canary_growth growth;
};

static void tick(void *data);

struct canary_run *canary_run_new(struct uv_loop_s *loop, struct http *http, struct ledger *ledger,
	struct pool *pool, const struct settings *settings, void (*changed)(void *data), void *data)
{
	struct canary_run *run = mem_alloc(sizeof(*run));

	*run = (struct canary_run){ .http = http,
		.ledger = ledger,
		.pool = pool,
		.settings = settings,
		.changed = changed,
		.data = data };
	run->timer = timer_new(loop, tick, run);
	return run;
}

void canary_run_free(struct canary_run *run)
{
	if (!run)
		return;
	http_cancel(run->call);
	canary_stream_fini(&run->stream);
	timer_free(run->timer);
	free(run);
}

bool canary_run_goes_on(const struct canary_run *run)
{
	return run->phase != PHASE_NONE;
}

static void report(struct canary_run *run)
{
	const struct obs_canary canary = { .url = run->plan.url,
		.sent_to = run->plan.sent_to,
		.path = run->plan.path,
		.model = run->plan.model,
		.words = run->words,
		.path_source = run->path_source,
		.figures = run->now };

	ledger_see(
		run->ledger, &(struct observation){ .kind = OBSERVED_CANARY, .canary = &canary }, when_now());
	run->changed(run->data);
}

static void enter(struct canary_run *run, enum phase phase)
{
	run->phase = phase;
	run->phase_began = when_now();
	run->is_polled = false;
	if (phase == PHASE_NONE)
		timer_stop(run->timer);
	else
		timer_start(run->timer, TICK_MS);
	run->changed(run->data);
}

bool canary_run_start(struct canary_run *run, const struct canary_plan *plan)
{
	if (canary_run_goes_on(run))
		return false;
	run->plan = *plan;
	canary_figures_init(&run->now);
	run->now.count = plan->count;
	enter(run, PHASE_BEFORE);
	return true;
}

/* Fills a request for its server, with the key that may be sent there. false: nothing may be sent now. The URL is
 * still to be set. */
static bool find_way(const struct canary_run *run, struct http_request *request)
{
	char full[sizeof(run->plan.sent_to)];

	return pool_request(run->pool, run->plan.url, "", full, sizeof(full), request);
}

/* ---- the end of a request ---- */

/* The server's words may repeat a key. If the key is not at hand any more, they are not kept. */
static void keep_words(struct canary_run *run)
{
	char *raw = run->stream.words;
	size_t length = strlen(raw);
	struct http_request request;
	bool has_way = find_way(run, &request);

	if (run->now.sends_key && !(has_way && request.key))
		return;
	http_hide_keys(run->http, raw, length);
	if (run->now.sends_key)
		secret_hide(raw, length, request.key);
	text_clean(run->words, sizeof(run->words), raw, length);
}

static void keep_location(struct canary_run *run, const struct answer *answer)
{
	char location[1024], bare[1024];

	answer_header(answer, "Location", location, sizeof(location));
	url_bare(location, bare, sizeof(bare));
	text_clean(run->words, sizeof(run->words), bare, strlen(bare));
}

static void end_request(struct canary_run *run, const struct answer *answer, struct when now)
{
	bool is_done;

	canary_stream_end(&run->stream, now.mono_ms);
	canary_result_read(&run->now, &run->plan, &run->stream, answer, run->began, now);
	if (run->now.trouble == CANARY_REDIRECTED)
		keep_location(run, answer);
	else
		keep_words(run);
	is_done = run->now.state == CANARY_DONE;
	canary_stream_fini(&run->stream);
	report(run);
	enter(run, is_done ? PHASE_AFTER : PHASE_NONE);
}

/* Ends it from here: what is known of it is kept. */
static void break_off(struct canary_run *run, enum canary_state state, enum canary_trouble trouble)
{
	struct answer answer;

	answer_init(&answer);
	if (run->call)
		http_look(run->call, &answer);
	http_cancel(run->call);
	run->call = NULL;
	run->now.state = state;
	run->now.trouble = trouble;
	end_request(run, &answer, when_now());
	answer_fini(&answer);
}

void canary_run_stop(struct canary_run *run)
{
	if (run->phase == PHASE_REQUEST)
		break_off(run, CANARY_CANCELLED, CANARY_NO_TROUBLE);
	else if (canary_run_goes_on(run))
		enter(run, PHASE_NONE);
}

/* ---- a request ---- */

/* The port is needed before the end, which packets may tell first. */
static void see_first_token(struct canary_run *run)
{
	struct answer answer;

	answer_init(&answer);
	http_look(run->call, &answer);
	run->now.port = answer.local_port;
	run->now.state = CANARY_STREAMING;
	answer_fini(&answer);
	report(run);
}

static int take_bytes(void *data, const char *bytes, size_t length)
{
	struct canary_run *run = data;
	unsigned events = run->stream.events;
	struct when now = when_now();

	if (canary_stream_feed(&run->stream, bytes, length, now.mono_ms) < 0)
		return -1;
	if (run->stream.events != events) {
		run->heard = now;
		if (!events)
			see_first_token(run);
		run->now.has_more = run->stream.events > 4 * CANARY_TOKENS;
	}
	return run->now.has_more ? -1 : run->stream.has_ended;
}

static void done(void *data, const struct answer *answer)
{
	struct canary_run *run = data;

	run->call = NULL;
	end_request(run, answer, when_now());
}

/* What the next request costs: the first one loaded the model, or woke it. */
static enum cost cost_of(const struct canary_run *run)
{
	bool is_warm = run->now.number > 1;

	return is_warm && (run->plan.cost == COST_LOADS || run->plan.cost == COST_WAKES) ? COST_RESETS_IDLE
											 : run->plan.cost;
}

static void begin_figures(struct canary_run *run, const struct peer *peer)
{
	int number = run->now.number, count = run->now.count;

	canary_figures_init(&run->now);
	run->now.number = number;
	run->now.count = count;
	run->now.state = CANARY_WAITING;
	run->now.api = run->plan.api;
	run->now.cost = cost_of(run);
	run->now.was_cold = run->plan.was_cold && number == 1;
	run->now.began = run->began.wall_ms;
	run->words[0] = run->path_source[0] = '\0';
	if (!peer || peer->is_self)
		return;
	run->now.path_ms = peer->path.rtt_ms;
	text_set(run->path_source, sizeof(run->path_source), "%s", peer->path.rtt_source);
}

static void send_request(struct canary_run *run, const struct peer *peer)
{
	struct http_request request;
	char *body;

	run->began = run->heard = when_now();
	begin_figures(run, peer);
	canary_stream_init(&run->stream, run->plan.api);
	enter(run, PHASE_REQUEST);
	if (!find_way(run, &request)) {
		break_off(run, CANARY_FAILED, CANARY_HALTED);
		return;
	}
	body = canary_body(&run->plan, (uint64_t)run->began.wall_ms);
	request.url = run->plan.sent_to;
	request.json = body;
	request.wants_stream = request.is_fresh = true;
	request.connect_ms = CONNECT_MS;
	request.total_ms = 0;
	request.body_max = BODY_MAX;
	run->now.sends_key = request.key != NULL;
	run->call = http_get(run->http, &request, take_bytes, done, run);
	report(run);
	free(body);
}

/* ---- between requests ---- */

/* Whether the counters are as they were in this phase, or will not be. */
static bool has_counters(struct canary_run *run, const struct snapshot *snapshot,
	const struct endpoint *endpoint, struct when now)
{
	if (isnan(endpoint->figures.generated_tokens) || when_since(run->phase_began, now) > POLL_MS)
		return true;
	if (!run->is_polled)
		canary_growth_poll(run->pool, snapshot, endpoint->engine_id);
	run->is_polled = true;
	return endpoint->figured >= run->phase_began.wall_ms;
}

/* Whether packets are watched, or will not be. */
static bool is_watching(const struct canary_run *run, const struct snapshot *snapshot, struct when now)
{
	return !run->settings->has_capture || !snapshot->daemon.is_known ||
	       snapshot->capture.state != CAPTURE_OFF || when_since(run->phase_began, now) > POLL_MS;
}

static bool is_seen_in_packets(
	const struct canary_run *run, const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->canaries.count; i++) {
		const struct canary *one = &snapshot->canaries[endpoint->canaries.first + i];

		if (one->figures.number == run->now.number)
			return one->is_seen;
	}
	return false;
}

static bool has_packets(const struct canary_run *run, const struct snapshot *snapshot,
	const struct endpoint *endpoint, struct when now)
{
	return snapshot->capture.state != CAPTURE_RUNNING || when_since(run->phase_began, now) > PACKETS_MS ||
	       is_seen_in_packets(run, snapshot, endpoint);
}

static void next(struct canary_run *run)
{
	if (run->now.number < run->now.count) {
		run->now.number++;
		enter(run, PHASE_BEFORE);
	} else {
		enter(run, PHASE_NONE);
	}
}

static const struct endpoint *endpoint_of(const struct canary_run *run, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (strcmp(snapshot->endpoints[i].url, run->plan.url) == 0)
			return &snapshot->endpoints[i];
	return NULL;
}

/* While the tailnet is stopped its addresses may be strangers': the connection is not kept. */
static void check_way(struct canary_run *run)
{
	struct http_request request;

	if (!find_way(run, &request))
		break_off(run, CANARY_FAILED, CANARY_HALTED);
}

void canary_run_see(struct canary_run *run, const struct snapshot *snapshot, struct when now)
{
	const struct endpoint *endpoint = endpoint_of(run, snapshot);

	if (!canary_run_goes_on(run))
		return;
	if (run->phase == PHASE_REQUEST) {
		check_way(run);
	} else if (!endpoint) {
		enter(run, PHASE_NONE);
	} else if (run->phase == PHASE_BEFORE && has_counters(run, snapshot, endpoint, now) &&
		   is_watching(run, snapshot, now)) {
		canary_growth_begin(&run->growth, endpoint);
		send_request(run, endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer]);
	} else if (run->phase == PHASE_AFTER && has_counters(run, snapshot, endpoint, now) &&
		   has_packets(run, snapshot, endpoint, now)) {
		canary_growth_end(&run->growth, endpoint, &run->now);
		report(run);
		next(run);
	}
}

static void tick(void *data)
{
	struct canary_run *run = data;
	bool is_late = (double)when_since(run->heard, when_now()) > run->settings->canary_limit_s * 1000;

	if (run->phase == PHASE_REQUEST && is_late) {
		break_off(run, run->stream.is_over ? CANARY_DONE : CANARY_FAILED,
			run->stream.is_over  ? CANARY_NO_TROUBLE
			: run->stream.events ? CANARY_STALLED
					     : CANARY_NO_TOKEN);
		return;
	}
	timer_start(run->timer, TICK_MS);
	run->changed(run->data);
}
