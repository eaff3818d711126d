/* Four topics, each asked at its own rhythm through the one door that works.
 *
 * The door is tailscaled's socket: the one that was named, else the known ones in turn, else the CLI as a child
 * process. A topic is a row: what to ask of either door, how often, and what reads the answer. An answer is fed to its
 * reader as it arrives, so a status of 10,000 peers is never held as text. */
#include "probes/tailnet.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/run.h"
#include "probes/serve.h"
#include "probes/services.h"
#include "probes/tailscale.h"
#include "probes/usermetrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 5000
#define CLI_ANSWER_MS 10000
#define DEADLINE_SHARE 0.8
#define DEADLINE_CLI_PERIODS 3
#define RETRY_SOCKET_MS 30000
#define NEWS_GAP_MS 300
#define BUS_RETRY_MS 5000
#define TEXT_BYTES_MAX (4 * 1024 * 1024)
/* Initial state, health, peer changes, no netmap, peer patches. */
#define BUS_MASK "45186"

/* Where tailscaled listens: Linux and BSD, containers, macOS, Synology 7 and 6, QNAP, Gokrazy. */
static const char *const known_sockets[] = {
	"/run/tailscale/tailscaled.sock",
	"/var/run/tailscale/tailscaled.sock",
	"/tmp/tailscaled.sock",
	"/var/run/tailscaled.socket",
	"/var/packages/Tailscale/var/tailscaled.sock",
	"/var/packages/Tailscale/etc/tailscaled.sock",
	"/tmp/tailscale/tailscaled.sock",
	"/perm/tailscaled/tailscaled.sock",
};

enum topic_name { TOPIC_STATUS, TOPIC_SERVE, TOPIC_METRICS, TOPIC_SERVICES, TOPIC_COUNT };

struct topic;

struct ask {
	struct tailnet *tailnet;
	const struct topic *topic;
	struct http_call *call;
	struct run *run;
	struct status_parser *parser;
	struct fault fault;             /* of the parser */
	char *text;
	size_t length, room;
	int64_t due, begun;             /* monotonic ms; due INT64_MAX: not to be asked */
};

struct tailnet {
	uv_loop_t *loop;
	uv_timer_t *timer;
	struct http *http;
	const struct settings *settings;
	struct ledger *ledger;
	tailnet_fn *news;
	void *data;
	size_t socket;                  /* index of the socket in use or tried now */
	bool uses_cli;
	int64_t retry_socket;
	char tried[160];                /* what was tried, in words */
	struct ask asks[TOPIC_COUNT];
	struct http_call *bus;
	int64_t bus_due;
	unsigned statuses, failures;
	bool has_serve;
};

struct topic {
	const char *path;               /* of LocalAPI */
	const char *words[4];           /* of the CLI, NULL-ended; none: the CLI has no such thing */
	int periods;                    /* asked every so many periods */
	void (*read)(struct ask *ask, struct when now);
};

static void read_status(struct ask *ask, struct when now);
static void read_serve(struct ask *ask, struct when now);
static void read_metrics(struct ask *ask, struct when now);
static void read_services(struct ask *ask, struct when now);

static const struct topic topics[TOPIC_COUNT] = {
	[TOPIC_STATUS] = { "status", { "status", "--json" }, 1, read_status },
	[TOPIC_SERVE] = { "serve-config", { "serve", "status", "--json" }, 5, read_serve },
	[TOPIC_METRICS] = { "usermetrics", { "metrics", "print" }, 1, read_metrics },
	[TOPIC_SERVICES] = { "services", { NULL }, 30, read_services },
};

static void schedule(struct tailnet *tailnet);

static bool is_socket_named(const struct tailnet *tailnet)
{
	return *tailnet->settings->socket != '\0';
}

static const char *socket_path(const struct tailnet *tailnet)
{
	return is_socket_named(tailnet) ? tailnet->settings->socket : known_sockets[tailnet->socket];
}

const char *tailnet_socket(const struct tailnet *tailnet)
{
	return tailnet->uses_cli ? NULL : socket_path(tailnet);
}

unsigned tailnet_statuses(const struct tailnet *tailnet)
{
	return tailnet->statuses;
}

unsigned tailnet_failures(const struct tailnet *tailnet)
{
	return tailnet->failures;
}

bool tailnet_has_serve(const struct tailnet *tailnet)
{
	return tailnet->has_serve;
}

static void tell(struct tailnet *tailnet, struct tailnet_news news)
{
	tailnet->news(tailnet->data, &news);
}

static void trouble(struct tailnet *tailnet, enum daemon_trouble kind, const char *text)
{
	tailnet->failures++;
	log_line("tailscaled: %s", text);
	ledger_see_trouble(tailnet->ledger, kind, text, when_now());
	tell(tailnet, (struct tailnet_news){ .event = TAILNET_TROUBLE });
}

/* ---- what an answer means ---- */

static void read_status(struct ask *ask, struct when now)
{
	struct tailnet *tailnet = ask->tailnet;
	struct obs_status *status = status_parser_end(ask->parser, &ask->fault);
	char text[TEXT_CAP + 64];

	if (!status) {
		snprintf(text, sizeof(text), "its status cannot be read: %s", ask->fault.text);
		trouble(tailnet, DAEMON_MALFORMED, text);
		return;
	}
	tailnet->statuses++;
	ledger_keep_status(tailnet->ledger, status, tailnet->uses_cli ? "cli" : "localapi",
		tailnet->uses_cli ? tailnet->settings->tailscale : socket_path(tailnet), now);
	tell(tailnet, (struct tailnet_news){ .event = TAILNET_STATUS });
}

static void read_serve(struct ask *ask, struct when now)
{
	struct obs_serve *serve = serve_parse(ask->text, ask->length, &ask->fault);

	(void)now;
	ask->tailnet->has_serve = true;
	if (serve)
		tell(ask->tailnet, (struct tailnet_news){ .event = TAILNET_SERVE, .serve = serve });
	else
		log_line("serve configuration: %s", ask->fault.text);
}

static void read_metrics(struct ask *ask, struct when now)
{
	struct obs_traffic traffic;

	if (usermetrics_parse(ask->text, ask->length, &traffic) == 0)
		ledger_see_traffic(ask->tailnet->ledger, &traffic, now);
}

static void read_services(struct ask *ask, struct when now)
{
	struct obs_services *services = services_parse(ask->text, ask->length, &ask->fault);

	(void)now;
	if (!services)
		return;
	tell(ask->tailnet, (struct tailnet_news){ .event = TAILNET_SERVICES, .services = services });
	services_free(services);
}

/* ---- asking ---- */

static int feed(void *data, const char *bytes, size_t length)
{
	struct ask *ask = data;

	if (ask->parser)
		return status_parser_feed(ask->parser, bytes, length, &ask->fault);
	if (ask->length + length > TEXT_BYTES_MAX)
		return -1;
	if (ask->length + length + 1 > ask->room) {
		ask->room = (ask->length + length + 1) * 2;
		ask->text = mem_grow(ask->text, ask->room, 1);
	}
	memcpy(ask->text + ask->length, bytes, length);
	ask->length += length;
	ask->text[ask->length] = '\0';
	return 0;
}

static void begin(struct ask *ask, struct when now)
{
	ask->begun = now.mono_ms;
	ask->length = 0;
	ask->fault.text[0] = '\0';
	if (!ask->text)
		ask->text = mem_copy("");
	if (ask->topic == &topics[TOPIC_STATUS]) {
		status_parser_free(ask->parser);
		ask->parser = status_parser_new();
	}
}

static int64_t period_ms(const struct tailnet *tailnet)
{
	return (int64_t)(tailnet->settings->period_s * 1000);
}

/* An answer that takes longer than its period stretches the period. */
static void end(struct ask *ask, struct when now)
{
	struct tailnet *tailnet = ask->tailnet;
	int64_t took = now.mono_ms - ask->begun;
	int64_t gap = period_ms(tailnet) * ask->topic->periods * (tailnet->uses_cli ? DEADLINE_CLI_PERIODS : 1);

	ask->call = NULL;
	ask->run = NULL;
	ask->due = ask->begun + (took * 2 > gap ? took * 2 : gap);
	status_parser_free(ask->parser);
	ask->parser = NULL;
	schedule(tailnet);
}

static void go_on_with_cli(struct tailnet *tailnet, struct when now)
{
	tailnet->uses_cli = true;
	tailnet->retry_socket = now.mono_ms + RETRY_SOCKET_MS;
}

/* The socket did not open: the next one, then the CLI. */
static void next_door(struct ask *ask, const struct answer *answer, struct when now)
{
	struct tailnet *tailnet = ask->tailnet;

	if (is_socket_named(tailnet) || tailnet->socket + 1 == ARRAY_LEN(known_sockets)) {
		snprintf(tailnet->tried, sizeof(tailnet->tried), "%s: %s",
			is_socket_named(tailnet) ? tailnet->settings->socket : known_sockets[0],
			answer->os_error ? strerror(answer->os_error) : "no answer");
		tailnet->socket = 0;
		go_on_with_cli(tailnet, now);
	} else {
		tailnet->socket++;
	}
	ask->due = now.mono_ms;
}

static void say_http_trouble(struct ask *ask, const struct answer *answer)
{
	struct tailnet *tailnet = ask->tailnet;
	char text[TEXT_CAP + 128];

	if (answer->status && answer->status != 200) {
		bool is_denied = answer->status == 401 || answer->status == 403;

		snprintf(text, sizeof(text), "%s answers HTTP %d", socket_path(tailnet), answer->status);
		trouble(tailnet, is_denied ? DAEMON_DENIED : DAEMON_MALFORMED, text);
	} else if (*ask->fault.text) {
		snprintf(text, sizeof(text), "its status cannot be read: %.200s", ask->fault.text);
		trouble(tailnet, DAEMON_MALFORMED, text);
	} else if (answer->os_error == EACCES || answer->os_error == EPERM) {
		snprintf(text, sizeof(text), "%s: %s", socket_path(tailnet), strerror(answer->os_error));
		trouble(tailnet, DAEMON_DENIED, text);
	} else {
		snprintf(text, sizeof(text), "%s gives no whole answer", socket_path(tailnet));
		trouble(tailnet, DAEMON_SILENT, text);
	}
}

static bool is_closed_door(const struct answer *answer)
{
	return answer->outcome == OUTCOME_REFUSED ||
		(answer->outcome == OUTCOME_UNREACHABLE && answer->os_error != EACCES && answer->os_error != EPERM);
}

static void http_done(void *data, const struct answer *answer)
{
	struct ask *ask = data;
	struct when now = when_now();
	bool is_status = ask->topic == &topics[TOPIC_STATUS];
	bool goes_on = is_status && is_closed_door(answer);

	if (answer->outcome == OUTCOME_ANSWERED && answer->status == 200)
		ask->topic->read(ask, now);
	else if (is_status && !goes_on)
		say_http_trouble(ask, answer);
	else if (ask->topic == &topics[TOPIC_SERVE])
		ask->tailnet->has_serve = true;
	end(ask, now);
	if (goes_on) {
		next_door(ask, answer, now);
		schedule(ask->tailnet);
	}
}

/* A daemon that is silent is told before the deadline of --once, not cut off by it. */
static long patience_ms(const struct tailnet *tailnet, long most)
{
	double share = tailnet->settings->deadline_s * 1000 * DEADLINE_SHARE;

	return share < (double)most ? (long)share : most;
}

static void ask_socket(struct ask *ask)
{
	char url[128];
	long patience = patience_ms(ask->tailnet, ANSWER_MS);
	const struct http_request request = { .url = url, .unix_socket = socket_path(ask->tailnet),
		.connect_ms = patience, .total_ms = patience, .body_max = STATUS_BYTES_MAX };

	snprintf(url, sizeof(url), "http://local-tailscaled.sock/localapi/v0/%s", ask->topic->path);
	ask->call = http_get(ask->tailnet->http, &request, feed, http_done, ask);
}

static void say_run_trouble(struct ask *ask, const struct run_result *result)
{
	struct tailnet *tailnet = ask->tailnet;
	const char *cli = *tailnet->settings->tailscale ? tailnet->settings->tailscale : "tailscale";
	char text[TEXT_CAP * 2], words[TEXT_CAP];

	text_clean(words, sizeof(words), result->stderr_text, strcspn(result->stderr_text, "\n"));
	if (!result->is_started) {
		snprintf(text, sizeof(text), "%s; and %s: %s", tailnet->tried, cli, strerror(result->error));
		trouble(tailnet, DAEMON_MISSING, text);
	} else if (result->timed_out) {
		snprintf(text, sizeof(text), "%s; and `%s status --json` does not end", tailnet->tried, cli);
		trouble(tailnet, DAEMON_MISSING, text);
	} else if (text_contains_fold(words, "denied")) {
		trouble(tailnet, DAEMON_DENIED, words);
	} else {
		snprintf(text, sizeof(text), "%s; and `%s status --json`: %s", tailnet->tried, cli,
			*words ? words : "failed");
		trouble(tailnet, DAEMON_MISSING, text);
	}
}

static void run_done(void *data, const struct run_result *result)
{
	struct ask *ask = data;
	struct tailnet *tailnet = ask->tailnet;
	bool is_good = result->is_started && !result->timed_out && !result->too_big && result->exit_status == 0;
	struct when now = when_now();

	if (is_good || (ask->topic == &topics[TOPIC_STATUS] && *ask->fault.text))
		ask->topic->read(ask, now);
	else if (ask->topic == &topics[TOPIC_STATUS])
		say_run_trouble(ask, result);
	if (ask->topic == &topics[TOPIC_SERVE])
		tailnet->has_serve = true;
	if (tailnet->retry_socket <= now.mono_ms || !result->is_started)
		tailnet->uses_cli = false;
	end(ask, now);
}

static void ask_cli(struct ask *ask)
{
	struct tailnet *tailnet = ask->tailnet;
	const char *argv[8];
	char option[512];
	size_t count = 0;

	argv[count++] = *tailnet->settings->tailscale ? tailnet->settings->tailscale : "tailscale";
	if (is_socket_named(tailnet)) {
		snprintf(option, sizeof(option), "--socket=%s", tailnet->settings->socket);
		argv[count++] = option;
	}
	for (const char *const *word = ask->topic->words; *word; word++)
		argv[count++] = *word;
	argv[count] = NULL;
	ask->run = run_start(tailnet->loop, argv, patience_ms(tailnet, CLI_ANSWER_MS), STATUS_BYTES_MAX, feed, run_done, ask);
}

/* Everything but the status waits for the first status: it tells which door works. */
static bool may_ask(const struct ask *ask)
{
	if (ask->call || ask->run)
		return false;
	if (ask->tailnet->uses_cli && !ask->topic->words[0])
		return false;
	return ask->topic == &topics[TOPIC_STATUS] || ask->tailnet->statuses;
}

/* ---- the bus ---- */

static int hear_bus(void *data, const char *bytes, size_t length)
{
	struct tailnet *tailnet = data;
	struct ask *status = &tailnet->asks[TOPIC_STATUS];

	if (!memchr(bytes, '\n', length))
		return 0;
	if (status->due > status->begun + NEWS_GAP_MS)
		status->due = status->begun + NEWS_GAP_MS;
	schedule(tailnet);
	return 0;
}

static void bus_done(void *data, const struct answer *answer)
{
	struct tailnet *tailnet = data;

	(void)answer;
	tailnet->bus = NULL;
	tailnet->bus_due = when_now().mono_ms + BUS_RETRY_MS;
	schedule(tailnet);
}

static void listen_to_bus(struct tailnet *tailnet)
{
	const struct http_request request = {
		.url = "http://local-tailscaled.sock/localapi/v0/watch-ipn-bus?mask=" BUS_MASK,
		.unix_socket = socket_path(tailnet),
		.connect_ms = ANSWER_MS,
		.body_max = SIZE_MAX,
	};

	tailnet->bus = http_get(tailnet->http, &request, hear_bus, bus_done, tailnet);
}

/* ---- time ---- */

static void tick(uv_timer_t *timer)
{
	struct tailnet *tailnet = timer->data;
	struct when now = when_now();

	for (size_t i = 0; i < TOPIC_COUNT; i++) {
		struct ask *ask = &tailnet->asks[i];

		if (ask->due > now.mono_ms || !may_ask(ask))
			continue;
		begin(ask, now);
		if (tailnet->uses_cli)
			ask_cli(ask);
		else
			ask_socket(ask);
	}
	if (!tailnet->bus && !tailnet->uses_cli && tailnet->statuses && tailnet->bus_due <= now.mono_ms)
		listen_to_bus(tailnet);
	schedule(tailnet);
}

static void schedule(struct tailnet *tailnet)
{
	int64_t now = when_now().mono_ms, due = now + RETRY_SOCKET_MS;

	for (size_t i = 0; i < TOPIC_COUNT; i++)
		if (may_ask(&tailnet->asks[i]) && tailnet->asks[i].due < due)
			due = tailnet->asks[i].due;
	if (!tailnet->bus && !tailnet->uses_cli && tailnet->statuses && tailnet->bus_due < due)
		due = tailnet->bus_due;
	uv_timer_start(tailnet->timer, tick, due > now ? (uint64_t)(due - now) : 0, 0);
}

struct tailnet *tailnet_new(uv_loop_t *loop, struct http *http, const struct settings *settings, struct ledger *ledger,
	tailnet_fn *news, void *data)
{
	struct tailnet *tailnet = mem_alloc(sizeof(*tailnet));

	tailnet->loop = loop;
	tailnet->http = http;
	tailnet->settings = settings;
	tailnet->ledger = ledger;
	tailnet->news = news;
	tailnet->data = data;
	for (size_t i = 0; i < TOPIC_COUNT; i++) {
		tailnet->asks[i].tailnet = tailnet;
		tailnet->asks[i].topic = &topics[i];
	}
	tailnet->timer = mem_alloc(sizeof(*tailnet->timer));
	uv_timer_init(loop, tailnet->timer);
	tailnet->timer->data = tailnet;
	schedule(tailnet);
	return tailnet;
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

void tailnet_free(struct tailnet *tailnet)
{
	if (!tailnet)
		return;
	for (size_t i = 0; i < TOPIC_COUNT; i++) {
		struct ask *ask = &tailnet->asks[i];

		if (ask->call)
			http_cancel(ask->call);
		if (ask->run)
			run_cancel(ask->run);
		status_parser_free(ask->parser);
		free(ask->text);
	}
	if (tailnet->bus)
		http_cancel(tailnet->bus);
	uv_close((uv_handle_t *)tailnet->timer, free_handle);
	free(tailnet);
}

void tailnet_ask_now(struct tailnet *tailnet)
{
	int64_t now = when_now().mono_ms;

	for (size_t i = 0; i < TOPIC_COUNT; i++)
		if (tailnet->asks[i].due > now)
			tailnet->asks[i].due = now;
	schedule(tailnet);
}
