/* What is sent to the terminal for a cell.
 *
 * The canvas takes widths from libunistring, ncurses from the C library's wcwidth(), which knows only ASCII
 * in the C locale. If they differ for a character, the rest of the line would shift, so U+FFFD is sent
 * instead. */
#ifndef TSLLM_TERM_CELL_TEXT_H
#define TSLLM_TERM_CELL_TEXT_H

#include "tui/term/canvas.h"

#include <stdbool.h>
#include <wchar.h>

#define CELL_TEXT_MAX 3 /* a character, its combining mark, the end */

/* Fills text for cell x of a row of width cells. Returns false if the wide character before covers it.
 * Depends on the locale. */
bool cell_text(const struct cell *row, int width, int x, wchar_t text[CELL_TEXT_MAX]);

#endif
