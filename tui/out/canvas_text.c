/* A canvas as lines of text: the cells in order, with SGR sequences where the colour changes. */
#include "tui/out/canvas_text.h"

#include <string.h>

/* SGR numbers for a cell; the sixteen colours of the palette go with any background. */
static const char *style_of(const struct cell *cell)
{
	static const char *const states[STATE_COUNT] = {
		[STATE_UNKNOWN] = "2",
		[STATE_OK] = "32",
		[STATE_BUSY] = "36",
		[STATE_WEB] = "34",
		[STATE_SLEEPING] = "34",
		[STATE_LOADING] = "34",
		[STATE_AUTH] = "35",
		[STATE_WARN] = "1;33",
		[STATE_OFFLINE] = "2",
		[STATE_SLOW] = "1;33",
		[STATE_FAULT] = "1;31",
		[STATE_STALLED] = "1;31",
		[STATE_FILTERED] = "1;31",
		[STATE_DOWN] = "1;31",
	};
	static const char *const roles[ROLE_STATE] = {
		[ROLE_TEXT] = "",
		[ROLE_DIM] = "2",
		[ROLE_PROGRAM] = "1",
		[ROLE_HEADER] = "2",
		[ROLE_HEAD] = "4",
		[ROLE_HEAD_SORTED] = "1;4",
		[ROLE_BANNER] = "1;31",
		[ROLE_FIX] = "36",
		[ROLE_TITLE] = "1",
		[ROLE_SPARK] = "34",
		[ROLE_DIRECT] = "32",
		[ROLE_PEER_RELAY] = "36",
		[ROLE_DERP] = "33",
	};
	const char *style = cell->role < ROLE_STATE ? roles[cell->role] : states[cell->role - ROLE_STATE];

	return cell->attributes & CELL_DIM ? "2" : style ? style : "";
}

static void put_cell(FILE *file, const struct cell *cell)
{
	char text[12] = "";

	if (cell->character)
		utf8_put(text, sizeof(text), cell->character);
	if (cell->combining)
		utf8_put(text, sizeof(text), cell->combining);
	fputs(text, file);
}

static void put_row(FILE *file, const struct canvas *canvas, int y, bool has_colour)
{
	const struct cell *row = canvas_row(canvas, y);
	const char *style = "";
	int end = canvas->width;

	while (end > 0 && row[end - 1].character == ' ')
		end--;
	for (int x = 0; x < end; x++) {
		const char *wanted = style_of(&row[x]);

		if (has_colour && strcmp(style, wanted) != 0)
			fprintf(file, "\033[0%s%sm", *wanted ? ";" : "", wanted);
		style = wanted;
		put_cell(file, &row[x]);
	}
	fputs(has_colour && *style ? "\033[0m\n" : "\n", file);
}

void canvas_text_print(FILE *file, const struct canvas *canvas, bool has_colour)
{
	for (int y = 0; y < canvas->height; y++)
		put_row(file, canvas, y, has_colour);
}
