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
#include "probes/endpoints/questions.h"
#include "probes/model/verdict_codes.h"
#include "probes/tailscaled/log_tap.h"
#include "probes/tailscaled/netcheck.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_MS 60000
#define PING_MS 2000
#define CONFIRM_MS 3000
#define OPEN_MAX 16

/* A ping's is ASK_PING plus its kind. */
enum confirmation { ASK_HOST_LOCALHOST, ASK_PLAIN_HTTP, ASK_DATES, ASK_PING };

static const struct {
	const char *code;
	enum confirmation kind;
} table[] = {
	{ CODE_HOST_CHECK, ASK_HOST_LOCALHOST },
	{ CODE_CERT_NOT_ISSUED, ASK_PLAIN_HTTP },
	{ CODE_TLS_FAILED, ASK_PLAIN_HTTP },
	{ CODE_NOT_TLS, ASK_PLAIN_HTTP },
	{ CODE_NOT_LISTENING, ASK_PING },
	{ CODE_FILTERED, ASK_PING },
	{ CODE_HOST_UNREACHABLE, ASK_PING },
	{ CODE_HOST_OFFLINE, ASK_PING },
	{ CODE_CERT_EXPIRED, ASK_DATES },
};

/* The host to ping; "": there is none to ping, or it is this one. */
struct host {
	const char *id, *address;
};

struct confirmations {
	struct pool *pool;
	struct questions *questions;
	void (*changed)(void *data);
	void *data;
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

/* ---- answers ---- */

static void read_ping(struct ledger *ledger, const struct subject *about, const struct answer *answer)
{
	struct arena *arena = arena_new();
	struct obs_ping pong;

	ping_read(answer, &pong, arena);
	pong.peer_id = about->peer_id;
	pong.kind = (enum ping_kind)(about->kind - ASK_PING);
	ledger_see(ledger, &(struct observation){ .kind = OBSERVED_PING, .ping = &pong }, when_now());
	arena_free(arena);
}

static void prove(struct ledger *ledger, const struct subject *about, unsigned proof)
{
	ledger_see(ledger, &(struct observation){ .kind = OBSERVED_PROOF, .url = about->url, .proof = proof },
		when_now());
}

/* Of plain HTTP, in the words of Go, nginx and Apache. */
static bool is_https_server_s_refusal(const struct answer *answer)
{
	return answer_body_has(answer, "HTTP request to an HTTPS server") ||
	       answer_body_has(answer, "plain HTTP request was sent to HTTPS port") ||
	       answer_body_has(answer, "plain HTTP to an SSL-enabled server port");
}

static void read_answer(struct ledger *ledger, const struct subject *about, const struct answer *answer)
{
	bool is_answered = answer->outcome == OUTCOME_ANSWERED;

	switch (about->kind) {
	case ASK_HOST_LOCALHOST:
		if (is_answered && answer->status == 200 && answer->body_length)
			prove(ledger, about, PROOF_HOST_LOCALHOST);
		break;
	case ASK_PLAIN_HTTP:
		if (is_answered && !is_https_server_s_refusal(answer))
			prove(ledger, about, PROOF_PLAIN_HTTP);
		break;
	case ASK_DATES:
		ledger_see(ledger,
			&(struct observation){ .kind = OBSERVED_CERTIFICATE,
				.url = about->url,
				.cert_not_after = answer->cert_not_after },
			when_now());
		break;
	default:
		read_ping(ledger, about, answer);
		break;
	}
}

struct confirmations *confirm_new(
	struct http *http, struct ledger *ledger, struct pool *pool, void (*changed)(void *data), void *data)
{
	struct confirmations *confirmations = mem_alloc(sizeof(*confirmations));
	const struct log_tap_hooks hooks = {
		.data = confirmations, .changed = log_changed, .again = ask_again
	};
	const struct asker asker = { .http = http,
		.ledger = ledger,
		.read = read_answer,
		.changed = changed,
		.data = data,
		.open_max = OPEN_MAX,
		.asked_max = SIZE_MAX,
		.again_ms = AGAIN_MS };

	*confirmations = (struct confirmations){ .pool = pool,
		.questions = questions_new(&asker),
		.changed = changed,
		.data = data,
		.log_tap = log_tap_new(http, ledger, &hooks) };
	return confirmations;
}

void confirm_free(struct confirmations *confirmations)
{
	if (!confirmations)
		return;
	questions_free(confirmations->questions);
	log_tap_free(confirmations->log_tap);
	free(confirmations);
}

bool confirm_waits_for_log(const struct confirmations *confirmations)
{
	return log_tap_waits(confirmations->log_tap);
}

size_t confirm_open(const struct confirmations *confirmations)
{
	return questions_open(confirmations->questions);
}

/* ---- requests ---- */

static void ping(struct confirmations *confirmations, const struct host *host, enum ping_kind kind,
	const char *socket, struct when now)
{
	const struct subject about = { .kind = ASK_PING + kind, .url = "", .peer_id = host->id, .title = "" };
	char url[256];
	const struct http_request request = {
		.url = url, .unix_socket = socket, .is_post = true, .connect_ms = PING_MS, .total_ms = PING_MS
	};

	if (!questions_may_ask(confirmations->questions, &about, now))
		return;
	snprintf(url, sizeof(url), "http://local-tailscaled.sock/localapi/v0/ping?ip=%s&type=%s",
		host->address, kind == PING_TSMP ? "TSMP" : "disco");
	questions_ask(confirmations->questions, &about, &request, now);
}

/* Both kinds at once, because two after each other outlast --once. A TSMP ping takes the same path as tunnel
 * traffic, a disco ping any. */
static void ping_both(
	struct confirmations *confirmations, const struct host *host, const char *socket, struct when now)
{
	if (!socket || !*host->id || !*host->address)
		return;
	ping(confirmations, host, PING_DISCO, socket, now);
	ping(confirmations, host, PING_TSMP, socket, now);
}

static void ask_endpoint(
	struct confirmations *confirmations, const char *of_url, enum confirmation kind, struct when now)
{
	const struct subject about = { .kind = kind, .url = of_url, .peer_id = "", .title = "" };
	char full[1024], plain[1024];
	struct http_request request;
	struct url url;

	if (!questions_may_ask(confirmations->questions, &about, now) ||
		!pool_request(confirmations->pool, of_url, "/", full, sizeof(full), &request))
		return;
	request.key = NULL;
	request.is_fresh = true;
	request.total_ms = CONFIRM_MS;
	if (kind == ASK_HOST_LOCALHOST)
		request.host_header = "localhost";
	if (kind == ASK_DATES)
		request.skips_verification = true;
	if (kind == ASK_PLAIN_HTTP) {
		if (url_split(&url, of_url) < 0)
			return;
		url.is_https = false;
		if (url_join(&url, plain, sizeof(plain)) < 0)
			return;
		request.url = plain;
	}
	questions_ask(confirmations->questions, &about, &request, now);
}

static struct host host_of(const struct peer *peer)
{
	bool is_other = peer && !peer->is_self && peer->addresses[0];

	return (struct host){ is_other ? peer->id : "", is_other ? peer->addresses[0] : "" };
}

static void confirm(struct confirmations *confirmations, const struct snapshot *snapshot,
	const struct endpoint *endpoint, const char *socket, struct when now)
{
	const struct host host = host_of(endpoint->peer >= 0 ? &snapshot->peers[endpoint->peer] : NULL);

	for (size_t i = 0; i < endpoint->verdicts.count; i++)
		for (size_t k = 0; k < ARRAY_LEN(table); k++) {
			if (strcmp(snapshot->verdict_list[endpoint->verdicts.first + i].code,
				    table[k].code) != 0)
				continue;
			if (table[k].kind == ASK_PING)
				ping_both(confirmations, &host, socket, now);
			else
				ask_endpoint(confirmations, endpoint->url, table[k].kind, now);
		}
}

void confirm_ask(struct confirmations *confirmations, const struct snapshot *snapshot, const char *socket,
	struct when now)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		confirm(confirmations, snapshot, &snapshot->endpoints[i], socket, now);
}

void confirm_ping(
	struct confirmations *confirmations, const struct peer *peer, const char *socket, struct when now)
{
	const struct host host = host_of(peer);

	ping_both(confirmations, &host, socket, now);
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
	const struct host host = { spec->peer_id, spec->address };

	if (!spec->is_own)
		ping_both(confirmations, &host, socket, when_now());
	listen_to_log(confirmations, spec->url, socket);
}
