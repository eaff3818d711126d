/* If a wide character is replaced, its second cell becomes a blank. */
#define _XOPEN_SOURCE 700 /* wcwidth() */
#include "tui/term/cell_text.h"

#define UNKNOWN 0xfffd

static bool has_width(uint32_t character, int cells)
{
	return wcwidth((wchar_t)character) == cells;
}

bool cell_text(const struct cell *row, int width, int x, wchar_t text[CELL_TEXT_MAX])
{
	const struct cell *cell = &row[x];
	bool is_wide = x + 1 < width && !cell[1].character;

	text[0] = L' ';
	text[1] = text[2] = L'\0';
	if (!cell->character)
		return x == 0 || !has_width(cell[-1].character, 2);
	if (!has_width(cell->character, is_wide ? 2 : 1)) {
		text[0] = UNKNOWN;
		return true;
	}
	text[0] = (wchar_t)cell->character;
	if (cell->combining && has_width(cell->combining, 0))
		text[1] = (wchar_t)cell->combining;
	return true;
}
