/* Seven topics, each requested at its own period.
 *
 * Requests go to tailscaled's socket: the one that was named, else the known ones in turn, else to the CLI as
 * a child process. A topic is a row: what to request from either, how often, and what reads the answer. An
 * answer is fed to its reader as it arrives, so a status of 10,000 peers is never held as text. */
#include "probes/tailscaled/poll.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/timer.h"
#include "probes/tailscaled/answers.h"
#include "probes/tailscaled/bus.h"
#include "probes/tailscaled/client.h"
#include "probes/tailscaled/derpmap.h"
#include "probes/tailscaled/serve.h"
#include "probes/tailscaled/services.h"
#include "probes/tailscaled/macs.h"
#include "probes/tailscaled/status.h"
#include "probes/tailscaled/status_before.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEADLINE_CLI_PERIODS 3
#define IDLE_MS 30000
#define NEWS_GAP_MS 300
#define NEVER INT64_MAX
#define TEXT_BYTES_MAX (4 * 1024 * 1024)

struct topic;

struct ask {
	struct tailnet *tailnet;
	const struct topic *topic;
	struct daemon_ask *open; /* NULL: no request is open */
	struct status_parser *parser;
	struct fault fault; /* of the parser */
	struct bytes answer;
	int64_t due, begun; /* monotonic ms */
	int64_t took;       /* the last time */
	bool is_answered;   /* has ever had an answer, or an error */
};

struct tailnet {
	struct client way;
	struct timer *timer;
	struct ledger *ledger;
	struct status_before *before;
	tailnet_fn *news;
	void *data;
	struct ask asks[TOPIC_COUNT];
	struct bus bus;
	unsigned statuses, failures;
	bool has_socket; /* the last status came through a socket */
};

struct topic {
	const char *path;     /* of LocalAPI */
	const char *words[4]; /* of the CLI, NULL-ended; empty: the CLI has no such command */
	int periods;          /* requested every so many periods; 0: on request only */
	void (*read)(struct ask *ask);
	answers_fn *see; /* instead of read */
};

static void read_status(struct ask *ask);
static void read_serve(struct ask *ask);
static void read_services(struct ask *ask);
static void read_derpmap(struct ask *ask);

static const struct topic topics[TOPIC_COUNT] = {
	[TOPIC_STATUS] = { "status", { "status", "--json" }, 1, read_status, NULL },
	[TOPIC_SERVE] = { "serve-config", { "serve", "status", "--json" }, 5, read_serve, NULL },
	[TOPIC_METRICS] = { "usermetrics", { "metrics", "print" }, 1, NULL, answers_see_metrics },
	[TOPIC_PREFS] = { "prefs", { "debug", "prefs" }, 5, NULL, answers_see_prefs },
	[TOPIC_LOCK] = { "tka/status", { "lock", "status", "--json" }, 5, NULL, answers_see_lock },
	[TOPIC_SERVICES] = { "services", { NULL }, 30, read_services, NULL },
	[TOPIC_DERPMAP] = { "derpmap", { "debug", "derp-map" }, 0, read_derpmap, NULL },
};

static void schedule(struct tailnet *tailnet);

const char *poll_socket(const struct tailnet *tailnet)
{
	return tailnet->way.uses_cli ? NULL : client_socket(&tailnet->way);
}

struct client *poll_client(struct tailnet *tailnet)
{
	return &tailnet->way;
}

unsigned poll_failures(const struct tailnet *tailnet)
{
	return tailnet->failures;
}

static bool can_be_told(const struct ask *ask)
{
	return !ask->tailnet->way.uses_cli || ask->topic->words[0];
}

bool poll_has(const struct tailnet *tailnet, enum tailnet_topic topic)
{
	return tailnet->asks[topic].is_answered || !can_be_told(&tailnet->asks[topic]);
}

static void tell(struct tailnet *tailnet, struct tailnet_news news)
{
	tailnet->news(tailnet->data, &news);
}

/* Until the next status that says Running, nothing on the tailnet is asked. */
static void doubt(struct tailnet *tailnet, enum daemon_trouble kind, const char *text)
{
	ledger_see(tailnet->ledger,
		&(struct observation){ .kind = OBSERVED_TROUBLE, .trouble = kind, .trouble_text = text },
		when_now());
	tell(tailnet, (struct tailnet_news){ .event = TAILNET_TROUBLE });
}

static void trouble(struct tailnet *tailnet, enum daemon_trouble kind, const char *text)
{
	tailnet->failures++;
	log_line("tailscaled: %s", text);
	doubt(tailnet, kind, text);
}

/* ---- what an answer means ---- */

static void read_status(struct ask *ask)
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
	tailnet->has_socket = !tailnet->way.uses_cli;
	status_before_free(tailnet->before);
	tailnet->before = status_before_new(status);
	ledger_see(tailnet->ledger,
		&(struct observation){ .kind = OBSERVED_STATUS,
			.status = macs_fill(status, tailnet->way.settings),
			.via = tailnet->way.uses_cli ? "cli" : "localapi",
			.socket = tailnet->way.uses_cli ? tailnet->way.settings->tailscale
							: client_socket(&tailnet->way) },
		when_now());
	tell(tailnet, (struct tailnet_news){ .event = TAILNET_STATUS });
}

static void read_serve(struct ask *ask)
{
	struct obs_serve *serve = serve_parse(ask->answer.text, ask->answer.length, &ask->fault);

	if (serve)
		tell(ask->tailnet, (struct tailnet_news){ .event = TAILNET_SERVE, .serve = serve });
	else
		log_line("serve configuration: %s", ask->fault.text);
}

static void read_services(struct ask *ask)
{
	struct obs_services *services = services_parse(ask->answer.text, ask->answer.length, &ask->fault);

	if (!services)
		return;
	tell(ask->tailnet, (struct tailnet_news){ .event = TAILNET_SERVICES, .services = services });
	services_free(services);
}

static void read_derpmap(struct ask *ask)
{
	struct derpmap *derpmap = derpmap_parse(ask->answer.text, ask->answer.length, &ask->fault);

	tell(ask->tailnet, (struct tailnet_news){ .event = TAILNET_DERPMAP, .derpmap = derpmap });
}

static int feed(void *data, const char *bytes, size_t length)
{
	struct ask *ask = data;

	if (ask->parser)
		return status_parser_feed(ask->parser, bytes, length, &ask->fault);
	if (ask->answer.length + length > TEXT_BYTES_MAX)
		return -1;
	bytes_add(&ask->answer, bytes, length);
	return 0;
}

static void begin(struct ask *ask, struct when now)
{
	ask->begun = now.mono_ms;
	ask->answer.length = 0;
	bytes_add(&ask->answer, "", 0);
	ask->fault.text[0] = '\0';
	if (ask->topic == &topics[TOPIC_STATUS]) {
		status_parser_free(ask->parser);
		ask->parser = status_parser_new(ask->tailnet->before);
	}
}

static int64_t period_ms(const struct tailnet *tailnet)
{
	return (int64_t)(tailnet->way.settings->period_s * 1000);
}

/* After a slow answer the next request waits as long as that answer took, even if it is wanted sooner. */
static int64_t gap_of(const struct ask *ask, int64_t wanted)
{
	return ask->took * 2 > wanted ? ask->took * 2 : wanted;
}

static void end(struct ask *ask, struct when now)
{
	struct tailnet *tailnet = ask->tailnet;
	int64_t gap =
		period_ms(tailnet) * ask->topic->periods * (tailnet->way.uses_cli ? DEADLINE_CLI_PERIODS : 1);

	ask->open = NULL;
	ask->took = now.mono_ms - ask->begun;
	ask->due = ask->topic->periods ? ask->begun + gap_of(ask, gap) : NEVER;
	status_parser_free(ask->parser);
	ask->parser = NULL;
	schedule(tailnet);
}

static void done(void *data, const struct client_result *result)
{
	struct ask *ask = data;
	struct tailnet *tailnet = ask->tailnet;
	struct when now = when_now();
	bool is_status = ask->topic == &topics[TOPIC_STATUS];
	bool goes_on = is_status && result->is_closed;

	ask->is_answered = true;
	if (result->is_good && ask->topic->see)
		ask->topic->see(tailnet->ledger, &ask->answer, now);
	else if (result->is_good || (is_status && result->was_refused))
		ask->topic->read(ask);
	else if (is_status && !goes_on)
		trouble(tailnet, result->trouble, result->text);
	else if (ask->topic == &topics[TOPIC_DERPMAP])
		tell(tailnet, (struct tailnet_news){ .event = TAILNET_DERPMAP });
	if (ask->topic == &topics[TOPIC_PREFS])
		tell(tailnet, (struct tailnet_news){ .event = TAILNET_PREFS });
	end(ask, now);
	if (!goes_on)
		return;
	if (tailnet->has_socket) /* tailscaled has ended, and the CLI may take a while to say so */
		doubt(tailnet, result->trouble, result->text);
	client_next(&tailnet->way, result);
	ask->due = now.mono_ms;
	schedule(tailnet);
}

/* Everything else waits for the first status, which shows whether the socket or the CLI works. */
static bool may_ask(const struct ask *ask)
{
	if (ask->open || !can_be_told(ask))
		return false;
	return ask->topic == &topics[TOPIC_STATUS] || ask->tailnet->statuses;
}

/* ---- the bus ---- */

static void ask_soon(struct ask *ask)
{
	int64_t soonest = ask->begun + gap_of(ask, NEWS_GAP_MS);

	if (ask->due > soonest)
		ask->due = soonest;
}

static void hear_news(void *data)
{
	struct tailnet *tailnet = data;

	ask_soon(&tailnet->asks[TOPIC_STATUS]);
	ask_soon(&tailnet->asks[TOPIC_PREFS]);
	schedule(tailnet);
}

static void bus_ended(void *data, bool was_open)
{
	struct tailnet *tailnet = data;

	if (was_open) /* the daemon may be gone, and the tailnet's addresses with it */
		doubt(tailnet, DAEMON_SILENT, "its bus has ended");
	hear_news(tailnet);
}

static bool may_listen(const struct tailnet *tailnet)
{
	return !tailnet->bus.call && !tailnet->way.uses_cli && tailnet->statuses;
}

/* ---- time ---- */

static void tick(void *data)
{
	struct tailnet *tailnet = data;
	struct when now = when_now();

	for (size_t i = 0; i < TOPIC_COUNT; i++) {
		struct ask *ask = &tailnet->asks[i];

		if (ask->due > now.mono_ms || !may_ask(ask))
			continue;
		begin(ask, now);
		ask->open = client_start(&tailnet->way, ask->topic->path, ask->topic->words, feed, done, ask);
	}
	if (may_listen(tailnet) && tailnet->bus.due <= now.mono_ms)
		bus_listen(&tailnet->bus);
	schedule(tailnet);
}

static void schedule(struct tailnet *tailnet)
{
	int64_t now = when_now().mono_ms, due = now + IDLE_MS;

	for (size_t i = 0; i < TOPIC_COUNT; i++)
		if (may_ask(&tailnet->asks[i]) && tailnet->asks[i].due < due)
			due = tailnet->asks[i].due;
	if (may_listen(tailnet) && tailnet->bus.due < due)
		due = tailnet->bus.due;
	timer_start(tailnet->timer, due - now);
}

struct tailnet *poll_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, tailnet_fn *news, void *data)
{
	struct tailnet *tailnet = mem_alloc(sizeof(*tailnet));

	client_init(&tailnet->way, loop, http, settings);
	tailnet->ledger = ledger;
	tailnet->news = news;
	tailnet->data = data;
	for (size_t i = 0; i < TOPIC_COUNT; i++)
		tailnet->asks[i] = (struct ask){
			.tailnet = tailnet, .topic = &topics[i], .due = topics[i].periods ? 0 : NEVER
		};
	tailnet->timer = timer_new(loop, tick, tailnet);
	tailnet->bus = (struct bus){
		.client = &tailnet->way, .news = hear_news, .ended = bus_ended, .data = tailnet
	};
	schedule(tailnet);
	return tailnet;
}

void poll_free(struct tailnet *tailnet)
{
	if (!tailnet)
		return;
	for (size_t i = 0; i < TOPIC_COUNT; i++) {
		struct ask *ask = &tailnet->asks[i];

		client_cancel(ask->open);
		status_parser_free(ask->parser);
		free(ask->answer.text);
	}
	status_before_free(tailnet->before);
	bus_close(&tailnet->bus);
	timer_free(tailnet->timer);
	free(tailnet);
}

void poll_ask_now(struct tailnet *tailnet)
{
	int64_t now = when_now().mono_ms;

	for (size_t i = 0; i < TOPIC_COUNT; i++)
		if (tailnet->asks[i].due > now && topics[i].periods)
			tailnet->asks[i].due = now;
	schedule(tailnet);
}

void poll_ask_derpmap(struct tailnet *tailnet)
{
	tailnet->asks[TOPIC_DERPMAP].due = 0;
	schedule(tailnet);
}
