/* The table of confirmations, and how each is made.
 *
 * `Host: localhost` to the same endpoint proves Ollama's host check; a plain HTTP request proves a port
 * without TLS; a handshake that verifies nothing and sends nothing reads an expired certificate's dates;
 * disco and TSMP pings distinguish a dead host from a closed port; tailscaled's own log distinguishes an ACL
 * from a firewall, if this user may read it. */
#include "probes/endpoints/confirm.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/verdict_codes.h"
#include "probes/tailscaled/log_tap.h"
#include "probes/tailscaled/netcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_MS 60000
#define PING_MS 2000
#define CONFIRM_MS 3000
#define OPEN_MAX 16

enum confirmation { ASK_HOST_LOCALHOST, ASK_PLAIN_HTTP, ASK_DATES, ASK_DISCO, ASK_TSMP };

static const struct {
	const char *code;
	enum confirmation kind;
} table[] = {
	{ CODE_HOST_CHECK, ASK_HOST_LOCALHOST },
	{ CODE_CERT_NOT_ISSUED, ASK_PLAIN_HTTP },
	{ CODE_TLS_FAILED, ASK_PLAIN_HTTP },
	{ CODE_NOT_TLS, ASK_PLAIN_HTTP },
	{ CODE_NOT_LISTENING, ASK_DISCO },
	{ CODE_NOT_LISTENING, ASK_TSMP },
	{ CODE_FILTERED, ASK_DISCO },
	{ CODE_FILTERED, ASK_TSMP },
	{ CODE_HOST_UNREACHABLE, ASK_DISCO },
	{ CODE_HOST_UNREACHABLE, ASK_TSMP },
	{ CODE_HOST_OFFLINE, ASK_DISCO },
	{ CODE_HOST_OFFLINE, ASK_TSMP },
	{ CODE_CERT_EXPIRED, ASK_DATES },
};

/* What a confirmation is about. */
struct subject {
	enum confirmation kind;
	const char *url, *peer_id, *address;
};

struct question {
	struct confirmations *confirmations;
	enum confirmation kind;
	char *url, *peer_id, *address; /* of the row it is about */
	struct http_call *call;
	char *socket;
	int64_t asked; /* monotonic ms */
};

struct confirmations {
	struct http *http;
	struct ledger *ledger;
	struct pool *pool;
	void (*changed)(void *data);
	void *data;
	struct {
		struct question **items;
		size_t count, room;
	} asked; /* in flight, or less than a minute old */
	size_t open;
	struct log_tap *log_tap;
};

static void log_changed(void *data)
{
	const struct confirmations *confirmations = data;

	confirmations->changed(confirmations->data);
}

static void ask_again(void *data, const char *url, int64_t in_ms)
{
	pool_ask_in(((struct confirmations *)data)->pool, url, in_ms);
}

struct confirmations *confirm_new(
	struct http *http, struct ledger *ledger, struct pool *pool, void (*changed)(void *data), void *data)
{
	struct confirmations *confirmations = mem_alloc(sizeof(*confirmations));
	const struct log_tap_hooks hooks = {
		.data = confirmations, .changed = log_changed, .again = ask_again
	};

	confirmations->http = http;
	confirmations->ledger = ledger;
	confirmations->pool = pool;
	confirmations->changed = changed;
	confirmations->data = data;
	confirmations->log_tap = log_tap_new(http, ledger, &hooks);
	return confirmations;
}

static void free_question(struct question *question)
{
	if (question->call)
		http_cancel(question->call);
	free(question->url);
	free(question->peer_id);
	free(question->address);
	free(question->socket);
	free(question);
}

void confirm_free(struct confirmations *confirmations)
{
	if (!confirmations)
		return;
	for (size_t i = 0; i < confirmations->asked.count; i++)
		free_question(confirmations->asked.items[i]);
	free(confirmations->asked.items);
	log_tap_free(confirmations->log_tap);
	free(confirmations);
}

bool confirm_waits_for_log(const struct confirmations *confirmations)
{
	return log_tap_waits(confirmations->log_tap);
}

size_t confirm_open(const struct confirmations *confirmations)
{
	return confirmations->open;
}

/* ---- answers ---- */

static bool is_ping(enum confirmation kind)
{
	return kind == ASK_DISCO || kind == ASK_TSMP;
}

static void ping_answered(struct question *question, const struct answer *answer)
{
	struct arena *arena = arena_new();
	struct obs_ping pong;

	ping_read(answer, &pong, arena);
	pong.peer_id = question->peer_id;
	pong.kind = question->kind == ASK_TSMP ? PING_TSMP : PING_DISCO;
	ledger_see(question->confirmations->ledger,
		&(struct observation){ .kind = OBSERVED_PING, .ping = &pong }, when_now());
	arena_free(arena);
}

static bool is_plain(const struct answer *answer)
{
	return answer->outcome == OUTCOME_ANSWERED &&
	       !answer_body_has(answer, "HTTP request to an HTTPS server");
}

static void done(void *data, const struct answer *answer)
{
	struct question *question = data;
	struct confirmations *confirmations = question->confirmations;
	struct when now = when_now();

	question->call = NULL;
	confirmations->open--;
	if (!is_ping(question->kind))
		ledger_see(confirmations->ledger,
			&(struct observation){ .kind = OBSERVED_REQUEST,
				.cost = COST_FREE,
				.bytes_sent = answer->bytes_sent,
				.bytes_received = answer->bytes_received },
			when_now());
	switch (question->kind) {
	case ASK_HOST_LOCALHOST:
		if (answer->outcome == OUTCOME_ANSWERED && answer->status == 200 && answer->body_length)
			ledger_see(confirmations->ledger,
				&(struct observation){ .kind = OBSERVED_PROOF,
					.url = question->url,
					.proof = PROOF_HOST_LOCALHOST },
				now);
		break;
	case ASK_PLAIN_HTTP:
		if (is_plain(answer))
			ledger_see(confirmations->ledger,
				&(struct observation){ .kind = OBSERVED_PROOF,
					.url = question->url,
					.proof = PROOF_PLAIN_HTTP },
				now);
		break;
	case ASK_DATES:
		ledger_see(confirmations->ledger,
			&(struct observation){ .kind = OBSERVED_CERTIFICATE,
				.url = question->url,
				.cert_not_after = answer->cert_not_after },
			when_now());
		break;
	case ASK_DISCO:
	case ASK_TSMP:
		ping_answered(question, answer);
		break;
	}
	confirmations->changed(confirmations->data);
}

/* ---- requests ---- */

static bool ping(struct question *question)
{
	char url[256];
	const struct http_request request = { .url = url,
		.unix_socket = question->socket,
		.is_post = true,
		.connect_ms = PING_MS,
		.total_ms = PING_MS };

	snprintf(url, sizeof(url), "http://local-tailscaled.sock/localapi/v0/ping?ip=%s&type=%s",
		question->address, question->kind == ASK_TSMP ? "TSMP" : "disco");
	question->call = http_get(question->confirmations->http, &request, NULL, done, question);
	question->confirmations->open++;
	return true;
}

static bool ask_endpoint(struct question *question)
{
	char full[1024], plain[1024];
	struct http_request request;
	struct url url;

	if (!pool_request(question->confirmations->pool, question->url, "/", full, sizeof(full), &request))
		return false;
	request.key = NULL;
	request.is_fresh = true;
	request.total_ms = CONFIRM_MS;
	if (question->kind == ASK_HOST_LOCALHOST)
		request.host_header = "localhost";
	if (question->kind == ASK_DATES)
		request.skips_verification = true;
	if (question->kind == ASK_PLAIN_HTTP) {
		if (url_split(&url, question->url) < 0)
			return false;
		url.is_https = false;
		if (url_join(&url, plain, sizeof(plain)) < 0)
			return false;
		request.url = plain;
	}
	question->call = http_get(question->confirmations->http, &request, NULL, done, question);
	question->confirmations->open++;
	return true;
}

static bool was_asked(struct confirmations *confirmations, const struct subject *about, struct when now)
{
	bool is_ping_wanted = is_ping(about->kind), found = false;

	for (size_t i = 0; i < confirmations->asked.count; i++) {
		struct question *one = confirmations->asked.items[i];

		if (!one->call && now.mono_ms - one->asked > AGAIN_MS) {
			free_question(one);
			confirmations->asked.items[i--] =
				confirmations->asked.items[--confirmations->asked.count];
			continue;
		}
		found = found || (one->kind == about->kind &&
					 strcmp(is_ping_wanted ? one->peer_id : one->url,
						 is_ping_wanted ? about->peer_id : about->url) == 0);
	}
	return found;
}

static void put(
	struct confirmations *confirmations, const struct subject *about, const char *socket, struct when now)
{
	struct question *question;
	bool is_put;

	if (is_ping(about->kind) && (!socket || !*about->peer_id || !*about->address))
		return;
	if (confirmations->open >= OPEN_MAX || was_asked(confirmations, about, now))
		return;
	question = mem_alloc(sizeof(*question));
	question->confirmations = confirmations;
	question->kind = about->kind;
	question->url = mem_copy(about->url);
	question->peer_id = mem_copy(about->peer_id);
	question->address = mem_copy(about->address);
	question->socket = mem_copy(socket);
	question->asked = now.mono_ms;
	is_put = is_ping(about->kind) ? ping(question) : ask_endpoint(question);
	if (is_put)
		*VEC_PUSH(&confirmations->asked) = question;
	else
		free_question(question);
}

/* Both kinds at once, because two after each other outlast --once. A TSMP ping takes the same path as tunnel
 * traffic, a disco ping any. */
static void put_pings(
	struct confirmations *confirmations, struct subject about, const char *socket, struct when now)
{
	about.kind = ASK_DISCO;
	put(confirmations, &about, socket, now);
	about.kind = ASK_TSMP;
	put(confirmations, &about, socket, now);
}

static void put_for(struct confirmations *confirmations, const struct snapshot *snapshot,
	const struct endpoint *endpoint, const char *socket, struct when now)
{
	const struct peer *peer = endpoint->peer >= 0 ? &snapshot->peers[endpoint->peer] : NULL;
	bool is_other = peer && !peer->is_self;
	struct subject about = { .url = endpoint->url,
		.peer_id = is_other ? peer->id : "",
		.address = is_other && peer->addresses[0] ? peer->addresses[0] : "" };

	for (size_t i = 0; i < endpoint->verdicts.count; i++)
		for (size_t k = 0; k < ARRAY_LEN(table); k++)
			if (strcmp(snapshot->verdict_list[endpoint->verdicts.first + i].code,
				    table[k].code) == 0) {
				about.kind = table[k].kind;
				put(confirmations, &about, socket, now);
			}
}

void confirm_ask(struct confirmations *confirmations, const struct snapshot *snapshot, const char *socket,
	struct when now)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		put_for(confirmations, snapshot, &snapshot->endpoints[i], socket, now);
}

void confirm_ping(
	struct confirmations *confirmations, const struct peer *peer, const char *socket, struct when now)
{
	const struct subject about = {
		.url = "", .peer_id = peer->id, .address = peer->addresses[0] ? peer->addresses[0] : ""
	};

	if (!peer->is_self)
		put_pings(confirmations, about, socket, now);
}

static void listen_to_log(struct confirmations *confirmations, const char *url, const char *socket)
{
	struct http_request request;
	char full[1024];
	struct url parts;

	if (url_split(&parts, url) == 0 &&
		pool_request(confirmations->pool, url, "", full, sizeof(full), &request))
		log_tap_listen(confirmations->log_tap, url, request.address ? request.address : parts.host,
			parts.port, socket);
}

void confirm_silent(struct confirmations *confirmations, const struct endpoint_spec *spec, const char *socket)
{
	const struct subject about = { .url = spec->url, .peer_id = spec->peer_id, .address = spec->address };

	if (!spec->is_own)
		put_pings(confirmations, about, socket, when_now());
	listen_to_log(confirmations, spec->url, socket);
}
