#include "tui/table/plot.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/table/scale.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define LABEL 5 /* cells of the scale, and a blank after it */
#define LEFT (LABEL + 1)
#define READING_LEAST 30 /* cells of a line that also says mean and highest */

/* The lines of a box and the part for the columns. */
struct frame {
	const struct plot *plot;
	struct scale scale;
	struct box area;
	int title_y, foot_y; /* -1: none */
	int columns, steps;  /* in a character */
};

static bool has_braille(const struct canvas *canvas)
{
	return !canvas->is_ascii && !canvas->has_no_braille;
}

static int columns_in_cell(const struct canvas *canvas)
{
	return has_braille(canvas) ? 2 : 1;
}

size_t plot_columns(const struct canvas *canvas, struct box box)
{
	int cells = box.width - LEFT;
	size_t columns = cells > 0 && box.height > 0 ? (size_t)(cells * columns_in_cell(canvas)) : 0;

	return columns < PLOT_COLUMNS_MAX ? columns : PLOT_COLUMNS_MAX;
}

static double mean_of(const struct time_cell *cell)
{
	return cell->count ? cell->sum / (double)cell->count : NAN;
}

static struct time_cell whole_of(const struct plot *plot)
{
	struct time_cell whole = { .count = 0 };

	for (size_t i = 0; i < plot->count; i++)
		ring_sum(&whole, &plot->columns[i]);
	return whole;
}

static struct scale scale_of(const struct plot *plot)
{
	struct time_cell whole = whole_of(plot);

	return scale_for(plot->unit, whole.count ? whole.high : NAN);
}

/* ---- texts ---- */

char *plot_title(const struct plot *plot, char *to, size_t size)
{
	struct scale scale = scale_of(plot);

	text_set(to, size, "%s%s%s", plot->title, *scale.unit ? " " : "", scale.unit);
	return to;
}

static void add_clock(char *to, size_t size, bool has_seconds, int64_t wall_ms)
{
	time_t at = (time_t)(wall_ms / 1000);
	struct tm local;
	char clock[16] = "";

	if (localtime_r(&at, &local))
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	if (!has_seconds)
		clock[*clock ? strlen("00:00") : 0] = '\0';
	text_add(to, size, "%s", clock);
}

/* "mean 4.6  high 12", or at the cursor "12:03:20  mean 4.6  high 4.8". */
static char *say_reading(const struct plot *plot, char *to, size_t size)
{
	struct scale scale = scale_of(plot);
	struct time_cell cell = { .count = 0 };
	char mean[32], high[32];

	*to = '\0';
	if (!plot->has_cursor)
		cell = whole_of(plot);
	else if (plot->cursor < plot->count)
		cell = plot->columns[plot->cursor];
	if (plot->has_cursor) {
		add_clock(to, size, true, plot->cursor_ms);
		text_add(to, size, "  ");
	}
	if (cell.count)
		text_add(to, size, "mean %s  high %s",
			scale_number(&scale, mean_of(&cell), mean, sizeof(mean)),
			scale_number(&scale, cell.high, high, sizeof(high)));
	else
		text_add(to, size, "unknown");
	return to;
}

static void draw_title(struct canvas *canvas, struct box box, const struct frame *frame)
{
	char title[96], reading[128];
	int x, end = box.x + box.width, span = text_cells(frame->plot->span);

	if (frame->title_y < 0)
		return;
	plot_title(frame->plot, title, sizeof(title));
	say_reading(frame->plot, reading, sizeof(reading));
	x = canvas_text(canvas, box.x, frame->title_y, box.width, ROLE_TITLE, title) + 2;
	if (box.width >= READING_LEAST && x + text_cells(reading) + 2 + span <= end)
		canvas_text(canvas, x, frame->title_y, end - x,
			frame->plot->has_cursor ? ROLE_TEXT : ROLE_DIM, reading);
	if (x + span <= end)
		canvas_text_right(canvas, x, frame->title_y, end - x, ROLE_DIM, frame->plot->span);
}

/* The top of the scale, its half if there is room and it is a whole number of what is counted, and zero. */
static void draw_scale(struct canvas *canvas, const struct frame *frame)
{
	const struct scale *scale = &frame->scale;
	const struct box *area = &frame->area;
	bool has_half = area->height >= 5 && (frame->plot->unit != UNIT_COUNT || !(fmod(scale->top, 2) > 0));
	char number[32];

	canvas_text_right(canvas, area->x - LEFT, area->y, LABEL, ROLE_DIM,
		scale_label(scale, scale->top, number, sizeof(number)));
	if (has_half)
		canvas_text_right(canvas, area->x - LEFT, area->y + area->height / 2, LABEL, ROLE_DIM,
			scale_label(scale, scale->top / 2, number, sizeof(number)));
	if (area->height > 1)
		canvas_text_right(canvas, area->x - LEFT, area->y + area->height - 1, LABEL, ROLE_DIM, "0");
}

/* ---- marks ---- */

static bool is_free(const struct canvas *canvas, int x, int width, int y)
{
	for (int i = x; i < x + width; i++)
		if (canvas_row(canvas, y)[i].character != ' ')
			return false;
	return true;
}

/* "▼ 11:59 down" from its column on or, near the right end, "11:59 down ▼" up to it. Where marks are close
 * together, the sign alone. */
static void draw_mark(struct canvas *canvas, const struct frame *frame, const struct plot_mark *mark)
{
	int end = frame->area.x + frame->area.width, y = frame->foot_y;
	int x = frame->area.x + (int)mark->column / frame->columns, cells;
	char text[64] = "";
	bool is_left;

	add_clock(text, sizeof(text), false, mark->wall_ms);
	text_add(text, sizeof(text), " %s", mark->word);
	cells = text_cells(text);
	is_left = x + 2 + cells > end;
	if (x >= end || !is_free(canvas, x, 1, y))
		return;
	canvas_text(canvas, x, y, 1, mark->role, "▼");
	if (is_left && x - 1 - cells >= frame->area.x && is_free(canvas, x - 1 - cells, cells + 1, y))
		canvas_text(canvas, x - 1 - cells, y, cells, mark->role, text);
	else if (!is_left && is_free(canvas, x + 1, cells + (x + 2 + cells < end) + 1, y))
		canvas_text(canvas, x + 2, y, cells, mark->role, text);
}

/* The newest first: it gets its words. */
static void draw_marks(struct canvas *canvas, const struct frame *frame)
{
	size_t order[PLOT_MARKS_MAX], count = 0;

	if (frame->foot_y < 0 || frame->foot_y >= canvas->height)
		return;
	for (size_t i = 0; i < frame->plot->mark_count && count < PLOT_MARKS_MAX; i++) {
		size_t at = count++;

		for (; at > 0 && frame->plot->marks[order[at - 1]].wall_ms < frame->plot->marks[i].wall_ms;
			at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (size_t i = 0; i < count; i++)
		draw_mark(canvas, frame, &frame->plot->marks[order[i]]);
}

/* ---- columns ---- */

/* The height of a value in steps; a known one has at least one. */
static int level_of(const struct frame *frame, double value)
{
	int most = frame->area.height * frame->steps;
	double level = value / frame->scale.top * most;

	return level < 1 ? 1 : level > most ? most : (int)lround(level);
}

static uint32_t braille_dot(int column, int step_from_top)
{
	static const unsigned char dots[2][4] = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

	return dots[column][step_from_top];
}

/* How far a column is filled and shaded; both 0: unknown. */
struct height {
	int mean, high;
};

static struct height height_of(const struct frame *frame, size_t column)
{
	const struct time_cell *cell;

	if (column >= frame->plot->count)
		return (struct height){ 0, 0 };
	cell = &frame->plot->columns[column];
	if (!cell->count)
		return (struct height){ 0, 0 };
	return (struct height){ level_of(frame, mean_of(cell)), level_of(frame, cell->high) };
}

/* One character of two columns, whose lowest step is from. */
static void draw_braille(struct canvas *canvas, const struct frame *frame, int x, int y,
	const struct height heights[2], int from)
{
	uint32_t dots = 0, shade = 0;

	for (int i = 0; i < 2; i++)
		for (int step = from; step < from + 4 && step < heights[i].high; step++) {
			uint32_t dot = braille_dot(i, 3 - (step - from));

			dots |= step < heights[i].mean ? dot : 0;
			shade |= (step + i) % 2 ? dot : 0;
		}
	if (dots | shade)
		canvas_fill(canvas, x, y, 1, dots ? frame->plot->role : ROLE_DIM, 0x2800 | dots | shade);
}

/* A full or partly filled block; ASCII has three heights of it. */
static uint32_t block_of(const struct canvas *canvas, int eighths)
{
	if (!canvas->is_ascii)
		return 0x2580 + (uint32_t)eighths;
	return eighths < 4 ? '_' : eighths < 8 ? '=' : '#';
}

static void draw_block(struct canvas *canvas, const struct frame *frame, int x, int y,
	const struct height heights[2], int from)
{
	int filled = heights[0].mean - from, shaded = heights[0].high - from;

	if (filled > 0)
		canvas_fill(canvas, x, y, 1, frame->plot->role, block_of(canvas, filled < 8 ? filled : 8));
	else if (shaded > 0)
		canvas_fill(canvas, x, y, 1, ROLE_DIM, canvas->is_ascii ? ':' : 0x2591);
}

static void draw_columns(struct canvas *canvas, const struct frame *frame)
{
	const struct box *area = &frame->area;

	for (int x = 0; x < area->width; x++) {
		size_t first = (size_t)(x * frame->columns);
		const struct height heights[2] = { height_of(frame, first), height_of(frame, first + 1) };

		for (int y = 0; y < area->height; y++)
			(has_braille(canvas) ? draw_braille : draw_block)(canvas, frame, area->x + x,
				area->y + y, heights, (area->height - 1 - y) * frame->steps);
	}
}

static void draw_cursor(struct canvas *canvas, const struct frame *frame)
{
	int x = (int)frame->plot->cursor / frame->columns;

	for (int y = 0; frame->plot->has_cursor && x < frame->area.width && y < frame->area.height; y++)
		canvas_mark(canvas, frame->area.x + x, frame->area.y + y, 1, CELL_SELECTED);
}

void plot_draw(struct canvas *canvas, struct box box, const struct plot *plot)
{
	bool has_title = !plot->is_untitled && box.height > 1, has_foot = box.height - has_title > 1;
	struct frame frame = {
		.plot = plot,
		.scale = scale_of(plot),
		.area = { box.x + LEFT, box.y + has_title, box.width - LEFT,
			box.height - has_title - has_foot },
		.title_y = has_title ? box.y : -1,
		.foot_y = has_foot ? box.y + box.height - 1 : -1,
		.columns = columns_in_cell(canvas),
		.steps = has_braille(canvas) ? 4 : 8,
	};

	if (!plot_columns(canvas, box))
		return;
	draw_title(canvas, box, &frame);
	if (whole_of(plot).count) {
		draw_scale(canvas, &frame);
		draw_columns(canvas, &frame);
	} else {
		canvas_text(
			canvas, frame.area.x, frame.area.y, frame.area.width, ROLE_DIM, "nothing is known");
	}
	draw_marks(canvas, &frame);
	draw_cursor(canvas, &frame);
}
