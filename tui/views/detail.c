/* Detail: everything that is known of one endpoint, one peer or one mount.
 *
 * First what is wrong and what to do, then where the time goes, who uses it, what it serves, and what this
 * program sent to it. What is not known of it takes no room. */
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/views/latency.h"
#include "tui/views/flows.h"
#include "tui/term/glyphs.h"
#include "tui/views/target.h"
#include "tui/views/verdict_line.h"

static void write_verdicts(const struct snapshot *snapshot, struct span verdicts, struct page *page)
{
	page_head(page, verdicts.count ? "VERDICTS" : "No verdicts: nothing wrong is known.");
	for (size_t i = 0; i < verdicts.count; i++)
		verdict_line_block(page, snapshot, &snapshot->verdict_list[verdicts.first + i], 2);
}

static void write_times(const struct path *path, struct page *page)
{
	char rtt[32], p95[32], jitter[32];
	struct value loss, pong;

	value_loss(&loss, path->loss);
	value_pong(&pong, path);
	page_line(page, ROLE_TEXT, "  RTT %s ms  p95 %s  jitter %s", text_ms(rtt, sizeof(rtt), path->rtt_ms),
		text_ms(p95, sizeof(p95), path->rtt_p95_ms),
		text_ms(jitter, sizeof(jitter), path->jitter_ms));
	if (!isnan(path->loss))
		page_add(page, ROLE_TEXT, "  loss %s", loss.text);
	if (*path->rtt_source)
		page_add(page, ROLE_DIM, "  (%s)", path->rtt_source);
	if (!isnan(path->pong_age_ms))
		page_add(page, ROLE_DIM, "  last pong %s%s, seen by %s", pong.brief,
			strcmp(pong.brief, "now") == 0 ? "" : " ago", path->pong_source);
}

/* Nothing where no kind is known. */
static void write_kinds(const struct path *path, struct page *page)
{
	static const char *const names[TRAFFIC_PATHS] = { "direct", "peer relay", "DERP" };
	bool has_line = false;
	char rx[32], tx[32];

	for (int kind = 0; kind < TRAFFIC_PATHS; kind++) {
		if (isnan(path->rx_bytes[kind]) && isnan(path->tx_bytes[kind]))
			continue;
		if (!has_line)
			page_line(page, ROLE_TEXT, " ");
		has_line = true;
		page_add(page, ROLE_TEXT, " %s ↓ %s ↑ %s ", names[kind],
			text_bytes(rx, sizeof(rx), path->rx_bytes[kind]),
			text_bytes(tx, sizeof(tx), path->tx_bytes[kind]));
	}
	if (has_line)
		page_add(page, ROLE_DIM, " since packets are watched");
}

static void write_path(const struct snapshot *snapshot, const struct peer *peer, struct page *page)
{
	const struct path *path = &peer->path;
	struct value kind, since, shake;
	char rx[32], tx[32], flips[32];

	value_path(&kind, path);
	value_ago(&since, snapshot, path->since);
	value_ago(&shake, snapshot, peer->last_handshake);
	page_head(page, "PATH");
	page_line(page, kind.role, "  %s", kind.text);
	page_add(page, ROLE_TEXT, "%s%s", *path->endpoint ? "  " : "", path->endpoint);
	page_add(page, ROLE_DIM, "  for %s, %s changes, last handshake %s ago", since.text,
		text_count(flips, sizeof(flips), path->changes), shake.text);
	write_times(path, page);
	page_line(page, ROLE_TEXT, "  ↓ %s  ↑ %s", text_rate(rx, sizeof(rx), peer->rx_per_s),
		text_rate(tx, sizeof(tx), peer->tx_per_s));
	page_add(page, ROLE_DIM, "   in all ↓ %s ↑ %s", text_bytes(rx, sizeof(rx), peer->rx_bytes),
		text_bytes(tx, sizeof(tx), peer->tx_bytes));
	write_kinds(path, page);
}

struct figure {
	const char *name;
	double number;
	char *(*text)(char *to, size_t size, double number);
};

/* Those that are known, in one line; nothing where none is. */
static void write_figures(const struct figure *figures, size_t count, struct page *page)
{
	bool has_line = false;
	char number[32];

	for (size_t i = 0; i < count; i++) {
		if (isnan(figures[i].number))
			continue;
		if (!has_line)
			page_line(page, ROLE_TEXT, " ");
		has_line = true;
		page_add(page, ROLE_TEXT, " %s %s ", figures[i].name,
			figures[i].text(number, sizeof(number), figures[i].number));
	}
}

static void write_engine(const struct endpoint *endpoint, struct page *page)
{
	const struct figure work[] = {
		{ "running", endpoint->running, text_count },
		{ "waiting", endpoint->waiting, text_count },
		{ "slots", endpoint->slots, text_count },
		{ "KV cache", endpoint->kv_cache, wording_share },
		{ "preemptions", endpoint->preemptions, text_count },
	};
	const struct figure speed[] = {
		{ "tok/s", endpoint->tokens_per_s, text_speed },
		{ "prompt tok/s", endpoint->prompt_tokens_per_s, text_speed },
		{ "TTFT ms", endpoint->ttft_p50_ms, text_ms },
		{ "p95", endpoint->ttft_p95_ms, text_ms },
		{ "ms/token", endpoint->inter_token_p50_ms, text_ms },
		{ "p95", endpoint->inter_token_p95_ms, text_ms },
	};
	bool has_any = false;

	for (size_t i = 0; i < ARRAY_LEN(work); i++)
		has_any = has_any || !isnan(work[i].number);
	for (size_t i = 0; i < ARRAY_LEN(speed); i++)
		has_any = has_any || !isnan(speed[i].number);
	if (!has_any)
		return;
	page_head(page, "ENGINE");
	write_figures(work, ARRAY_LEN(work), page);
	write_figures(speed, ARRAY_LEN(speed), page);
}

static void write_models(const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	int name = page_width(page) > 76 ? page_width(page) - 52 : 24;
	char number[32];

	if (!endpoint->models_known)
		return;
	name = name > 60 ? 60 : name;
	page_head(page, endpoint->models.count ? "MODELS" : "It has no models.");
	if (!endpoint->models.count)
		return;
	page_line(page, ROLE_DIM, "  ");
	page_cell(page, ROLE_DIM, name, "ID");
	page_cell(page, ROLE_DIM, 8, "STATE");
	page_cell(page, ROLE_DIM, 7, "SIZE");
	page_cell(page, ROLE_DIM, 7, "VRAM");
	page_cell(page, ROLE_DIM, 8, "CONTEXT");
	page_cell(page, ROLE_DIM, 7, "QUANT");
	page_cell(page, ROLE_DIM, 7, "UNLOADS");
	for (size_t i = 0; i < endpoint->models.count; i++) {
		const struct model *model = &snapshot->models[endpoint->models.first + i];
		int64_t left = model->expires_at - snapshot->taken.wall_ms;

		page_line(page, ROLE_TEXT, "  ");
		page_cell(page, ROLE_TEXT, name, model->id);
		page_cell(page, model->state == MODEL_COLD ? ROLE_DIM : ROLE_TEXT, 8,
			model_state_name(model->state));
		page_cell(page, ROLE_TEXT, 7, text_bytes(number, sizeof(number), model->size_bytes));
		page_cell(page, ROLE_TEXT, 7, text_bytes(number, sizeof(number), model->vram_bytes));
		page_cell(page, ROLE_TEXT, 8, text_count(number, sizeof(number), model->context));
		page_cell(page, ROLE_TEXT, 7, *model->quantisation ? model->quantisation : "–");
		page_cell(page, ROLE_TEXT, 7,
			!model->expires_at ? "–"
			: left < 0         ? "due"
					   : text_span(number, sizeof(number), left));
	}
}

static void write_sent(const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	char out[32], in[32], number[32];
	struct value last;

	if (!endpoint->sent.count)
		return;
	page_head(page, "WHAT WAS SENT TO IT");
	page_line(page, ROLE_DIM, "  %s request%s, %s out, %s in",
		text_count(number, sizeof(number), endpoint->requests), endpoint->requests == 1 ? "" : "s",
		text_bytes(out, sizeof(out), endpoint->bytes_sent),
		text_bytes(in, sizeof(in), endpoint->bytes_received));
	for (size_t i = 0; i < endpoint->sent.count; i++) {
		const struct sent *sent = &snapshot->sents[endpoint->sent.first + i];

		value_ago(&last, snapshot, sent->last);
		page_line(page, ROLE_TEXT, "  GET ");
		page_cell(page, ROLE_TEXT, 24, sent->path);
		page_cell(page, ROLE_DIM, 11, cost_name(sent->cost));
		page_add(page, ROLE_TEXT, "× %-6s ", text_count(number, sizeof(number), sent->count));
		if (sent->status)
			page_add(page, ROLE_TEXT, "%d, ", sent->status);
		page_add(page, ROLE_DIM, "%s ago", last.text);
	}
}

static void write_certificate(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	int64_t left = endpoint->cert_not_after - snapshot->taken.wall_ms;
	char date[32], span[32];

	if (!endpoint->cert_not_after)
		return;
	page_head(page, "CERTIFICATE");
	when_format(endpoint->cert_not_after, date, sizeof(date));
	text_span(span, sizeof(span), left < 0 ? -left : left);
	page_line(page, ROLE_TEXT, "  %s %.10s, ", left < 0 ? "expired" : "valid until", date);
	page_add(page, ROLE_TEXT, left < 0 ? "%s ago" : "%s left", span);
}

static void write_endpoint(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];
	struct value state, since;
	char age[32], known[1024];

	value_state(&state, endpoint->state);
	value_ago(&since, snapshot, endpoint->since);
	page_line(page, state.role, "%s", state.text);
	page_add(page, ROLE_TITLE, "  %s%s%s %s", peer ? peer->name : "", peer ? "  " : "",
		*endpoint->title ? endpoint->title : "unknown server", endpoint->version);
	page_wrap(page, ROLE_TEXT, "", 0, endpoint->url);
	if (*endpoint->base_url)
		page_wrap(page, ROLE_DIM, "base URL for clients:", 22, endpoint->base_url);
	snprintf(known, sizeof(known), "%s for %s, found by %s%s, last good answer %s%s",
		state_name(endpoint->state), since.text, found_by_name(endpoint->found_by),
		endpoint->is_pinned ? ", pinned" : "",
		isnan(endpoint->age_ms) ? "never" : text_span(age, sizeof(age), (int64_t)endpoint->age_ms),
		isnan(endpoint->age_ms) ? "" : " ago");
	page_wrap(page, ROLE_DIM, "", 0, known);
	write_verdicts(snapshot, endpoint->verdicts, page);
	latency_write(endpoint, page);
	if (peer && !peer->is_self)
		write_path(snapshot, peer, page);
	flows_write_endpoint(snapshot, (int)(endpoint - snapshot->endpoints), page);
	write_engine(endpoint, page);
	write_models(snapshot, endpoint, page);
	write_certificate(snapshot, endpoint, page);
	write_sent(snapshot, endpoint, page);
}

static void write_peer(const struct snapshot *snapshot, const struct peer *peer, struct page *page)
{
	int index = (int)(peer - snapshot->peers);
	struct value state, seen, note;

	value_state(&state, peer->state);
	value_ago(&seen, snapshot, peer->last_seen);
	page_line(page, state.role, "%s", state.text);
	page_add(page, ROLE_TITLE, "  %s", peer->name);
	page_add(page, ROLE_DIM, "  %s  %s%s", peer->os, peer->user, peer->is_shared_in ? "  shared in" : "");
	page_wrap(page, ROLE_TEXT, "", 0, peer->fqdn);
	page_line(page, ROLE_DIM, "%s", peer->is_online ? "online" : "offline");
	if (!peer->is_online && peer->last_seen)
		page_add(page, ROLE_DIM, ", last seen %s ago", seen.text);
	for (const char *const *address = peer->addresses; address && *address; address++)
		page_add(page, ROLE_TEXT, "  %s", *address);
	for (const char *const *tag = peer->tags; tag && *tag; tag++)
		page_add(page, ROLE_DIM, "  %s", *tag);
	write_verdicts(snapshot, peer->verdicts, page);
	write_path(snapshot, peer, page);
	if (value_capture(snapshot, &note))
		page_wrap(page, note.role, "", 2, note.text);
	flows_write_peer(snapshot, index, page);
	if (peer->endpoint_count)
		page_head(page, "SERVERS");
	for (size_t i = 0; peer->endpoint_count && i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];

		if (endpoint->peer != index)
			continue;
		value_state(&state, endpoint->state);
		page_line(page, ROLE_TEXT, "  ");
		page_cell(page, state.role, 10, state.text);
		page_cell(page, ROLE_TEXT, 12, endpoint->title);
		page_add(page, ROLE_TEXT, "%s", endpoint->url);
	}
}

static void write_mount(const struct snapshot *snapshot, const struct mount *mount, struct page *page)
{
	page_line(page, ROLE_TITLE, "%s%s:%d%s", mount->service, mount->host, mount->port, mount->path);
	page_wrap(page, ROLE_TEXT, "→", 2, mount->target);
	page_line(page, ROLE_DIM, "%s, %s", serve_protocol_name(mount->protocol),
		mount->is_funnel ? "open to the whole internet (funnel)" : "for the tailnet");
	write_verdicts(snapshot, mount->verdicts, page);
}

static void write_detail(const struct snapshot *snapshot, const char *id, struct page *page)
{
	struct target target = target_find(snapshot, id);

	if (target.endpoint)
		write_endpoint(snapshot, target.endpoint, page);
	else if (target.peer)
		write_peer(snapshot, target.peer, page);
	else if (target.mount)
		write_mount(snapshot, target.mount, page);
	else
		page_wrap(page, ROLE_DIM, "", 0, "This one is no longer there. Esc goes back.");
}

const struct view view_detail = { .title = "Detail", .write = write_detail };
