/* What is sent to the terminal for a cell.
 *
 * The canvas has widths of its own, and the terminal library takes those of the C library. Where the two
 * differ, or the C library knows no width, the rest of the line would be off, so that U+FFFD stands for the
 * character. */
#ifndef TSLLM_TUI_CELL_TEXT_H
#define TSLLM_TUI_CELL_TEXT_H

#include <stdbool.h>
#include <wchar.h>

#include "tui/canvas.h"

#define CELL_TEXT_MAX 3 /* a character, its combining mark, the end */

/* Fills text for cell x of a row of width cells. false: the wide character before it covers it. Goes by the
 * locale. */
bool cell_text(const struct cell *row, int width, int x, wchar_t text[CELL_TEXT_MAX]);

#endif
