/* How a flow is described: peer, direction, service, speed.
 *
 * Inferred values are marked: "~" before a peer inferred from its WireGuard bytes and before tokens that were
 * estimated from bytes, and a range if the first token came between two times. */
#include "tui/views/flows.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/glyphs.h"
#include "tui/views/values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const capture_lacks[CAPTURE_COUNT] = {
	[CAPTURE_OFF] = "capture is off",
	[CAPTURE_RUNNING] = "",
	[CAPTURE_NO_PERMISSION] = "no capture right",
	[CAPTURE_MISSING] = "no capture helper",
	[CAPTURE_FAILED] = "capture failed",
};

const struct peer *flow_peer(const struct snapshot *snapshot, const struct flow *flow)
{
	return flow->peer < 0 ? NULL : &snapshot->peers[flow->peer];
}

const char *flow_server(const struct snapshot *snapshot, const struct flow *flow)
{
	return flow->endpoint < 0 ? "" : snapshot->endpoints[flow->endpoint].title;
}

const char *flow_direction(const struct flow *flow)
{
	return flow->is_outgoing ? "← us" : "→ us";
}

void value_flow_state(struct value *value, const struct flow *flow)
{
	enum state like = flow->is_active ? STATE_OK : STATE_OFFLINE;

	text_set(value->text, sizeof(value->text), "%s %s", glyph_of_state(like),
		flow->is_active ? "active" : "idle");
	value->role = role_of_state(like);
}

void value_flow_peer(struct value *value, const struct snapshot *snapshot, const struct flow *flow)
{
	const struct peer *peer = flow_peer(snapshot, flow);

	value_say(value, peer ? ROLE_TEXT : ROLE_DIM, peer && flow->is_inferred ? "~" : "");
	text_add(value->text, sizeof(value->text), "%s", peer ? peer->name : "?");
}

void value_flow_service(struct value *value, const struct flow *flow)
{
	value_say(value, ROLE_TEXT, *flow->service ? flow->service : "–");
	if (flow->port)
		text_add(value->text, sizeof(value->text), " :%d", flow->port);
}

void value_flow_ttft(struct value *value, const struct flow *flow)
{
	char least[32], most[32];

	text_ms(least, sizeof(least), flow->ttft_ms);
	text_ms(most, sizeof(most), flow->ttft_max_ms);
	value_say(value, ROLE_TEXT, least);
	if (!isnan(flow->ttft_ms) && !isnan(flow->ttft_max_ms) && strcmp(least, most) != 0)
		text_add(value->text, sizeof(value->text), "–%s", most);
}

void value_flow_tokens(struct value *value, const struct flow *flow)
{
	char number[32];

	value_say(value, ROLE_TEXT, flow->is_estimated && !isnan(flow->tokens_per_s) ? "~" : "");
	text_add(value->text, sizeof(value->text), "%s",
		text_speed(number, sizeof(number), flow->tokens_per_s));
}

/* ---- in a detail ---- */

/* "41 tok/s, TTFT 12–19 ms, TTFB 4.1 ms", as far as known. */
static void say_speed(const struct flow *flow, char *text, size_t size)
{
	struct value tokens, ttft;
	char ttfb[32];

	*text = '\0';
	value_flow_tokens(&tokens, flow);
	value_flow_ttft(&ttft, flow);
	if (!isnan(flow->tokens_per_s))
		text_add(text, size, "%s tok/s", tokens.text);
	if (!isnan(flow->ttft_ms))
		text_add(text, size, "%sTTFT %s ms", *text ? ", " : "", ttft.text);
	if (!isnan(flow->ttfb_ms))
		text_add(text, size, "%sTTFB %s ms", *text ? ", " : "",
			text_ms(ttfb, sizeof(ttfb), flow->ttfb_ms));
}

static void say_amount(const struct snapshot *snapshot, const struct flow *flow, char *text, size_t size)
{
	struct value since;
	char open[32], all[32], exchanges[32], rx[32], tx[32];

	value_ago(&since, snapshot, flow->since);
	*text = '\0';
	text_add(text, size, "for %s, %s of %s connections open, %s exchanges, ↓ %s ↑ %s", since.text,
		text_count(open, sizeof(open), flow->open), text_count(all, sizeof(all), flow->connections),
		text_count(exchanges, sizeof(exchanges), flow->exchanges),
		text_bytes(rx, sizeof(rx), flow->rx_bytes), text_bytes(tx, sizeof(tx), flow->tx_bytes));
	if (flow->is_inferred)
		text_add(text, size, ", likely: its WireGuard bytes came at the same time");
}

static void write_flow(const struct snapshot *snapshot, const struct flow *flow, struct page *page)
{
	struct value state, service;
	char speed[160], amount[256];

	value_flow_state(&state, flow);
	value_flow_service(&service, flow);
	say_speed(flow, speed, sizeof(speed));
	say_amount(snapshot, flow, amount, sizeof(amount));
	page_line(page, state.role, "  ");
	page_cell(page, state.role, 8, state.text);
	page_cell(page, ROLE_TEXT, 4, flow_direction(flow));
	page_cell(page, service.role, 12, service.text);
	page_cell(page, ROLE_TEXT, 12, flow_server(snapshot, flow));
	page_add(page, ROLE_TEXT, "%s", speed);
	page_wrap(page, ROLE_DIM, "", 4, amount);
}

void flows_write_peer(const struct snapshot *snapshot, int peer, struct page *page)
{
	bool has_head = false;

	for (size_t i = 0; i < snapshot->flow_count; i++) {
		if (snapshot->flows[i].peer != peer)
			continue;
		if (!has_head)
			page_head(page, "FLOWS");
		has_head = true;
		write_flow(snapshot, &snapshot->flows[i], page);
	}
}

/* "used by laptop (ann@example.com)" */
static void say_user(const struct snapshot *snapshot, const struct flow *flow, char *text, size_t size)
{
	const struct peer *peer = flow_peer(snapshot, flow);

	snprintf(text, size, "%sused by ", flow->is_active ? "" : "was ");
	if (flow->is_outgoing)
		text_add(text, size, "this machine");
	else if (!peer)
		text_add(text, size, "a peer that is not known");
	else
		text_add(text, size, "%s%s%s%s%s", flow->is_inferred ? "likely " : "", peer->name,
			*peer->user ? " (" : "", peer->user, *peer->user ? ")" : "");
}

void flows_write_endpoint(const struct snapshot *snapshot, int endpoint, struct page *page)
{
	bool has_head = false;

	for (size_t i = 0; i < snapshot->flow_count; i++) {
		const struct flow *flow = &snapshot->flows[i];
		char speed[160], text[2 * TEXT_CAP + 256];
		struct value last;

		if (flow->endpoint != endpoint)
			continue;
		if (!has_head)
			page_head(page, "CLIENTS");
		has_head = true;
		say_user(snapshot, flow, text, sizeof(text));
		say_speed(flow, speed, sizeof(speed));
		value_ago(&last, snapshot, flow->last);
		text_add(text, sizeof(text), "%s%s", *speed ? "  " : "", speed);
		if (!flow->is_active)
			text_add(text, sizeof(text), ", %s ago", last.text);
		page_wrap(page, flow->is_active ? ROLE_TEXT : ROLE_DIM, "", 2, text);
	}
}

/* ---- capture ---- */

void capture_devices(const struct capture *capture, char *text, size_t size)
{
	*text = '\0';
	for (const char *const *device = capture->devices; device && *device; device++)
		text_add(text, size, "%s%s", *text ? " " : "", *device);
}

void capture_say(const struct capture *capture, char *text, size_t size)
{
	char devices[256], dropped[32];

	snprintf(text, size, "%s", capture->state == CAPTURE_OFF ? "" : capture_lacks[capture->state]);
	if (capture->state != CAPTURE_RUNNING)
		return;
	capture_devices(capture, devices, sizeof(devices));
	snprintf(text, size, "capture%s%s", *devices ? " " : "", devices);
	if (!isnan(capture->dropped))
		text_add(text, size, ", %s dropped", text_count(dropped, sizeof(dropped), capture->dropped));
}

void capture_say_lack(const struct snapshot *snapshot, char *text, size_t size)
{
	const struct capture *capture = &snapshot->capture;
	struct value ago;

	snprintf(text, size, "%s", capture_lacks[capture->state]);
	if (capture->state != CAPTURE_FAILED || !capture->since)
		return;
	value_ago(&ago, snapshot, capture->since);
	text_add(text, size, " %s ago", ago.text);
}

bool value_capture(const struct snapshot *snapshot, struct value *value)
{
	const struct capture *capture = &snapshot->capture;
	char lack[64];

	if (capture->state == CAPTURE_OFF || capture->state == CAPTURE_RUNNING)
		return false;
	capture_say_lack(snapshot, lack, sizeof(lack));
	text_set(value->text, sizeof(value->text), "%s%s%s%s%s", lack, *capture->trouble ? ": " : "",
		capture->trouble, *capture->fix ? " → " : "", capture->fix);
	if (*capture->fix)
		text_set(value->brief, sizeof(value->brief), "%s → %s", lack, capture->fix);
	value->role = ROLE_DIM;
	return true;
}
