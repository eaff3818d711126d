/* Small pictures from tables: a sign for each state, eight heights for a sparkline, eight ends for a bar.
 *
 * States of similar meaning share a sign (everything broken is a cross); the word beside it, and the colour
 * if there is one, tell them apart. */
#include "tui/term/glyphs.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <math.h>

const char *glyph_of_state(enum state state)
{
	static const char *const glyphs[STATE_COUNT] = {
		[STATE_UNKNOWN] = "…",
		[STATE_OK] = "●",
		[STATE_BUSY] = "◐",
		[STATE_WEB] = "●",
		[STATE_SLEEPING] = "○",
		[STATE_LOADING] = "◐",
		[STATE_AUTH] = "●",
		[STATE_WARN] = "▲",
		[STATE_OFFLINE] = "○",
		[STATE_SLOW] = "▲",
		[STATE_FAULT] = "✖",
		[STATE_STALLED] = "✖",
		[STATE_FILTERED] = "✖",
		[STATE_DOWN] = "✖",
	};

	return glyphs[state];
}

static uint32_t height(float value, double top)
{
	int step = isnan(value) ? 0 : (int)((double)value / top * 8);

	if (isnan(value))
		return ' ';
	return 0x2581 + (uint32_t)(step < 0 ? 0 : step > 7 ? 7 : step);
}

/* The highest of a group of values, so that spikes stay visible. */
static float highest(const float *values, size_t count)
{
	float most = NAN;

	for (size_t i = 0; i < count; i++)
		if (isnan(most) || values[i] > most)
			most = values[i];
	return most;
}

void glyph_spark(char *to, size_t size, const float *values, size_t count, int cells, double top)
{
	size_t room = (size_t)cells, group = count > room ? (count + room - 1) / room : 1;
	size_t groups = (count + group - 1) / group;

	*to = '\0';
	for (size_t i = groups; i < room; i++)
		text_add(to, size, " ");
	/* The newest group is full; the oldest may hold fewer values. */
	for (size_t end = count - (groups ? (groups - 1) * group : 0), start = 0; start < count;
		end += group) {
		utf8_put(to, size, height(highest(values + start, end - start), top));
		start = end;
	}
}

int glyph_bar(struct canvas *canvas, int x, int y, int width, enum role role, double share)
{
	int eighths = (int)(share * width * 8 + 0.5);

	if (share > 0 && eighths < 1)
		eighths = 1;
	canvas_fill(canvas, x, y, eighths / 8, role, 0x2588);
	x += eighths / 8;
	if (eighths % 8)
		canvas_fill(canvas, x++, y, 1, role, (uint32_t)(0x2590 - eighths % 8));
	return x;
}
