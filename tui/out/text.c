/* The same tables and pages as on the screen, one after the other, in full length: the sums, the endpoints
 * worst first, every verdict with its fix on a line of its own, the models, the paths, the mounts, the active
 * clients, and the status in one line. */
#include "tui/out/text.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/out/canvas_text.h"
#include "tui/out/outputs.h"
#include "tui/table/page.h"
#include "tui/table/table.h"
#include "tui/term/glyphs.h"
#include "tui/views/flows.h"
#include "tui/views/header.h"
#include "tui/views/values.h"
#include "tui/views/verdict_line.h"
#include "tui/views/views.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_LEAST 40
#define WIDTH_MOST 1000

static const struct span none;
static const struct folds all_open = { .is_all = true };

struct print {
	const struct print_to *to;
	const struct snapshot *snapshot;
	int width;
};

static void put_canvas(const struct print *print, struct canvas *canvas)
{
	canvas_text_print(print->to->file, canvas, print->to->has_colour);
	canvas_free(canvas);
}

static struct canvas *canvas_for(const struct print *print, size_t height)
{
	return canvas_new(print->width, (int)height, print->to->is_ascii);
}

static void put_page(const struct print *print, const struct page *page)
{
	struct canvas *canvas = canvas_for(print, page_lines(page));

	page_draw(page, canvas, 0, 0, canvas->height, 0);
	put_canvas(print, canvas);
}

static void put_rows(const struct print *print, const struct view *view, const struct rows *rows)
{
	struct table table = {
		.view = view,
		.snapshot = print->snapshot,
		.rows = rows,
		.order = { .column = SIZE_MAX },
		.count = rows->count,
		.selected = SIZE_MAX,
		.is_past = view_is_past(print->snapshot),
	};
	struct canvas *canvas;

	if (print->to->is_uncut)
		table_layout_uncut(&table, WIDTH_MOST);
	else
		table_layout(&table, print->width);
	canvas = canvas_new(table.width, (int)rows->count + 2, print->to->is_ascii);
	table_draw(&table, canvas, 1);
	put_canvas(print, canvas);
}

/* Prints the rows of a view for which keep() holds, in the view's initial order, below a blank line. */
static void put_view(const struct print *print, const struct view *view,
	bool (*keep)(const struct snapshot *snapshot, size_t row))
{
	struct rows rows = { 0 };
	size_t kept = 0;

	rows_collect(&rows, view, print->snapshot, rows_order(view), "", NULL);
	for (size_t i = 0; i < rows.count; i++)
		if (keep(print->snapshot, rows.items[i]))
			rows.items[kept++] = rows.items[i];
	rows.count = kept;
	if (kept)
		put_rows(print, view, &rows);
	rows_fini(&rows);
}

static bool is_endpoint(const struct snapshot *snapshot, size_t row)
{
	return row < snapshot->endpoint_count;
}

/* Peers worth printing: those with traffic, a server, or a verdict. */
static bool is_telling_peer(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = &snapshot->peers[row];

	return peer->endpoint_count || peer->is_active || peer->verdicts.count;
}

static bool is_active_flow(const struct snapshot *snapshot, size_t row)
{
	return snapshot->flows[row].is_active;
}

static bool is_any(const struct snapshot *snapshot, size_t row)
{
	(void)snapshot, (void)row;
	return true;
}

static bool has_code(const struct snapshot *snapshot, struct span verdicts, const char *code)
{
	for (size_t i = 0; i < verdicts.count; i++)
		if (strcmp(snapshot->verdict_list[verdicts.first + i].code, code) == 0)
			return true;
	return false;
}

/* Verdicts above info, without those that others has too: they are printed there. */
static void say_verdicts(const struct snapshot *snapshot, const char *who, struct span verdicts,
	struct span others, struct page *page)
{
	for (size_t i = 0; i < verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[verdicts.first + i];

		if (verdict->severity == SEVERITY_INFO || verdict->is_muted ||
			has_code(snapshot, others, verdict->code))
			continue;
		page_line(page, ROLE_TEXT, " ");
		page_line(page, role_of_state(verdict->state), "%s %s", glyph_of_state(verdict->state),
			verdict->code);
		page_add(page, ROLE_TITLE, "  %s", who);
		verdict_line_write(page, verdict, "", 2);
	}
}

/* In the order of the table above. */
static void say_endpoints(const struct snapshot *snapshot, struct page *page)
{
	struct rows rows = { 0 };

	rows_collect(&rows, &view_fleet, snapshot, rows_order(&view_fleet), "", &all_open);
	for (size_t i = 0; i < rows.count; i++) {
		const struct endpoint *endpoint;

		if (!is_endpoint(snapshot, rows.items[i]))
			continue;
		endpoint = &snapshot->endpoints[rows.items[i]];
		say_verdicts(snapshot, endpoint->url, endpoint->verdicts,
			endpoint->peer < 0 ? none : snapshot->peers[endpoint->peer].verdicts, page);
	}
	rows_fini(&rows);
}

static void put_verdicts(const struct print *print)
{
	const struct snapshot *snapshot = print->snapshot;
	struct page *page = page_new(print->width), *trouble = page_new(print->width);

	if (!view_says_trouble(snapshot, trouble))
		say_verdicts(snapshot, "tailscaled", snapshot->verdicts, none, page);
	say_endpoints(snapshot, page);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		say_verdicts(snapshot, snapshot->peers[i].name, snapshot->peers[i].verdicts, none, page);
	for (size_t i = 0; i < snapshot->mount_count; i++) {
		const struct mount *mount = &snapshot->mounts[i];

		say_verdicts(snapshot, mount->target, mount->verdicts,
			mount->endpoint < 0 ? none : snapshot->endpoints[mount->endpoint].verdicts, page);
	}
	put_page(print, page);
	page_free(page);
	page_free(trouble);
}

/* A missing capture is normal here; a failed one is reported. */
static void put_capture(const struct print *print)
{
	struct value value = { .text = "" };
	struct page *page;

	if (print->snapshot->capture.state != CAPTURE_FAILED || !value_capture(print->snapshot, &value))
		return;
	page = page_new(print->width);
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_DIM, "", 0, value.text);
	put_page(print, page);
	page_free(page);
}

static void put_head(const struct print *print)
{
	struct canvas *canvas = canvas_new(print->to->is_uncut ? WIDTH_MOST : print->width, HEADER_LINES,
		print->to->is_ascii);

	header_draw(canvas, print->snapshot, 0, NULL);
	put_canvas(print, canvas);
}

/* The endpoints, or the page that says why there are none. */
static void put_fleet(const struct print *print)
{
	struct page *page = page_new(print->width);

	if (view_fleet.instead(print->snapshot, page)) {
		fputc('\n', print->to->file);
		put_page(print, page);
	} else {
		put_view(print, &view_fleet, is_endpoint);
	}
	page_free(page);
}

void text_print(const struct print_to *to, const struct snapshot *snapshot)
{
	struct print print = { to, snapshot, to->width < WIDTH_LEAST ? WIDTH_LEAST : to->width };
	char pending[LINE_BYTES] = "";

	put_head(&print);
	put_fleet(&print);
	put_verdicts(&print);
	put_view(&print, &view_models, is_any);
	put_view(&print, &view_paths, is_telling_peer);
	put_view(&print, &view_serve, is_any);
	put_view(&print, &view_clients, is_active_flow);
	put_capture(&print);
	wording_pending(pending, &snapshot->discovery);
	if (*pending)
		fprintf(to->file, "\n%s\n", pending);
	fprintf(to->file, "\nstatus: %s (%d)\n", status_name(snapshot->status), (int)snapshot->status);
}
