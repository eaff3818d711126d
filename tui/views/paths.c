/* Paths: a row per peer: which path its packets take, how long that takes, and how often it changed.
 *
 * This machine has no path to itself and no row. Peers that are off come last, dim: normal, but this is where
 * one looks for them. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/glyphs.h"
#include "tui/views/flows.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct peer *peer_of(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->peers[row];
}

static void format_state(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_state(value, peer_of(snapshot, row)->state);
}

static void format_peer(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_TEXT, peer_of(snapshot, row)->name);
}

static void format_path(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_path(value, &peer_of(snapshot, row)->path);
}

static void format_address(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const char *address = peer_of(snapshot, row)->path.endpoint;

	value_say(value, *address ? ROLE_TEXT : ROLE_DIM, *address ? address : "–");
}

static double number_rtt(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->path.rtt_ms;
}

static double number_p95(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->path.rtt_p95_ms;
}

static double number_jitter(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->path.jitter_ms;
}

static double number_loss(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->path.loss;
}

static double number_changes(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->path.changes;
}

static double number_pong(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->path.pong_age_ms;
}

/* Both directions together; NAN if neither is known. */
static double bytes_by(const struct path *path, int kind)
{
	double rx = path->rx_bytes[kind], tx = path->tx_bytes[kind];

	return isnan(rx) ? tx : isnan(tx) ? rx : rx + tx;
}

static double number_bytes(const struct snapshot *snapshot, size_t row)
{
	double sum = NAN;

	for (int kind = 0; kind < TRAFFIC_PATHS; kind++) {
		double bytes = bytes_by(&peer_of(snapshot, row)->path, kind);

		sum = isnan(sum) ? bytes : isnan(bytes) ? sum : sum + bytes;
	}
	return sum;
}

static double number_rx(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->rx_per_s;
}

static double number_tx(const struct snapshot *snapshot, size_t row)
{
	return peer_of(snapshot, row)->tx_per_s;
}

static double number_handshake(const struct snapshot *snapshot, size_t row)
{
	int64_t at = peer_of(snapshot, row)->last_handshake;

	return at ? (double)(snapshot->taken.wall_ms - at) : NAN;
}

static void format_loss(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_loss(value, number_loss(snapshot, row));
}

static void format_source(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const char *source = peer_of(snapshot, row)->path.rtt_source;

	value_say(value, ROLE_DIM, *source ? source : "–");
	if (strcmp(source, "wireguard") == 0)
		text_set(value->brief, sizeof(value->brief), "wg");
}

static void format_pong(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_pong(value, &peer_of(snapshot, row)->path);
}

/* The kind with the most bytes that is not listed yet; -1: the others have none. */
static int next_kind(const struct path *path, unsigned said)
{
	int most = -1;

	for (int kind = 0; kind < TRAFFIC_PATHS; kind++)
		if (!(said >> kind & 1) && bytes_by(path, kind) > (most < 0 ? 0 : bytes_by(path, most)))
			most = kind;
	return most;
}

/* "DERP 5.2 MB, direct 88 kB": the most first, because the text may be cut. */
static void format_bytes(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct path *path = &peer_of(snapshot, row)->path;
	unsigned said = 0;
	char number[32];

	for (int kind; (kind = next_kind(path, said)) >= 0; said |= 1u << kind)
		text_add(value->text, sizeof(value->text), "%s%s %s", said ? ", " : "",
			value_traffic_path(kind), text_bytes(number, sizeof(number), bytes_by(path, kind)));
	if (!said)
		text_bytes(value->text, sizeof(value->text), number_bytes(snapshot, row));
}

static void format_handshake(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_ago(value, snapshot, peer_of(snapshot, row)->last_handshake);
	value->role = ROLE_TEXT;
}

static void format_os(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_DIM, peer_of(snapshot, row)->os);
}

static char *head_spark(const struct snapshot *snapshot, char *to, size_t size)
{
	return value_spark_head(snapshot, "RTT", to, size);
}

static void format_spark(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct peer *peer = peer_of(snapshot, row);

	value_spark(value, peer->spark, peer->spark_count);
	value->role = ROLE_SPARK;
}

static void format_why(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct peer *peer = peer_of(snapshot, row);

	value_why(value, snapshot, peer->verdicts);
	if (!*value->text && !peer->is_online)
		value_last_seen(value, snapshot, peer);
}

static int compare_peer(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(peer_of(snapshot, a)->name, peer_of(snapshot, b)->name);
}

/* In order of interest: relayed, direct, idle, offline. */
static int compare_path(const struct snapshot *snapshot, size_t a, size_t b)
{
	static const int ranks[PATH_COUNT] = { [PATH_DERP] = 0,
		[PATH_PEER_RELAY] = 1,
		[PATH_DIRECT] = 2,
		[PATH_UNKNOWN] = 3,
		[PATH_IDLE] = 4,
		[PATH_OFFLINE] = 5 };

	return ranks[peer_of(snapshot, a)->path.kind] - ranks[peer_of(snapshot, b)->path.kind];
}

static int tie(const struct snapshot *snapshot, size_t a, size_t b)
{
	int order = compare_path(snapshot, a, b);

	return order ? order : compare_peer(snapshot, a, b);
}

/* An offline peer is normal here: reachable peers with a fault come first. */
static int compare_state(const struct snapshot *snapshot, size_t a, size_t b)
{
	enum state one = peer_of(snapshot, a)->state, other = peer_of(snapshot, b)->state;

	return (one == STATE_OFFLINE ? -1 : (int)one) - (other == STATE_OFFLINE ? -1 : (int)other);
}

static int compare_address(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(peer_of(snapshot, a)->path.endpoint, peer_of(snapshot, b)->path.endpoint);
}

static int compare_source(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(peer_of(snapshot, a)->path.rtt_source, peer_of(snapshot, b)->path.rtt_source);
}

static int compare_os(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(peer_of(snapshot, a)->os, peer_of(snapshot, b)->os);
}

static bool holds_name(const struct snapshot *snapshot, size_t row, const char *part)
{
	const struct peer *peer = peer_of(snapshot, row);

	if (text_contains_fold(peer->fqdn, part) || text_contains_fold(peer->name, part))
		return true;
	for (const char *const *address = peer->addresses; address && *address; address++)
		if (text_contains_fold(*address, part))
			return true;
	return false;
}

static const struct column columns[] = {
	{ "STATE", "state", 10, 10, 100, .starts_high = true, .format = format_state,
		.compare = compare_state },
	{ "PEER", "peer", 8, 20, 95, .format = format_peer, .compare = compare_peer, .holds = holds_name },
	{ "PATH", "path", 8, 16, 90, .format = format_path, .compare = compare_path },
	{ "ADDRESS", "address", 15, 46, 38, .format = format_address, .compare = compare_address },
	{ "RTT ms", "rttms", 7, 7, 80, true, .starts_high = true, .text = text_ms, .number = number_rtt },
	{ "P95", "p95", 5, 5, 55, true, .starts_high = true, .text = text_ms, .number = number_p95 },
	{ "JITTER", "jitter", 7, 7, 54, true, .starts_high = true, .text = text_ms, .number = number_jitter },
	{ "LOSS", "loss", 5, 5, 60, true, .starts_high = true, .format = format_loss, .number = number_loss },
	{ "BY", "by", 5, 9, 46, .format = format_source, .compare = compare_source },
	{ "PONG", "pong", 7, 15, 44, .format = format_pong, .number = number_pong },
	{ "RX", "rx", 8, 8, 70, true, .starts_high = true, .text = text_rate, .number = number_rx },
	{ "TX", "tx", 8, 8, 69, true, .starts_high = true, .text = text_rate, .number = number_tx },
	{ "BYTES BY KIND", "bytes", 14, 48, 50, .starts_high = true, .format = format_bytes,
		.number = number_bytes },
	{ "SHAKE", "handshake", 6, 6, 30, true, .format = format_handshake, .number = number_handshake },
	{ "FLIPS", "flips", 6, 6, 48, true, .starts_high = true, .text = text_count,
		.number = number_changes },
	{ "OS", "os", 5, 9, 20, .format = format_os, .compare = compare_os },
	{ "RTT TREND", "spark", 19, 20, 65, .format = format_spark, .head = head_spark, .number = number_rtt,
		.starts_high = true },
	{ "WHY", "why", 16, 600, 75, .stretches = true, .starts_high = true, .format = format_why,
		.compare = compare_state },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return snapshot->peer_count;
}

static bool is_shown(const struct snapshot *snapshot, size_t row)
{
	return !peer_of(snapshot, row)->is_self;
}

static bool is_dim(const struct snapshot *snapshot, size_t row)
{
	return !peer_of(snapshot, row)->is_online;
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return peer_of(snapshot, row)->id;
}

const struct view view_paths = {
	.title = "Paths",
	.key = '2',
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
	.tie = tie,
	.row_count = row_count,
	.is_shown = is_shown,
	.is_dim = is_dim,
	.row_id = row_id,
	.note = value_capture,
	.instead = view_says_trouble,
};
