/* The commands of a chain. What the live source does between an answer and the ledger is done in the same order
 * here, without the waiting. */
#define _GNU_SOURCE
#include "tests/fuzz/chain.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/digest.h"
#include "probes/doors.h"
#include "probes/io/secret.h"
#include "probes/net.h"
#include "probes/path_memory.h"
#include "probes/serve.h"
#include "probes/tailscale.h"
#include "probes/usermetrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN_MONO INT64_C(5000000)
#define BEGIN_WALL INT64_C(1795394746000) /* 2026-11-23 */
#define WAIT_MAX_MS INT64_C(100000000)
#define COMMANDS_MAX 200
#define WORDS_MAX 6

/* What stands behind "@@ "; words that are not there are "". */
struct command {
	const char *words[WORDS_MAX];
	char *body;
	size_t length;
};

static int64_t number_of(const char *word, int64_t most)
{
	int64_t number = text_number(word, most);

	return number < 0 ? 0 : number;
}

/* The peer of that number, which is taken modulo their count; "" where there is none. */
static const char *peer_of(const struct chain *chain, const char *word)
{
	const struct obs_status *status = ledger_status(chain->ledger);

	return status && status->peer_count ? status->peers[(size_t)number_of(word, 9999) % status->peer_count].id : "";
}

/* text with what stands for a planted word replaced by it; on the heap. */
static char *plant(const char *text, size_t *length, const char *sign, const char *word)
{
	struct bytes bytes = { NULL, 0, 0 };
	const char *at = text, *end = text + *length, *found;

	while ((found = memmem(at, (size_t)(end - at), sign, strlen(sign)))) {
		bytes_add(&bytes, at, (size_t)(found - at));
		bytes_add(&bytes, word, strlen(word));
		at = found + strlen(sign);
	}
	bytes_add(&bytes, at, (size_t)(end - at));
	*length = bytes.length;
	return bytes.text;
}

/* ---- time, and what has no bytes ---- */

static void do_wait(struct chain *chain, const struct command *command)
{
	int64_t ms = number_of(command->words[1], WAIT_MAX_MS);

	chain->now.mono_ms += ms;
	chain->now.wall_ms += ms;
}

static void do_take(struct chain *chain, const struct command *command)
{
	(void)command;
	snapshot_free(ledger_take(chain->ledger, chain->now));
}

static void do_blank(struct chain *chain, const struct command *command)
{
	(void)command;
	ledger_blank(chain->ledger, chain->now);
}

static void do_trouble(struct chain *chain, const struct command *command)
{
	enum daemon_trouble trouble = (enum daemon_trouble)(number_of(command->words[1], 99) % (DAEMON_MALFORMED + 1));

	ledger_see_trouble(chain->ledger, trouble, "the daemon does not answer", chain->now);
}

static void do_names(struct chain *chain, const struct command *command)
{
	ledger_see_names(chain->ledger, strcmp(command->words[1], "resolve") == 0);
}

static void do_capture(struct chain *chain, const struct command *command)
{
	const struct obs_capture capture = { .state = (int)(number_of(command->words[1], 99) % CAPTURE_COUNT),
		.trouble = "it ended",
		.fix = "sudo make install" };

	ledger_see_capture(chain->ledger, &capture, chain->now);
}

static void do_proof(struct chain *chain, const struct command *command)
{
	enum proof proof = (enum proof)(1 << number_of(command->words[1], 99) % 6);

	if (*chain->url)
		ledger_see_proof(chain->ledger, chain->url, proof, chain->now);
}

static void do_discovery(struct chain *chain, const struct command *command)
{
	const struct obs_discovery discovery = { .mode = "mine",
		.ports = "443 80 11434",
		.now = peer_of(chain, command->words[1]),
		.peers = (size_t)number_of(command->words[1], 999),
		.asked = (size_t)number_of(command->words[2], 999),
		.pending = (size_t)number_of(command->words[3], 999) };

	ledger_see_discovery(chain->ledger, &discovery);
	ledger_see_knock(chain->ledger, peer_of(chain, command->words[1]));
}

/* ---- what tailscaled answers ---- */

static void plant_peer(struct obs_status *status)
{
	struct obs_peer *peer = status->peer_count ? &status->peers[status->peer_count - 1] : NULL;

	if (!peer)
		return;
	peer->host_name = PLANTED_HOST;
	peer->fqdn = *status->magicdns_suffix
			     ? arena_printf(status->arena, "%s.%s", PLANTED_HOST, status->magicdns_suffix)
			     : PLANTED_HOST;
	peer->user = *peer->user ? PLANTED_USER : "";
}

static void do_status(struct chain *chain, const struct command *command)
{
	struct status_parser *parser = status_parser_new();
	struct obs_status *status;
	struct fault fault = { "" };

	status_parser_feed(parser, command->body, command->length, &fault);
	status = status_parser_end(parser, &fault);
	status_parser_free(parser);
	if (status) {
		plant_peer(status);
		ledger_keep_status(
			chain->ledger, status, "localapi", "/run/tailscale/tailscaled.sock", chain->now);
	} else {
		ledger_see_trouble(chain->ledger, DAEMON_MALFORMED, fault.text, chain->now);
	}
}

static void do_serve(struct chain *chain, const struct command *command)
{
	static const int ports[] = { 443, 80, 8443, 10000, 11434, 1234, 8000, 8080, 0 };
	const struct obs_status *status = ledger_status(chain->ledger);
	struct fault fault;
	struct obs_serve *serve = status ? serve_parse(command->body, command->length, &fault) : NULL;

	if (!serve)
		return;
	doors_of_mounts(serve, status, ports);
	ledger_keep_serve(chain->ledger, serve);
}

static void do_usermetrics(struct chain *chain, const struct command *command)
{
	struct obs_traffic traffic;

	if (usermetrics_parse(command->body, command->length, &traffic) == 0)
		ledger_see_traffic(chain->ledger, &traffic, chain->now);
}

static void do_netcheck(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_net net;

	ledger_begins_netcheck(chain->ledger, chain->now);
	if (netcheck_parse(command->body, command->length, &net, &fault) == 0)
		ledger_see_netcheck(chain->ledger, &net, chain->now);
}

static void do_whois(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_node node;

	if (whois_parse(command->body, command->length, &node, &fault) < 0)
		return;
	node.peer_id = peer_of(chain, command->words[1]);
	ledger_see_node(chain->ledger, &node, chain->now);
}

static void do_memory(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_memory memory;

	if (path_memory_parse(command->body, command->length, &memory, &fault) < 0)
		return;
	memory.peer_id = peer_of(chain, command->words[1]);
	ledger_see_memory(chain->ledger, &memory, chain->now);
}

static void do_ping(struct chain *chain, const struct command *command)
{
	struct arena *arena = arena_new();
	struct answer answer;
	struct obs_ping ping;

	answer_from_recording(&answer, command->body, command->length);
	ping_read(&answer, &ping, arena);
	ping.peer_id = peer_of(chain, command->words[1]);
	ping.kind = strcmp(command->words[2], "tsmp") == 0 ? PING_TSMP : PING_DISCO;
	ledger_see_ping(chain->ledger, &ping, chain->now);
	answer_fini(&answer);
	arena_free(arena);
}

/* ---- doors and what they answer ---- */

static void declare(const struct chain *chain)
{
	const struct obs_status *status = ledger_status(chain->ledger);
	const struct obs_peer *peer;
	struct url url;

	if (url_split(&url, chain->url) < 0)
		return;
	peer = status ? doors_peer(status, url.host, NULL) : NULL;
	ledger_see_endpoint(chain->ledger,
		&(struct obs_endpoint){
			.url = chain->url,
			.peer_id = peer ? peer->id : "",
			.address = peer ? doors_address(peer) : "",
			.at = url.is_https ? "https" : ":80",
			.port = url.port,
			.found_by = chain->is_pinned ? FOUND_CONFIG : FOUND_PORT,
			.is_pinned = chain->is_pinned,
			.is_own = chain->is_own,
			.is_of_tailnet = peer != NULL,
			.has_key = !chain->is_key_withheld,
			.is_key_withheld = chain->is_key_withheld,
			.server = chain->family ? chain->family->name : "",
			.title = chain->family ? chain->family->title : "",
			.api = chain->family ? family_api(chain->family) : "",
		},
		chain->now);
}

/* %HOST% and %OUTSIDE% are hosts, and nothing else. */
static void expand_host(char *url, size_t size, const char *word)
{
	static const struct {
		const char *sign, *host;
	} hosts[] = { { "%HOST%", PLANTED_HOST }, { "%OUTSIDE%", PLANTED_OUTSIDE } };
	const char *slashes = strstr(word, "://"), *at = slashes ? slashes + 3 : word;

	snprintf(url, size, "%s", word);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		const char *rest = at + strlen(hosts[i].sign);

		if (text_has_prefix(at, hosts[i].sign) && (!*rest || strchr(":/.", *rest)))
			snprintf(url, size, "%.*s%s%s", (int)(at - word), word, hosts[i].host, rest);
	}
}

/* URL, and in any order: the name of a family, "own", "found", "withheld". */
static void do_door(struct chain *chain, const struct command *command)
{
	char text[600];
	struct url url;

	expand_host(text, sizeof(text), command->words[1]);
	if (url_split(&url, text) < 0 || url_join(&url, chain->url, sizeof(chain->url)) < 0) {
		chain->url[0] = '\0';
		return;
	}
	chain->family = NULL;
	chain->is_pinned = true;
	chain->is_own = chain->is_key_withheld = false;
	for (size_t i = 2; i < WORDS_MAX; i++) {
		chain->is_own |= strcmp(command->words[i], "own") == 0;
		chain->is_key_withheld |= strcmp(command->words[i], "withheld") == 0;
		chain->is_pinned &= strcmp(command->words[i], "found") != 0;
		if (family_by_name(command->words[i]))
			chain->family = family_by_name(command->words[i]);
	}
	recognise_init(&chain->recognition);
	declare(chain);
}

static void do_drop(struct chain *chain, const struct command *command)
{
	(void)command;
	if (*chain->url)
		ledger_drop_endpoint(chain->ledger, chain->url);
	chain->url[0] = '\0';
}

/* The request of the door's family with that path; "": the primary one, which tells whether it is up. */
static const struct request *request_of(const struct family *family, const char *path)
{
	for (size_t i = 0; family && i < family->request_count; i++)
		if (*path ? strcmp(family->requests[i].path, path) == 0
			  : family->requests[i].rhythm == EVERY_POLL)
			return &family->requests[i];
	return NULL;
}

static void report(
	struct chain *chain, const struct answer *answer, const struct request *request, bool is_primary)
{
	struct arena *arena = arena_new();
	struct obs_answer obs;
	struct reading reading;

	digest_answer(&obs, answer, chain->url, request ? request->path : "/", arena);
	reading_init(&reading, arena);
	if (request && answer->outcome == OUTCOME_ANSWERED) {
		obs.is_expected = request->read(answer, &reading);
		reading.key_rejected = reading.wants_key && !chain->is_key_withheld;
		reading.wants_key = reading.wants_key && chain->is_key_withheld;
		obs.reading = &reading;
	}
	obs.cost = request ? request->cost : COST_FREE;
	obs.is_primary = is_primary;
	if (chain->family) {
		obs.server = chain->family->name;
		obs.title = chain->family->title;
		obs.api = family_api(chain->family);
		obs.is_front_end = chain->family->kind == KIND_FRONT_END;
		obs.is_gateway = chain->family->kind == KIND_GATEWAY;
	}
	ledger_see_answer(chain->ledger, &obs, chain->now);
	arena_free(arena);
}

/* A door without a family is recognised first, and judged where nobody recognises it. */
static void recognise(struct chain *chain, const struct answer *answer)
{
	recognise_step(&chain->recognition, answer);
	chain->family = chain->recognition.family;
	if (chain->family)
		declare(chain);
	report(chain, answer, NULL, !chain->family && !chain->recognition.ask);
	if (!chain->recognition.ask)
		recognise_init(&chain->recognition);
}

static void hear(struct chain *chain, const struct answer *answer, const char *path)
{
	const struct request *request = request_of(chain->family, path);

	if (chain->family)
		report(chain, answer, request, request && request == request_of(chain->family, ""));
	else
		recognise(chain, answer);
}

/* The bytes come as a server wrote them; our key is hidden in them where http hides it. */
static void do_answer(struct chain *chain, const struct command *command)
{
	size_t length = command->length;
	char *bytes = plant(command->body, &length, "%KEY%", PLANTED_KEY);
	struct answer answer;

	if (*chain->url && answer_from_recording(&answer, bytes, length) == 0) {
		secret_hide(answer.headers, answer.headers_length, PLANTED_KEY);
		secret_hide(answer.body, answer.body_length, PLANTED_KEY);
		answer_examine(&answer);
		answer.connect_ms = 0.5;
		answer.ttfb_ms = 3;
		hear(chain, &answer, command->words[1]);
		answer_fini(&answer);
	} else if (*chain->url) {
		answer_fini(&answer);
	}
	free(bytes);
}

/* What came instead of an answer. */
static void do_outcome(struct chain *chain, const struct command *command)
{
	struct answer answer;

	if (!*chain->url)
		return;
	answer_init(&answer);
	answer.outcome = (enum outcome)(number_of(command->words[1], 99) % OUTCOME_COUNT);
	if (answer.outcome == OUTCOME_TLS)
		answer.tls = (enum tls_trouble)(number_of(command->words[2], 99) % (TLS_OTHER + 1));
	hear(chain, &answer, "");
	answer_fini(&answer);
}

/* ---- what the capture helper says ---- */

static int see_line(void *data, const struct sniffed *sniffed, const struct fault *fault)
{
	struct chain *chain = data;

	(void)fault;
	if (sniffed)
		ledger_see_sniffed(chain->ledger, sniffed, chain->now);
	return 0;
}

static void do_lines(struct chain *chain, const struct command *command)
{
	sniff_feed(&chain->cut, command->body, command->length, see_line, chain);
}

/* ---- the language ---- */

static const struct {
	const char *word;
	void (*act)(struct chain *chain, const struct command *command);
} commands[] = {
	{ "wait", do_wait },
	{ "take", do_take },
	{ "blank", do_blank },
	{ "trouble", do_trouble },
	{ "names", do_names },
	{ "capture", do_capture },
	{ "proof", do_proof },
	{ "discovery", do_discovery },
	{ "status", do_status },
	{ "serve", do_serve },
	{ "usermetrics", do_usermetrics },
	{ "netcheck", do_netcheck },
	{ "whois", do_whois },
	{ "memory", do_memory },
	{ "ping", do_ping },
	{ "door", do_door },
	{ "drop", do_drop },
	{ "answer", do_answer },
	{ "outcome", do_outcome },
	{ "lines", do_lines },
};

void chain_do(struct chain *chain, const struct section *section)
{
	char *words = fuzz_copy(section->words, section->words_length), *rest = words, *word;
	struct command command = { .body = fuzz_copy(section->body, section->length), .length = section->length };

	for (size_t i = 0; i < WORDS_MAX; i++) {
		word = strtok_r(NULL, " ", &rest);
		command.words[i] = word ? word : "";
	}
	for (size_t i = 0; i < ARRAY_LEN(commands) && chain->commands < COMMANDS_MAX; i++)
		if (strcmp(commands[i].word, command.words[0]) == 0) {
			chain->commands++;
			commands[i].act(chain, &command);
		}
	free(words);
	free(command.body);
}

void chain_init(struct chain *chain)
{
	static const struct ledger_terms terms = { .period_ms = 2000, .poll_ms = 10000 };

	memset(chain, 0, sizeof(*chain));
	chain->ledger = ledger_new(&terms);
	chain->now = (struct when){ BEGIN_MONO, BEGIN_WALL };
}

void chain_fini(struct chain *chain)
{
	ledger_free(chain->ledger);
}
