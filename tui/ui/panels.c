/* A panel is a title and a page or a plot, in a frame or below a rule. */
#include "tui/ui/panels.h"

#include "probes/base/text.h"
#include "tui/table/page.h"
#include "tui/table/scale.h"
#include "tui/views/events.h"
#include "tui/views/inspector.h"
#include "tui/views/plots.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TITLE_MAX 256

/* A frame with the title in its upper edge, or that edge alone, over the whole width. */
static void draw_edge(struct canvas *canvas, struct box box, bool is_framed, const char *title)
{
	int last = box.x + box.width - 1, bottom = box.y + box.height - 1, x;

	canvas_fill(canvas, box.x, box.y, box.width, ROLE_DIM, 0x2500);
	if (is_framed) {
		canvas_fill(canvas, box.x, bottom, box.width, ROLE_DIM, 0x2500);
		for (int y = box.y; y <= bottom; y++) {
			uint32_t left = y == box.y    ? 0x250c
					: y == bottom ? 0x2514
						      : 0x2502,
				 right = y == box.y    ? 0x2510
					 : y == bottom ? 0x2518
						       : 0x2502;

			canvas_fill(canvas, box.x, y, 1, ROLE_DIM, left);
			canvas_fill(canvas, last, y, 1, ROLE_DIM, right);
		}
	}
	if (!*title)
		return;
	x = canvas_text(canvas, box.x + 1, box.y, 1, ROLE_TITLE, " ");
	x = canvas_text(canvas, x, box.y, box.width - 4, ROLE_TITLE, title);
	canvas_text(canvas, x, box.y, 1, ROLE_TITLE, " ");
}

/* Within the frame and a blank on each side. */
static struct box inside(struct box box, bool is_framed)
{
	return (struct box){ box.x + 1 + is_framed, box.y + 1, box.width - 2 - 2 * is_framed,
		box.height - 1 - is_framed };
}

static void draw_page(
	struct canvas *canvas, struct box box, bool is_framed, const char *title, const struct page *page)
{
	struct box in = inside(box, is_framed);

	draw_edge(canvas, box, is_framed, title);
	page_draw(page, canvas, in.x, in.y, in.height, 0);
}

int panels_page_width(const struct layout *layout)
{
	return inside(layout->inspector, layout->is_framed).width;
}

/* Says that the page goes on: in the lower edge of a frame, else in the last line. */
static void say_more(struct canvas *canvas, struct box box, bool is_framed, const struct page *page)
{
	static const char more[] = " Enter shows more ";
	struct box in = inside(box, is_framed);
	int width = text_cells(more), x = box.x + box.width - width - 1;

	if (in.height < 1 || page_lines(page) <= (size_t)in.height || in.width < 2 * width)
		return;
	canvas_text(canvas, x, box.y + box.height - 1, width, ROLE_DIM, more);
}

static void draw_inspector(struct canvas *canvas, const struct snapshot *snapshot, struct box box,
	bool is_framed, const char *id)
{
	struct page *page = page_new(inside(box, is_framed).width);
	struct target target = target_find(snapshot, id);
	char title[TITLE_MAX];

	inspector_title(snapshot, target, title, sizeof(title));
	inspector_write(snapshot, target, page);
	draw_page(canvas, box, is_framed, title, page);
	say_more(canvas, box, is_framed, page);
	page_free(page);
}

/* The first figure of the row that has a history; if none has, the traffic of this machine. Returns false if
 * there is none of that either. */
static bool find_plot(const struct snapshot *snapshot, struct look *shown, struct history_series *series)
{
	if (plots_list(snapshot, shown, series))
		return true;
	shown->target = "";
	return plots_list(snapshot, shown, series) > 0;
}

static void draw_plot(struct canvas *canvas, const struct snapshot *snapshot, struct box box,
	const struct look *look, const struct history_series *series)
{
	char title[TITLE_MAX] = "", of[TITLE_MAX + 64], span[32];

	plots_draw(canvas, inside(box, true), snapshot, look, series, title, sizeof(title));
	text_set(of, sizeof(of), "%s%s, %s [ ]", *look->target ? "" : "all traffic, ", title,
		scale_span(look->span_ms, span, sizeof(span)));
	draw_edge(canvas, box, true, of);
}

static void draw_events(struct canvas *canvas, const struct snapshot *snapshot, struct box box)
{
	struct box in = inside(box, true);
	struct page *page = page_new(in.width);

	events_write(snapshot, (size_t)in.height, page);
	draw_page(canvas, box, true, "EVENTS", page);
	page_free(page);
}

void panels_draw(struct canvas *canvas, const struct snapshot *snapshot, const struct layout *layout,
	const struct look *look)
{
	struct history_series series[PLOTS_MOST];
	struct look shown = *look;
	struct box inspector = layout->inspector;
	bool has_plot = layout->plot.height && find_plot(snapshot, &shown, series);

	if (layout->plot.height && !has_plot)
		inspector.width += layout->plot.width;
	if (inspector.height)
		draw_inspector(canvas, snapshot, inspector, layout->is_framed, look->target);
	if (has_plot)
		draw_plot(canvas, snapshot, layout->plot, &shown, &series[0]);
	if (layout->events.height)
		draw_events(canvas, snapshot, layout->events);
}
