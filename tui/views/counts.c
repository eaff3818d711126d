#include "tui/views/counts.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/glyphs.h"
#include "tui/views/fleet_rows.h"

#include <stdio.h>
#include <string.h>

#define GAP 2

/* The worst first; each with the state whose sign and colour it has. */
static const struct {
	const char *name;
	enum state state;
} groups[COUNTS_MAX] = {
	{ "down", STATE_DOWN },
	{ "degraded", STATE_SLOW },
	{ "ok", STATE_OK },
	{ "offline", STATE_OFFLINE },
	{ "unknown", STATE_UNKNOWN },
};

const char *counts_name(enum state state)
{
	if (state == STATE_UNKNOWN || state == STATE_OFFLINE)
		return state_name(state);
	return state == STATE_SLOW || state == STATE_WARN ? "degraded" : state > STATE_SLOW ? "down" : "ok";
}

static size_t count_of(const struct snapshot *snapshot, size_t group)
{
	size_t count = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		count += !fleet_is_folded(snapshot, i) &&
			 strcmp(counts_name(fleet_state(snapshot, i)), groups[group].name) == 0;
	return count;
}

void counts_say(const struct snapshot *snapshot, char *text, size_t size)
{
	*text = '\0';
	for (size_t i = 0; i < COUNTS_MAX; i++) {
		size_t count = count_of(snapshot, i);

		if (count)
			text_add(text, size, "%s%zu %s", *text ? " " : "", count, groups[i].name);
	}
	if (!*text)
		text_add(text, size, "none");
}

/* Empty if there are none. */
static void say_one(const struct snapshot *snapshot, size_t group, bool has_words, char *text, size_t size)
{
	size_t count = count_of(snapshot, group);

	*text = '\0';
	if (count)
		snprintf(text, size, "%s %zu%s%s", glyph_of_state(groups[group].state), count,
			has_words ? " " : "", has_words ? groups[group].name : "");
}

int counts_width(const struct snapshot *snapshot, bool has_words)
{
	int width = 0;

	for (size_t i = 0; i < COUNTS_MAX; i++) {
		char text[64];

		say_one(snapshot, i, has_words, text, sizeof(text));
		if (*text)
			width += text_cells(text) + (width ? GAP : 0);
	}
	return width;
}

void counts_draw(struct canvas *canvas, const struct snapshot *snapshot, int x, int y, bool has_words,
	struct counts_spots *spots)
{
	for (size_t i = 0; i < COUNTS_MAX; i++) {
		char text[64];
		int end;

		say_one(snapshot, i, has_words, text, sizeof(text));
		if (!*text)
			continue;
		end = canvas_text(canvas, x, y, canvas->width - x, role_of_state(groups[i].state), text);
		if (spots && spots->count < ARRAY_LEN(spots->items) && end > x) {
			spots->items[spots->count].from = x;
			spots->items[spots->count].to = end;
			spots->items[spots->count++].name = groups[i].name;
		}
		x = end + GAP;
	}
}

const char *counts_at(const struct counts_spots *spots, int x)
{
	for (size_t i = 0; i < spots->count; i++)
		if (x >= spots->items[i].from && x < spots->items[i].to)
			return spots->items[i].name;
	return "";
}
