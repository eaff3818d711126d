/* Clients: who uses which service now, in which direction, since when and how fast.
 *
 * A row is a flow seen by the capture helper: all connections between one peer and one port. Active flows
 * come first, newest on top, so that rows do not change places with every packet; then the others by their
 * last byte. Without the helper there are no rows, and the page says how to get them. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/views/flows.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct flow *flow_of(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->flows[row];
}

static const char *peer_name(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = flow_peer(snapshot, flow_of(snapshot, row));

	return peer ? peer->name : "?";
}

static const char *user_of(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = flow_peer(snapshot, flow_of(snapshot, row));

	return peer ? peer->user : "";
}

static void format_state(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_flow_state(value, flow_of(snapshot, row));
}

static void format_peer(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_flow_peer(value, snapshot, flow_of(snapshot, row));
}

static void say_or_dash(struct value *value, const char *text)
{
	value_say(value, *text ? ROLE_TEXT : ROLE_DIM, *text ? text : "–");
}

static void format_user(const struct snapshot *snapshot, size_t row, struct value *value)
{
	say_or_dash(value, user_of(snapshot, row));
}

static void format_direction(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_TEXT, flow_direction(flow_of(snapshot, row)));
}

static void format_service(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_flow_service(value, flow_of(snapshot, row));
}

static void format_server(const struct snapshot *snapshot, size_t row, struct value *value)
{
	say_or_dash(value, flow_server(snapshot, flow_of(snapshot, row)));
}

static void format_path(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct peer *peer = flow_peer(snapshot, flow_of(snapshot, row));

	if (peer && !peer->is_self)
		value_path(value, &peer->path);
	else
		value_say(value, ROLE_DIM, peer ? "local" : "–");
}

static void format_connections(const struct snapshot *snapshot, size_t row, struct value *value)
{
	char open[32], all[32];

	text_set(value->text, sizeof(value->text), "%s/%s",
		text_count(open, sizeof(open), flow_of(snapshot, row)->open),
		text_count(all, sizeof(all), flow_of(snapshot, row)->connections));
}

static double number_connections(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->connections;
}

static double number_exchanges(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->exchanges;
}

static double number_rx(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->rx_per_s;
}

static double number_tx(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->tx_per_s;
}

static double number_rx_all(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->rx_bytes;
}

static double number_tx_all(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->tx_bytes;
}

static double number_ttfb(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->ttfb_ms;
}

static double number_ttft(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->ttft_ms;
}

static double number_tokens(const struct snapshot *snapshot, size_t row)
{
	return flow_of(snapshot, row)->tokens_per_s;
}

static double number_since(const struct snapshot *snapshot, size_t row)
{
	int64_t since = flow_of(snapshot, row)->since;

	return since ? (double)(snapshot->taken.wall_ms - since) : NAN;
}

static void format_ttft(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_flow_ttft(value, flow_of(snapshot, row));
}

static void format_tokens(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_flow_tokens(value, flow_of(snapshot, row));
}

static void format_since(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_ago(value, snapshot, flow_of(snapshot, row)->since);
}

static int compare_state(const struct snapshot *snapshot, size_t a, size_t b)
{
	return flow_of(snapshot, a)->is_active - flow_of(snapshot, b)->is_active;
}

static int compare_peer(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(peer_name(snapshot, a), peer_name(snapshot, b));
}

static int compare_user(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(user_of(snapshot, a), user_of(snapshot, b));
}

static int compare_direction(const struct snapshot *snapshot, size_t a, size_t b)
{
	return flow_of(snapshot, a)->is_outgoing - flow_of(snapshot, b)->is_outgoing;
}

static int compare_service(const struct snapshot *snapshot, size_t a, size_t b)
{
	int order = strcmp(flow_of(snapshot, a)->service, flow_of(snapshot, b)->service);

	return order ? order : flow_of(snapshot, a)->port - flow_of(snapshot, b)->port;
}

static int compare_server(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(
		flow_server(snapshot, flow_of(snapshot, a)), flow_server(snapshot, flow_of(snapshot, b)));
}

static int compare_path(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct peer *one = flow_peer(snapshot, flow_of(snapshot, a));
	const struct peer *other = flow_peer(snapshot, flow_of(snapshot, b));

	return (one ? (int)one->path.kind : 0) - (other ? (int)other->path.kind : 0);
}

/* Orders flows by age. The last byte of an active flow is always now, so it is ordered by its first. */
static int64_t age_mark(const struct flow *flow)
{
	return flow->is_active ? flow->since : flow->last;
}

static int tie(const struct snapshot *snapshot, size_t a, size_t b)
{
	int64_t one = age_mark(flow_of(snapshot, a)), other = age_mark(flow_of(snapshot, b));
	int order = one == other ? compare_peer(snapshot, a, b) : one > other ? -1 : 1;

	return order ? order : compare_service(snapshot, a, b);
}

static bool holds_direction(const struct snapshot *snapshot, size_t row, const char *part)
{
	return text_equal_fold(part, flow_of(snapshot, row)->is_outgoing ? "out" : "in");
}

static const struct column columns[] = {
	{ "STATE", "state", 8, 8, 100, .starts_high = true, .format = format_state,
		.compare = compare_state },
	{ "PEER", "peer", 8, 24, 95, .format = format_peer, .compare = compare_peer },
	{ "USER", "user", 12, 32, 58, .format = format_user, .compare = compare_user },
	{ "DIR", "direction", 5, 5, 90, .format = format_direction, .compare = compare_direction,
		.holds = holds_direction },
	{ "SERVICE", "service", 10, 18, 92, .format = format_service, .compare = compare_service },
	{ "SERVER", "server", 9, 16, 72, .format = format_server, .compare = compare_server },
	{ "PATH", "path", 8, 16, 60, .format = format_path, .compare = compare_path },
	{ "CONNS", "connections", 5, 7, 50, true, .starts_high = true, .format = format_connections,
		.number = number_connections },
	{ "EXCH", "exchanges", 5, 6, 45, true, .starts_high = true, .text = text_count,
		.number = number_exchanges },
	{ "RX", "rx", 8, 8, 65, true, .starts_high = true, .text = text_rate, .number = number_rx },
	{ "TX", "tx", 8, 8, 64, true, .starts_high = true, .text = text_rate, .number = number_tx },
	{ "RX ALL", "rx-all", 7, 7, 36, true, .starts_high = true, .text = text_bytes,
		.number = number_rx_all },
	{ "TX ALL", "tx-all", 7, 7, 35, true, .starts_high = true, .text = text_bytes,
		.number = number_tx_all },
	{ "TTFB ms", "ttfbms", 7, 7, 55, true, .starts_high = true, .text = text_ms, .number = number_ttfb },
	{ "TTFT ms", "ttftms", 7, 11, 80, true, .starts_high = true, .format = format_ttft,
		.number = number_ttft },
	{ "TOK/S", "toks", 6, 6, 85, true, .starts_high = true, .format = format_tokens,
		.number = number_tokens },
	{ "SINCE", "since", 7, 7, 70, true, .format = format_since, .number = number_since },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return snapshot->flow_count;
}

static bool is_dim(const struct snapshot *snapshot, size_t row)
{
	return !flow_of(snapshot, row)->is_active;
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	const struct flow *flow = flow_of(snapshot, row);
	const struct peer *peer = flow_peer(snapshot, flow);

	snprintf(buffer, size, "%s %s %d %s", flow_direction(flow), peer ? peer->id : "?", flow->port,
		flow->service);
	return buffer;
}

/* The peer that uses us, or the server that we use; "" if neither is known. */
static const char *target(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	const struct flow *flow = flow_of(snapshot, row);
	const struct peer *peer = flow_peer(snapshot, flow);
	const char *url = flow->endpoint < 0 ? "" : snapshot->endpoints[flow->endpoint].url;

	(void)buffer, (void)size;
	return peer && (!flow->is_outgoing || !*url) ? peer->id : url;
}

static void write_watching(const struct capture *capture, struct page *page)
{
	char devices[256], text[320];

	capture_devices(capture, devices, sizeof(devices));
	snprintf(text, sizeof(text), "watching%s%s; no clients seen yet",
		*devices ? " " : "", devices);
	page_wrap(page, ROLE_DIM, "", 0, text);
}

/* What is missing, the command that fixes it, and what is known without the helper. */
static void write_blind(const struct snapshot *snapshot, struct page *page)
{
	const struct capture *capture = &snapshot->capture;
	bool is_off = capture->state == CAPTURE_OFF;
	char lack[64], text[128];

	capture_say_lack(snapshot, lack, sizeof(lack));
	snprintf(text, sizeof(text), "Who uses what is not seen: %s.", lack);
	page_wrap(page, ROLE_TITLE, "", 0, text);
	if (!is_off && *capture->fix)
		page_wrap(page, ROLE_FIX, "", 2, capture->fix);
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TEXT, "", 0,
		is_off ? "It is turned off (--no-capture, or capture = off in the configuration), or has not "
			 "begun yet."
		       : capture->trouble);
	page_wrap(page, ROLE_DIM, "", 0,
		"Known without it: paths and their bytes by tailscaled, the times of this program's own "
		"requests, and what servers tell of themselves.");
}

static bool instead(const struct snapshot *snapshot, struct page *page)
{
	if (snapshot->flow_count)
		return false;
	if (view_says_trouble(snapshot, page))
		return true;
	if (snapshot->capture.state == CAPTURE_RUNNING)
		write_watching(&snapshot->capture, page);
	else
		write_blind(snapshot, page);
	return true;
}

const struct view view_clients = {
	.title = "Clients",
	.key = '5',
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
	.tie = tie,
	.row_count = row_count,
	.is_dim = is_dim,
	.row_id = row_id,
	.target = target,
	.note = value_capture,
	.instead = instead,
};
