#include "probes/recording/kinds.h"

#include "probes/model/sniffed.h"
#include "probes/recording/kinds_parts.h"

#include <string.h>

/* clang-format off */
#define OWN(m, of) MEMBER(observation, m, OWN, .shape = &shape_##of)
static const struct member see_status[] = { OWN(status, status), TEXT(observation, via), TEXT(observation, socket) };
static const struct member see_trouble[] = { ENUM(observation, trouble, DAEMON_CLOSED), TEXT(observation, trouble_text) };
static const struct member see_names[] = { BOOL(observation, names_resolve), MEMBER(observation, names_address, TEXT_OR_NULL) };
static const struct member see_prefs[] = { OWN(prefs, prefs) };
static const struct member see_lock[] = { OWN(lock, lock) };
static const struct member see_machine[] = { OWN(machine, machine) };
static const struct member see_listeners[] = { OWN(listeners, listeners) };
static const struct member see_companion[] = { OWN(companion, companion) };
static const struct member see_gpus[] = { OWN(gpus, gpus) };
static const struct member see_canary[] = { OWN(canary, canary) };
static const struct member see_serve[] = { OWN(serve, serve) };
static const struct member see_url[] = { KEY(observation, url) };
static const struct member see_traffic[] = { OWN(traffic, traffic) };
static const struct member see_path_history[] = { OWN(path_history, path_history) };
static const struct member see_ping[] = { OWN(ping, ping) };
static const struct member see_netcheck[] = { OWN(netcheck, net) };
static const struct member see_node[] = { OWN(node, node) };
static const struct member see_capture[] = { OWN(capture, capture) };
static const struct member see_packets[] = { OWN(packets, sniffed) };
static const struct member see_own_port[] = { MEMBER(observation, own_port, INT, .is_key = true) };
static const struct member see_discovery[] = { OWN(discovery, discovery) };
static const struct member see_probed[] = { OWN(probed, probed) };
static const struct member see_endpoint[] = { OWN(endpoint, endpoint) };
static const struct member see_answer[] = { OWN(answer, answer) };
static const struct member see_proof[] = { KEY(observation, url),
	MEMBER(observation, proof, BITS, .most = 2 * PROOF_SHIELDS - 1, .is_key = true) };
static const struct member see_certificate[] = { KEY(observation, url), TIME(observation, cert_not_after) };
static const struct member see_request[] = { ENUM(observation, cost, COST_COUNT - 1),
	NUMBER(observation, bytes_sent), NUMBER(observation, bytes_received) };
#undef OWN

static size_t line_of_packets(const void *value)
{
	return (size_t)((const struct observation *)value)->packets->word;
}

static bool is_total(const void *value)
{
	enum sniffed_word word = ((const struct observation *)value)->packets->word;

	return word == SNIFFED_PATH || word == SNIFFED_FLOW || word == SNIFFED_DERP || word == SNIFFED_STATS;
}

/* No rule goes by them. */
static bool is_slow_total(const void *value)
{
	return ((const struct observation *)value)->packets->word != SNIFFED_PATH;
}

/* The request that tells whether it is up, and those that tell more. */
static size_t line_of_answer(const void *value)
{
	return ((const struct observation *)value)->answer->is_primary;
}

_Static_assert(SNIFFED_COUNT <= KIND_LINES, "a line for each word");

#define OWN_PORT_AGAIN_MS 20000 /* the ledger takes it for ours for a minute */
#define SEE(table) &(const struct shape){ .size = sizeof(struct observation), .members = table, .count = ARRAY_LEN(table) }
const struct kind kinds[KIND_COUNT] = {
	[KIND_PEER] = { "peer", &shape_peer,
		KEPT_LAST, .most = 200000 },
	[OBSERVED_STATUS] = { "status", SEE(see_status), KEPT_LAST, .most = 1 },
	[OBSERVED_TROUBLE] = { "trouble", SEE(see_trouble), KEPT_LAST, .most = 1 },
	[OBSERVED_NAMES] = { "names", SEE(see_names), KEPT_LAST, .most = 1 },
	[OBSERVED_PREFS] = { "prefs", SEE(see_prefs), KEPT_LAST, .most = 1 },
	[OBSERVED_LOCK] = { "lock", SEE(see_lock), KEPT_LAST, .most = 1 },
	[OBSERVED_MACHINE] = { "machine", SEE(see_machine), KEPT_LAST, .most = 1 },
	[OBSERVED_LISTENERS] = { "listeners", SEE(see_listeners), KEPT_LAST, .is_skipped_if_same = true, .most = 1 },
	[OBSERVED_COMPANION] = { "companion", SEE(see_companion), KEPT_LAST, .most = 1000 },
	[OBSERVED_GPUS] = { "gpus", SEE(see_gpus), KEPT_LAST, .most = 10000 },
	[OBSERVED_CANARY] = { "canary", SEE(see_canary), KEPT_LAST, .is_of_endpoint = true, .most = 1000 },
	[OBSERVED_SERVE] = { "serve", SEE(see_serve), KEPT_LAST, .most = 1 },
	[OBSERVED_WEB] = { "web", SEE(see_url), KEPT_LAST, .is_of_endpoint = true, .most = 1000 },
	[OBSERVED_TRAFFIC] = { "traffic", SEE(see_traffic), KEPT_LAST, .most = 1 },
	[OBSERVED_PATH_HISTORY] = { "path_history", SEE(see_path_history), KEPT_LAST, .most = 10000 },
	[OBSERVED_PING] = { "ping", SEE(see_ping), KEPT_LAST, .most = 20000 },
	[OBSERVED_NETCHECK] = { "netcheck", SEE(see_netcheck), KEPT_LAST, .most = 1 },
	[OBSERVED_NODE] = { "node", SEE(see_node), KEPT_LAST, .most = 10000 },
	[OBSERVED_CAPTURE] = { "capture", SEE(see_capture), KEPT_LAST, .most = 1 },
	[OBSERVED_PACKETS] = { "packets", SEE(see_packets), KEPT_LAST, .most = 4096, .line = line_of_packets,
		.is_total = is_total, .is_slow = is_slow_total },
	[OBSERVED_OWN_PORT] = { "own_port", SEE(see_own_port), KEPT_LAST, .is_skipped_if_same = true,
		.again_ms = OWN_PORT_AGAIN_MS, .most = 256 },
	[OBSERVED_DISCOVERY] = { "discovery", SEE(see_discovery), KEPT_LAST, .is_skipped_if_same = true, .most = 1 },
	[OBSERVED_PROBED] = { "probed", SEE(see_probed), KEPT_LAST, .most = 10000 },
	[OBSERVED_ENDPOINT] = { "endpoint", SEE(see_endpoint), KEPT_FIRST, .is_skipped_if_same = true,
		.is_of_endpoint = true, .most = 10000 },
	[OBSERVED_DROPPED] = { "dropped", SEE(see_url), KEPT_NOT, .most = 1 },
	[OBSERVED_ANSWER] = { "answer", SEE(see_answer), KEPT_LAST, .is_of_endpoint = true, .most = 20000,
		.line = line_of_answer },
	[OBSERVED_PROOF] = { "proof", SEE(see_proof), KEPT_LAST, .is_of_endpoint = true, .most = 10000 },
	[OBSERVED_CERTIFICATE] = { "certificate", SEE(see_certificate), KEPT_LAST, .is_of_endpoint = true, .most = 10000 },
	[OBSERVED_REQUEST] = { "request", SEE(see_request), KEPT_NOT, .most = 1 },
	[OBSERVED_GAP] = { "gap", &(const struct shape){ .size = sizeof(struct observation) }, KEPT_LAST, .most = 1 },
};
/* clang-format on */

const struct columns *kinds_columns(size_t kind)
{
	static struct columns columns[KIND_COUNT];

	if (!columns[kind].count)
		columns_add(&columns[kind], kinds[kind].shape);
	return &columns[kind];
}

size_t kinds_find(const char *name)
{
	size_t kind = 0;

	while (kind < KIND_COUNT && strcmp(kinds[kind].name, name) != 0)
		kind++;
	return kind;
}
