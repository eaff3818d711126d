/* Detail: everything known about one endpoint, peer or mount.
 *
 * First what is wrong and what to do, then the diagnosis, layer by layer as in --doctor, then the lists:
 * where the time goes, the traffic, who uses it, its models, and what this program sent to it. Lists without
 * content are left out. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/diagnose.h"
#include "probes/report/wording.h"
#include "tui/term/glyphs.h"
#include "tui/views/canary_page.h"
#include "tui/views/diagnosis_page.h"
#include "tui/views/flows.h"
#include "tui/views/for_clients.h"
#include "tui/views/latency.h"
#include "tui/views/same_engine.h"
#include "tui/views/target.h"
#include "tui/views/values.h"
#include "tui/views/verdict_line.h"
#include "tui/views/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the diagnosis ---- */

static void write_sum(const struct snapshot *snapshot, const struct diagnosis_target *target,
	const struct verdict *blame, struct page *page)
{
	const char *blamed = blame && blame->layer == LAYER_DAEMON ? "this machine" : "";
	char text[2048] = "";

	diagnosis_page_sum(text, sizeof(text), blame, blamed, diagnose_status(snapshot, target));
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, blame ? role_of_state(blame->state) : ROLE_TITLE, "", 0, text);
	page_line(page, ROLE_TEXT, " ");
}

/* Leaves out pings and other steps that were not run: only --doctor runs them. */
static void write_diagnosis(const struct snapshot *snapshot, const struct diagnosis_target *target,
	struct diagnosis *diagnosis, struct page *page)
{
	diagnose(snapshot, *target, diagnosis);
	write_sum(snapshot, target, diagnosis->blame, page);
	diagnosis_page_layers(page, snapshot, diagnosis, LAYER_DAEMON, LAYER_PATH);
	diagnosis_page_steps(page, snapshot, diagnosis, STEP_HERE, false);
	if (target->endpoint >= 0)
		diagnosis_page_layers(page, snapshot, diagnosis, LAYER_PORT, LAYER_EXPOSURE);
}

/* ---- lists ---- */

/* Prints nothing if no kind is known. */
static void write_kinds(const struct path *path, struct page *page)
{
	bool has_line = false;
	char rx[32], tx[32];

	for (int kind = 0; kind < TRAFFIC_PATHS; kind++) {
		if (isnan(path->rx_bytes[kind]) && isnan(path->tx_bytes[kind]))
			continue;
		if (!has_line)
			page_line(page, ROLE_TEXT, " ");
		has_line = true;
		page_add(page, ROLE_TEXT, " %s ↓ %s ↑ %s ", value_traffic_path(kind),
			text_bytes(rx, sizeof(rx), path->rx_bytes[kind]),
			text_bytes(tx, sizeof(tx), path->tx_bytes[kind]));
	}
	if (has_line)
		page_add(page, ROLE_DIM, " since packets are watched");
}

static void write_traffic(const struct peer *peer, struct page *page)
{
	char rx[32], tx[32];

	page_head(page, "TRAFFIC");
	page_line(page, ROLE_TEXT, "  ↓ %s  ↑ %s", text_rate(rx, sizeof(rx), peer->rx_per_s),
		text_rate(tx, sizeof(tx), peer->tx_per_s));
	page_add(page, ROLE_DIM, "   total ↓ %s ↑ %s", text_bytes(rx, sizeof(rx), peer->rx_bytes),
		text_bytes(tx, sizeof(tx), peer->tx_bytes));
	write_kinds(&peer->path, page);
}

/* A layer shows its evidence only if it was reached and asked. */
static bool is_said(const struct diagnosis *diagnosis, enum layer layer, const struct endpoint *endpoint)
{
	return layer <= diagnosis->block &&
	       (layer <= LAYER_PATH || (endpoint && endpoint->state != STATE_UNKNOWN));
}

/* The last known facts of layers that are not reached now. */
static void write_last_known(const struct snapshot *snapshot, const struct diagnosis *diagnosis,
	const struct peer *peer, const struct endpoint *endpoint, struct page *page)
{
	char lines[6][LINE_BYTES] = { "" };
	int64_t now = snapshot->taken.wall_ms;
	bool has_head = false;

	if (peer && !is_said(diagnosis, LAYER_HOST, endpoint))
		line_ago(lines[0], "last handshake ", now, peer->last_handshake);
	if (peer && !peer->is_self && !is_said(diagnosis, LAYER_PATH, endpoint)) {
		wording_path(lines[1], &peer->path, now);
		wording_times(lines[2], &peer->path);
	}
	if (endpoint && !is_said(diagnosis, LAYER_TLS, endpoint))
		wording_certificate(lines[3], endpoint, now);
	if (endpoint && !is_said(diagnosis, LAYER_ENGINE, endpoint)) {
		wording_work(lines[4], endpoint);
		wording_speed(lines[5], endpoint);
	}
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (*lines[i] && !has_head)
			page_head(page, "LAST KNOWN");
		has_head = has_head || *lines[i];
		if (*lines[i])
			page_wrap(page, ROLE_DIM, "", 2, lines[i]);
	}
}

static void write_short_contexts(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	char text[TEXT_CAP] = "";

	for (size_t i = 0; i < endpoint->models.count; i++) {
		const struct model *model = &snapshot->models[endpoint->models.first + i];

		if (model->is_short_for_agents)
			text_add(text, sizeof(text), "%s%s", *text ? ", " : "", model->id);
	}
	if (*text)
		page_line(page, ROLE_DIM, "  short for agents (a context under %d tokens): %s",
			AGENTS_CONTEXT, text);
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
	write_short_contexts(snapshot, endpoint, page);
}

static void write_gpus(const struct snapshot *snapshot, const struct peer *peer, struct page *page)
{
	if (peer->gpus.count)
		page_head(page, "GPU");
	for (size_t i = 0; i < peer->gpus.count; i++) {
		char line[LINE_BYTES] = "";

		wording_gpu(line, &snapshot->gpus[peer->gpus.first + i]);
		page_wrap(page, ROLE_TEXT, "", 2, line);
	}
	if (peer->has_more_gpus)
		page_line(page, ROLE_DIM, "  and more, which are not read");
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
		bool is_whole = text_has_prefix(sent->path, "POST ");

		value_ago(&last, snapshot, sent->last);
		page_line(page, ROLE_TEXT, is_whole ? "  " : sent->path[0] == '/' ? "  GET " : "      ");
		page_cell(page, ROLE_TEXT, is_whole ? 28 : 24, sent->path);
		page_cell(page, ROLE_DIM, 11, cost_name(sent->cost));
		page_add(page, ROLE_TEXT, "× %-6s ", text_count(number, sizeof(number), sent->count));
		if (sent->status)
			page_add(page, ROLE_TEXT, "%d, ", sent->status);
		page_add(page, ROLE_DIM, "%s ago", last.text);
	}
}

/* ---- endpoints ---- */

static void write_endpoint_head(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];
	struct value state;
	char age[32], since[64], known[LINE_BYTES] = "";

	value_state(&state, endpoint->state);
	page_line(page, state.role, "%s", state.text);
	page_add(page, ROLE_TITLE, "  %s%s%s %s", peer ? peer->name : "", peer ? "  " : "",
		*endpoint->title ? endpoint->title : "unknown server", endpoint->version);
	page_wrap(page, ROLE_TEXT, "", 0, endpoint->url);
	if (*endpoint->base_url)
		page_wrap(page, ROLE_DIM, "base URL for clients:", 22, endpoint->base_url);
	line_add(known, "%s for %s", state_name(endpoint->state),
		wording_span(since, sizeof(since), endpoint->since, endpoint->was_before,
			snapshot->taken.wall_ms));
	wording_found(known, endpoint);
	if (isnan(endpoint->age_ms))
		line_add(known, "last good answer never");
	else
		line_add(known, "last good answer %s ago",
			text_span(age, sizeof(age), (int64_t)endpoint->age_ms));
	page_wrap(page, ROLE_DIM, "", 0, known);
}

/* As `tailscale whois` of this machine's own address says. */
static void write_who(const struct daemon *daemon, struct page *page)
{
	char text[600] = "";

	if (!*daemon->login)
		return;
	text_add(text, sizeof(text), "to others this machine is %s%s%s%s", daemon->login, *daemon->display ? " (" : "",
		daemon->display, *daemon->display ? ")" : "");
	for (const char *const *name = daemon->capabilities; *name; name++)
		text_add(text, sizeof(text), "%s%s", name == daemon->capabilities ? ", with " : ", ", *name);
	page_wrap(page, ROLE_DIM, "", 0, text);
}

static void write_endpoint(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	const struct diagnosis_target target = { endpoint->peer, (int)(endpoint - snapshot->endpoints) };
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];
	struct diagnosis diagnosis;

	write_endpoint_head(snapshot, endpoint, page);
	if (peer && peer->is_self)
		write_who(&snapshot->daemon, page);
	write_diagnosis(snapshot, &target, &diagnosis, page);
	if (same_engine_has_others(snapshot, endpoint))
		page_head(page, "THE SAME ENGINE");
	same_engine_write(snapshot, endpoint, 2, page);
	latency_write(snapshot, endpoint, !is_said(&diagnosis, LAYER_ENGINE, endpoint), page);
	if (endpoint->canaries.count)
		page_head(page, "CANARY");
	canary_page_write(snapshot, endpoint, page);
	if (peer && !peer->is_self)
		write_traffic(peer, page);
	flows_write_endpoint(snapshot, target.endpoint, page);
	write_last_known(snapshot, &diagnosis, peer, endpoint, page);
	write_models(snapshot, endpoint, page);
	if (peer && peer->gpus.count > 1) /* one alone is in the diagnosis */
		write_gpus(snapshot, peer, page);
	for_clients_write(endpoint, page);
	write_sent(snapshot, endpoint, page);
}

/* ---- peers ---- */

static void write_peer_head(const struct snapshot *snapshot, const struct peer *peer, struct page *page)
{
	struct value state, seen;

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
}

static void write_servers(const struct snapshot *snapshot, int peer, struct page *page)
{
	struct value state;

	page_head(page, "SERVERS");
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];

		if (endpoint->peer != peer)
			continue;
		value_state(&state, endpoint->state);
		page_line(page, ROLE_TEXT, "  ");
		page_cell(page, state.role, 10, state.text);
		page_cell(page, ROLE_TEXT, 12, endpoint->title);
		page_add(page, ROLE_TEXT, "%s", endpoint->url);
	}
}

static void write_peer(const struct snapshot *snapshot, const struct peer *peer, struct page *page)
{
	const struct diagnosis_target target = { (int)(peer - snapshot->peers), -1 };
	struct diagnosis diagnosis;
	struct value note;
	char probed[LINE_BYTES] = "";

	write_peer_head(snapshot, peer, page);
	if (peer->is_self)
		write_who(&snapshot->daemon, page);
	write_diagnosis(snapshot, &target, &diagnosis, page);
	write_traffic(peer, page);
	if (value_capture(snapshot, &note))
		page_wrap(page, note.role, "", 2, note.text);
	flows_write_peer(snapshot, target.peer, page);
	write_last_known(snapshot, &diagnosis, peer, NULL, page);
	wording_probed(probed, &peer->probed);
	if (*probed)
		page_wrap(page, ROLE_DIM, "", 0, probed);
	write_gpus(snapshot, peer, page);
	if (peer->endpoint_count)
		write_servers(snapshot, target.peer, page);
}

/* ---- mounts ---- */

/* The mount's verdicts in full: its diagnosis leaves out those that its endpoint has too. */
static void write_verdicts(const struct snapshot *snapshot, struct span verdicts, struct page *page)
{
	page_head(page, verdicts.count ? "VERDICTS" : "No verdicts: nothing wrong is known.");
	for (size_t i = 0; i < verdicts.count; i++)
		verdict_line_block(page, snapshot, &snapshot->verdict_list[verdicts.first + i], 2);
}

static void write_mount(const struct snapshot *snapshot, const struct mount *mount, struct page *page)
{
	page_line(page, ROLE_TITLE, "%s%s:%d%s", mount->service, mount->host, mount->port, mount->path);
	page_wrap(page, ROLE_TEXT, "→", 2, mount->target);
	page_line(page, ROLE_DIM, "%s, %s%s", serve_protocol_name(mount->protocol),
		mount->is_funnel ? "open to the whole internet (funnel)" : "for the tailnet",
		mount->is_foreground ? ", until its `tailscale serve` ends" : "");
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
