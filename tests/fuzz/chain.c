/* The language of a chain, and the commands that are not about an endpoint. */
#include "tests/fuzz/chain.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/endpoints/owner.h"
#include "probes/servers/gpu_exporter.h"
#include "probes/tailscaled/lock.h"
#include "probes/tailscaled/netcheck.h"
#include "probes/tailscaled/path_history.h"
#include "probes/tailscaled/prefs.h"
#include "probes/tailscaled/serve.h"
#include "probes/tailscaled/status.h"
#include "probes/tailscaled/metrics.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <stdlib.h>
#include <string.h>

#define BEGIN_MONO INT64_C(5000000)
#define BEGIN_WALL INT64_C(1795394746000) /* 2026-11-23 */
#define WAIT_MAX_MS INT64_C(100000000)
#define COMMANDS_MAX 200

/* The peer of that number, which is taken modulo their count; "" where there is none. */
static const char *peer_of(const struct chain *chain, const char *word)
{
	const struct obs_status *status = ledger_status(chain->ledger);

	return status && status->peer_count
		       ? status->peers[(size_t)chain_number(word, 9999) % status->peer_count].id
		       : "";
}

int64_t chain_number(const char *word, int64_t most)
{
	int64_t number = text_number(word, most);

	return number < 0 ? 0 : number;
}

/* ---- time, and what has no bytes ---- */

static void do_wait(struct chain *chain, const struct command *command)
{
	int64_t ms = chain_number(command->words[1], WAIT_MAX_MS);

	chain->now.mono_ms += ms;
	chain->now.wall_ms += ms;
}

static void do_take(struct chain *chain, const struct command *command)
{
	(void)command;
	judge(chain->ledger, chain->now);
	snapshot_free(take_snapshot(chain->ledger, chain->now));
}

static void do_blank(struct chain *chain, const struct command *command)
{
	(void)command;
	ledger_see(chain->ledger, &(struct observation){ .kind = OBSERVED_GAP }, chain->now);
}

static void do_trouble(struct chain *chain, const struct command *command)
{
	enum daemon_trouble trouble =
		(enum daemon_trouble)(chain_number(command->words[1], 99) % (DAEMON_MALFORMED + 1));

	ledger_see(chain->ledger,
		&(struct observation){ .kind = OBSERVED_TROUBLE,
			.trouble = trouble,
			.trouble_text = "the daemon does not answer" },
		chain->now);
}

static void do_names(struct chain *chain, const struct command *command)
{
	ledger_see(chain->ledger,
		&(struct observation){
			.kind = OBSERVED_NAMES, .names_resolve = strcmp(command->words[1], "resolve") == 0 },
		chain->now);
}

static void do_capture(struct chain *chain, const struct command *command)
{
	const struct obs_capture capture = { .state = (int)(chain_number(command->words[1], 99) %
							    CAPTURE_COUNT),
		.trouble = "it ended",
		.fix = "sudo make install" };

	ledger_see(chain->ledger, &(struct observation){ .kind = OBSERVED_CAPTURE, .capture = &capture },
		chain->now);
}

static void do_proof(struct chain *chain, const struct command *command)
{
	enum proof proof = (enum proof)(1 << chain_number(command->words[1], 99) % 6);

	if (*chain->url)
		ledger_see(chain->ledger,
			&(struct observation){ .kind = OBSERVED_PROOF, .url = chain->url, .proof = proof },
			chain->now);
}

static void do_discovery(struct chain *chain, const struct command *command)
{
	const struct obs_discovery discovery = { .mode = "mine",
		.ports = "443 80 11434",
		.now = peer_of(chain, command->words[1]),
		.peers = (size_t)chain_number(command->words[1], 999),
		.asked = (size_t)chain_number(command->words[2], 999),
		.pending = (size_t)chain_number(command->words[3], 999) };

	ledger_see(chain->ledger,
		&(struct observation){ .kind = OBSERVED_DISCOVERY, .discovery = &discovery }, chain->now);
	ledger_see(chain->ledger,
		&(struct observation){ .kind = OBSERVED_PROBED,
			.probed = &(struct obs_probed){ .peer_id = peer_of(chain, command->words[1]),
				.is_running = true } },
		chain->now);
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
	struct status_parser *parser = status_parser_new(NULL);
	struct obs_status *status;
	struct fault fault = { "" };

	status_parser_feed(parser, command->body, command->length, &fault);
	status = status_parser_end(parser, &fault);
	status_parser_free(parser);
	if (status) {
		plant_peer(status);
		ledger_see(chain->ledger,
			&(struct observation){ .kind = OBSERVED_STATUS,
				.status = status,
				.via = "localapi",
				.socket = "/run/tailscale/tailscaled.sock" },
			chain->now);
	} else {
		ledger_see(chain->ledger,
			&(struct observation){ .kind = OBSERVED_TROUBLE,
				.trouble = DAEMON_MALFORMED,
				.trouble_text = fault.text },
			chain->now);
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
	owner_fill_mounts(serve, status, &(struct mount_facts){ ports, &(struct listeners){ 0 } });
	ledger_see(
		chain->ledger, &(struct observation){ .kind = OBSERVED_SERVE, .serve = serve }, chain->now);
}

static void do_usermetrics(struct chain *chain, const struct command *command)
{
	struct obs_traffic traffic;

	if (metrics_parse(command->body, command->length, &traffic) == 0)
		ledger_see(chain->ledger,
			&(struct observation){ .kind = OBSERVED_TRAFFIC, .traffic = &traffic }, chain->now);
}

static void do_prefs(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_prefs *prefs = prefs_parse(command->body, command->length, &fault);

	if (prefs)
		ledger_see(chain->ledger, &(struct observation){ .kind = OBSERVED_PREFS, .prefs = prefs },
			chain->now);
}

static void do_lock(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_lock *lock = lock_parse(command->body, command->length, &fault);

	if (lock)
		ledger_see(chain->ledger, &(struct observation){ .kind = OBSERVED_LOCK, .lock = lock },
			chain->now);
}

static void do_netcheck(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_net net;

	network_start_netcheck(chain->ledger, chain->now);
	if (netcheck_parse(command->body, command->length, &net, &fault) == 0)
		ledger_see(chain->ledger,
			&(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &net }, chain->now);
}

static void do_whois(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_node node;

	if (whois_parse(command->body, command->length, &node, &fault) < 0)
		return;
	node.peer_id = peer_of(chain, command->words[1]);
	ledger_see(chain->ledger, &(struct observation){ .kind = OBSERVED_NODE, .node = &node }, chain->now);
}

static void do_memory(struct chain *chain, const struct command *command)
{
	struct fault fault;
	struct obs_path_history memory;

	if (path_history_parse(command->body, command->length, &memory, &fault) < 0)
		return;
	memory.peer_id = peer_of(chain, command->words[1]);
	ledger_see(chain->ledger,
		&(struct observation){ .kind = OBSERVED_PATH_HISTORY, .path_history = &memory }, chain->now);
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
	ledger_see(chain->ledger, &(struct observation){ .kind = OBSERVED_PING, .ping = &ping }, chain->now);
	answer_fini(&answer);
	arena_free(arena);
}

/* ---- what a GPU exporter answers ---- */

static void do_gpus(struct chain *chain, const struct command *command)
{
	struct arena *arena = arena_new();
	struct answer answer;
	struct obs_gpus gpus;

	answer_from_recording(&answer, command->body, command->length);
	gpu_exporter_read(&answer, arena, &gpus);
	check_gpus(&gpus);
	gpus.peer_id = peer_of(chain, command->words[1]);
	ledger_see(chain->ledger, &(struct observation){ .kind = OBSERVED_GPUS, .gpus = &gpus }, chain->now);
	answer_fini(&answer);
	arena_free(arena);
}

/* ---- what the capture helper says ---- */

static int see_line(void *data, const struct sniffed *sniffed, const struct fault *fault)
{
	struct chain *chain = data;

	(void)fault;
	if (sniffed)
		ledger_see(chain->ledger,
			&(struct observation){ .kind = OBSERVED_PACKETS, .packets = sniffed }, chain->now);
	return 0;
}

static void do_lines(struct chain *chain, const struct command *command)
{
	lines_feed(&chain->cut, command->body, command->length, see_line, chain);
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
	{ "prefs", do_prefs },
	{ "lock", do_lock },
	{ "usermetrics", do_usermetrics },
	{ "netcheck", do_netcheck },
	{ "whois", do_whois },
	{ "memory", do_memory },
	{ "ping", do_ping },
	{ "gpus", do_gpus },
	{ "endpoint", chain_endpoint },
	{ "drop", chain_drop },
	{ "answer", chain_answer },
	{ "outcome", chain_outcome },
	{ "lines", do_lines },
};

void chain_do(struct chain *chain, const struct section *section)
{
	char *words = fuzz_copy(section->words, section->words_length), *rest = words, *word;
	struct command command = { .body = fuzz_copy(section->body, section->length),
		.length = section->length };

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
	const struct ledger_terms terms = { .period_ms = 2000, .poll_ms = 10000, .servers = family_facts() };

	memset(chain, 0, sizeof(*chain));
	chain->ledger = ledger_new(&terms);
	chain->now = (struct when){ BEGIN_MONO, BEGIN_WALL };
}

void chain_fini(struct chain *chain)
{
	ledger_free(chain->ledger);
}
