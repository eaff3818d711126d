#include "probes/tailscaled/log_tap.h"

#include "probes/base/mem.h"
#include "probes/io/http.h"
#include "probes/tailscaled/log_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 3000
#define LISTEN_MS 20000
#define REOPEN_MS 1000 /* a log that ends sooner is not opened again at once */
#define LINE_MAX_BYTES 4096
#define SEEN_MAX 32
#define SEEN_MS 10000 /* a rejection may be older than the timeout that it explains */
#define PROVEN_MS 600000
#define AGAIN_MS 6000 /* by then, tailscaled has allowed a line or two more */
#define ANSWER_MS 3000
#define TRIES_MAX 3
#define TRIES_MS 300000

struct silent {
	char *url, *address;
	int port;
	struct when at, proven; /* when it was silent last; when the log proved why */
};

struct log_tap {
	struct http *http;
	struct ledger *ledger;
	struct log_tap_hooks hooks;
	struct http_call *call; /* NULL: not listening */
	char *socket;
	struct when opened;
	int64_t until; /* monotonic ms: listen at least until then */
	bool is_denied;
	char line[LINE_MAX_BYTES];
	size_t line_length;
	struct {
		struct silent *items;
		size_t count, room;
	} silent;
	struct {
		struct log_line line;
		struct when at;
	} seen[SEEN_MAX]; /* rejections, a ring */
	size_t seen_next;
	struct when limited; /* first of these tries */
	unsigned tries;
	int64_t awaited_until; /* monotonic ms */
};

static void open_log(struct log_tap *log_tap);

struct log_tap *log_tap_new(struct http *http, struct ledger *ledger, const struct log_tap_hooks *hooks)
{
	struct log_tap *log_tap = mem_alloc(sizeof(*log_tap));

	log_tap->http = http;
	log_tap->ledger = ledger;
	log_tap->hooks = *hooks;
	log_tap->socket = mem_copy("");
	return log_tap;
}

void log_tap_free(struct log_tap *log_tap)
{
	for (size_t i = 0; i < log_tap->silent.count; i++) {
		free(log_tap->silent.items[i].url);
		free(log_tap->silent.items[i].address);
	}
	free(log_tap->silent.items);
	free(log_tap->socket);
	if (log_tap->call)
		http_cancel(log_tap->call);
	free(log_tap);
}

/* ---- lines ---- */

static enum proof proof_of(const struct log_line *line, const struct silent *silent)
{
	if (!log_line_is_to(line, silent->address, 0))
		return PROOF_NONE;
	if (line->kind == LOG_LINE_SHIELDS)
		return PROOF_SHIELDS;
	return log_line_is_to(line, silent->address, silent->port) ? PROOF_ACL : PROOF_ACL_NEARBY;
}

static void prove(
	struct log_tap *log_tap, struct silent *silent, const struct log_line *line, struct when now)
{
	enum proof proof = proof_of(line, silent);

	if (proof == PROOF_NONE)
		return;
	if (proof != PROOF_ACL_NEARBY)
		silent->proven = now;
	ledger_see(log_tap->ledger,
		&(struct observation){ .kind = OBSERVED_PROOF, .url = silent->url, .proof = proof }, now);
	log_tap->hooks.changed(log_tap->hooks.data);
}

static bool is_open_question(const struct silent *silent, struct when now)
{
	return when_since(silent->at, now) < LISTEN_MS &&
	       (!when_known(silent->proven) || when_since(silent->proven, now) > PROVEN_MS);
}

static void ask_again(struct log_tap *log_tap, struct when now)
{
	if (!when_known(log_tap->limited) || when_since(log_tap->limited, now) > TRIES_MS) {
		log_tap->limited = now;
		log_tap->tries = 0;
	}
	if (log_tap->tries >= TRIES_MAX)
		return;
	log_tap->tries++;
	log_tap->awaited_until = now.mono_ms + AGAIN_MS + ANSWER_MS;
	for (size_t i = 0; i < log_tap->silent.count; i++)
		if (is_open_question(&log_tap->silent.items[i], now))
			log_tap->hooks.again(log_tap->hooks.data, log_tap->silent.items[i].url, AGAIN_MS);
}

static void read_line(struct log_tap *log_tap)
{
	struct when now = when_now();
	struct log_line line;

	log_line_read(&line, log_tap->line);
	if (line.kind == LOG_LINE_LIMITED)
		ask_again(log_tap, now);
	if (!*line.to)
		return;
	log_tap->seen[log_tap->seen_next].line = line;
	log_tap->seen[log_tap->seen_next].at = now;
	log_tap->seen_next = (log_tap->seen_next + 1) % SEEN_MAX;
	for (size_t i = 0; i < log_tap->silent.count; i++)
		prove(log_tap, &log_tap->silent.items[i], &line, now);
}

static int hear(void *data, const char *bytes, size_t length)
{
	struct log_tap *log_tap = data;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			log_tap->line[log_tap->line_length] = '\0';
			read_line(log_tap);
			log_tap->line_length = 0;
		} else if (log_tap->line_length + 1 < sizeof(log_tap->line)) {
			log_tap->line[log_tap->line_length++] = bytes[i];
		}
	}
	return 0;
}

/* ---- the stream ---- */

static void done(void *data, const struct answer *answer)
{
	struct log_tap *log_tap = data;
	struct when now = when_now();

	log_tap->call = NULL;
	log_tap->is_denied = answer->outcome == OUTCOME_ANSWERED && answer->status != 200;
	if (!log_tap->is_denied && now.mono_ms < log_tap->until &&
		when_since(log_tap->opened, now) >= REOPEN_MS)
		open_log(log_tap);
}

static void open_log(struct log_tap *log_tap)
{
	const struct http_request request = { .url = "http://local-tailscaled.sock/localapi/v0/logtap",
		.unix_socket = log_tap->socket,
		.connect_ms = CONNECT_MS,
		.total_ms = LISTEN_MS,
		.body_max = SIZE_MAX };

	log_tap->line_length = 0;
	log_tap->opened = when_now();
	log_tap->call = http_get(log_tap->http, &request, hear, done, log_tap);
}

static struct silent *remember(struct log_tap *log_tap, const char *url, const char *address, int port)
{
	struct silent *silent;

	for (size_t i = 0; i < log_tap->silent.count; i++) {
		silent = &log_tap->silent.items[i];
		if (strcmp(silent->url, url) == 0) {
			mem_replace(&silent->address, address);
			return silent;
		}
	}
	silent = VEC_PUSH(&log_tap->silent);
	*silent = (struct silent){ .url = mem_copy(url), .address = mem_copy(address), .port = port };
	return silent;
}

void log_tap_listen(
	struct log_tap *log_tap, const char *url, const char *address, int port, const char *socket)
{
	struct when now = when_now();
	struct silent *silent;

	if (!socket || log_tap->is_denied)
		return;
	silent = remember(log_tap, url, address, port);
	silent->at = now;
	for (size_t i = 0; i < SEEN_MAX; i++)
		if (when_known(log_tap->seen[i].at) && when_since(log_tap->seen[i].at, now) < SEEN_MS)
			prove(log_tap, silent, &log_tap->seen[i].line, now);
	log_tap->until = now.mono_ms + LISTEN_MS;
	if (log_tap->call)
		return;
	mem_replace(&log_tap->socket, socket);
	open_log(log_tap);
}

bool log_tap_waits(const struct log_tap *log_tap)
{
	struct when now = when_now();

	for (size_t i = 0; i < log_tap->silent.count && now.mono_ms < log_tap->awaited_until; i++)
		if (is_open_question(&log_tap->silent.items[i], now))
			return true;
	return false;
}
