/* How a rung looks: a mark, its name, the evidence, and below it each verdict with its fix. And a row of the
 * report that needs no rungs: the head, a peer, a door. */
#include "tui/out/doctor_lines.h"

#include "probes/base/text.h"
#include "tui/views/values.h"
#include "tui/views/verdict_line.h"

#include <math.h>
#include <string.h>

#define INDENT 11    /* "✔ exposure " */
#define STEP_INSET 2 /* "  ✔ there  " */

static const struct {
	const char *glyph;
	enum role role;
} marks[MARK_COUNT] = {
	[MARK_OK] = { "✔", ROLE_STATE + STATE_OK },
	[MARK_NOTE] = { "i", ROLE_STATE + STATE_BUSY },
	[MARK_BAD] = { "✖", ROLE_STATE + STATE_DOWN },
	[MARK_UNKNOWN] = { "?", ROLE_STATE + STATE_SLOW },
	[MARK_SKIPPED] = { "·", ROLE_DIM },
};

/* ---- rungs ---- */

/* Its name may stand further in, its evidence may not. */
static void say(struct page *page, const struct snapshot *snapshot, const struct layer_report *layer_report,
	int inset, const char *name)
{
	enum role role = layer_report->mark == MARK_SKIPPED ? ROLE_DIM : ROLE_TEXT;

	page_line(page, marks[layer_report->mark].role, "%*s%s ", inset, "", marks[layer_report->mark].glyph);
	page_cell(page, role, INDENT - 3 - inset, name);
	for (size_t i = 0; i < layer_report->line_count; i++) {
		if (i)
			page_wrap(page, role, "", INDENT, layer_report->lines[i]);
		else
			page_flow(page, role, INDENT, layer_report->lines[i]);
	}
	for (size_t i = 0; i < layer_report->verdict_count; i++)
		verdict_line_block(page, snapshot, layer_report->verdicts[i], INDENT);
}

void doctor_layer(struct page *page, const struct snapshot *snapshot, const struct layer_report *layer_report,
	const char *name)
{
	say(page, snapshot, layer_report, 0, name);
}

void doctor_layers(struct page *page, const struct snapshot *snapshot, const struct diagnosis *diagnosis,
	enum layer from, enum layer to)
{
	for (int layer = (int)from; layer <= (int)to; layer++)
		say(page, snapshot, &diagnosis->layers[layer], 0, layer_name((enum layer)layer));
}

void doctor_steps(struct page *page, const struct snapshot *snapshot, const struct diagnosis *diagnosis,
	enum step from, bool with_unknown)
{
	for (int step = (int)from; step < STEP_COUNT; step++) {
		const struct layer_report *layer_report = &diagnosis->steps[step];

		if (layer_report->mark != MARK_SKIPPED &&
			(with_unknown || layer_report->mark != MARK_UNKNOWN))
			say(page, snapshot, layer_report, STEP_INSET, diagnose_step_name((enum step)step));
	}
}

/* ---- rows ---- */

void doctor_endpoint(struct page *page, const struct endpoint *endpoint)
{
	struct value state;

	value_state(&state, endpoint->state);
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TITLE, "", 0, endpoint->url);
	page_add(page, state.role, "  %s", state.text);
	page_add(page, ROLE_DIM, "  found by %s%s%s", found_by_name(endpoint->found_by),
		endpoint->is_pinned ? ", pinned" : "", endpoint->is_stale ? ", stale" : "");
}

/* One that is well, or that is not reached because of its host, or why it is not asked. */
void doctor_endpoint_briefly(
	struct page *page, const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	const struct verdict *worst = snapshot_worst(snapshot, endpoint->verdicts);
	enum mark mark = endpoint->state == STATE_UNKNOWN ? MARK_UNKNOWN
			 : state_blocks(endpoint->state)  ? MARK_SKIPPED
							  : MARK_OK;
	struct value state;
	char ttfb[32];

	value_state(&state, endpoint->state);
	page_line(page, marks[mark].role, "%s ", marks[mark].glyph);
	page_add(page, ROLE_TEXT, "%s", endpoint->url);
	page_add(page, state.role, "  %s", state.text);
	if (*endpoint->title)
		page_add(page, ROLE_TEXT, "  %s", endpoint->title);
	if (!isnan(endpoint->ttfb_ms))
		page_add(page, ROLE_DIM, "  %s ms", text_ms(ttfb, sizeof(ttfb), endpoint->ttfb_ms));
	if (mark == MARK_UNKNOWN && worst)
		page_add(page, ROLE_DIM, "  %s", worst->text);
}

void doctor_peer(struct page *page, const struct peer *peer)
{
	char text[2048] = "";

	if (strcmp(peer->fqdn, peer->name) != 0)
		text_add(text, sizeof(text), "%s", peer->fqdn);
	for (const char *const *address = peer->addresses; *address; address++)
		text_add(text, sizeof(text), "  %s", *address);
	for (const char *const *tag = peer->tags; *tag; tag++)
		text_add(text, sizeof(text), "  %s", *tag);
	if (!peer->tags[0] && *peer->user)
		text_add(text, sizeof(text), "  %s", peer->user);
	page_line(page, ROLE_TEXT, " ");
	page_line(page, ROLE_TITLE, "%s", peer->name);
	page_wrap(page, ROLE_DIM, "", 2, text);
}

void doctor_peer_briefly(struct page *page, const struct peer *peer, const struct diagnosis *diagnosis)
{
	enum mark host = diagnosis->layers[LAYER_HOST].mark, way = diagnosis->layers[LAYER_PATH].mark,
		  mark = way == MARK_SKIPPED ? host : way;
	struct value path;
	char rtt[32];

	value_path(&path, &peer->path);
	page_line(page, marks[mark].role, "%s ", marks[mark].glyph);
	page_cell(page, ROLE_TITLE, 20, peer->name);
	page_add(page, path.role, "%s", peer->is_self ? "this machine" : path.text);
	if (!isnan(peer->path.rtt_ms))
		page_add(page, ROLE_TEXT, "  %s ms", text_ms(rtt, sizeof(rtt), peer->path.rtt_ms));
	page_add(
		page, ROLE_DIM, "  %zu server%s", peer->endpoint_count, peer->endpoint_count == 1 ? "" : "s");
}

static const char *own_os(const struct snapshot *snapshot)
{
	return snapshot->peer_count && snapshot->peers[0].is_self ? snapshot->peers[0].os : "";
}

void doctor_head(struct page *page, const struct snapshot *snapshot)
{
	char date[32], text[512] = "";

	text_add(text, sizeof(text), "tsllm-top %s --doctor, %s", TSLLM_VERSION,
		when_format(snapshot->taken.wall_ms, date, sizeof(date)));
	if (*snapshot->daemon.self)
		text_add(text, sizeof(text), ", on %s", snapshot->daemon.self);
	if (*own_os(snapshot))
		text_add(text, sizeof(text), " (%s)", own_os(snapshot));
	if (*snapshot->daemon.version)
		text_add(text, sizeof(text), ", tailscaled %s", snapshot->daemon.version);
	page_wrap(page, ROLE_PROGRAM, "", 0, text);
	if (snapshot->is_passive)
		page_wrap(page, ROLE_DIM, "", 0, "--passive: nothing was sent to peers or servers");
}
