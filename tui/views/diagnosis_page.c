/* How a layer is printed: a mark, its name, the evidence, and below it each verdict with its fix. And
 * one-line rows for peers and endpoints that need no layers. */
#include "tui/views/diagnosis_page.h"

#include "probes/base/text.h"
#include "probes/report/wording.h"
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

/* ---- layers ---- */

/* inset indents the name, not the evidence. */
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

void diagnosis_page_layer(struct page *page, const struct snapshot *snapshot,
	const struct layer_report *layer_report, const char *name)
{
	say(page, snapshot, layer_report, 0, name);
}

void diagnosis_page_layers(struct page *page, const struct snapshot *snapshot,
	const struct diagnosis *diagnosis, enum layer from, enum layer to)
{
	for (int layer = (int)from; layer <= (int)to; layer++)
		say(page, snapshot, &diagnosis->layers[layer], 0, layer_name((enum layer)layer));
}

void diagnosis_page_steps(struct page *page, const struct snapshot *snapshot,
	const struct diagnosis *diagnosis, enum step from, bool with_unknown)
{
	for (int step = (int)from; step < STEP_COUNT; step++) {
		const struct layer_report *layer_report = &diagnosis->steps[step];

		if (layer_report->mark != MARK_SKIPPED &&
			(with_unknown || layer_report->is_silence || layer_report->mark != MARK_UNKNOWN))
			say(page, snapshot, layer_report, STEP_INSET, diagnose_step_name((enum step)step));
	}
}

/* ---- rows ---- */

void diagnosis_page_endpoint(struct page *page, const struct endpoint *endpoint)
{
	char found[LINE_BYTES] = "";
	struct value state;

	value_state(&state, endpoint->state);
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TITLE, "", 0, endpoint->url);
	page_add(page, state.role, "  %s", state.text);
	wording_found(found, endpoint);
	page_add(page, ROLE_DIM, "  %s", found);
}

/* For an endpoint that is well, is not reached because of its host, or is not asked: then why. */
void diagnosis_page_endpoint_briefly(
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

void diagnosis_page_peer(struct page *page, const struct peer *peer)
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

void diagnosis_page_peer_briefly(
	struct page *page, const struct peer *peer, const struct diagnosis *diagnosis)
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

/* ---- the sum ---- */

void diagnosis_page_sum(
	char *to, size_t size, const struct verdict *blame, const char *blamed, enum status status)
{
	static const char *const words[] = {
		[SEVERITY_INFO] = "Out of reach", [SEVERITY_DEGRADED] = "Degraded", [SEVERITY_DOWN] = "Broken"
	};

	if (blame) {
		text_add(to, size, "%s at the %s layer%s%s: ", words[blame->severity],
			layer_name(blame->layer), *blamed ? ", " : "", blamed);
		verdict_line_add(to, size, blame);
	} else if (status == STATUS_UNKNOWN) {
		text_add(to, size, "It cannot be told: no server answered or was asked");
	} else {
		text_add(to, size, "Nothing is broken, as far as was asked");
	}
}
