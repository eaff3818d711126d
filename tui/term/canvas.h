/* A grid of cells: what views draw on, for the screen or for text output.
 *
 * Nothing is drawn outside the grid, and no wide character is split. Text must be clean (text_keep). An ASCII
 * canvas replaces glyphs by plain characters, cell by cell, so that the layout stays the same. */
#ifndef TSLLM_TERM_CANVAS_H
#define TSLLM_TERM_CANVAS_H

#include "tui/term/role.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CELL_SELECTED = 1, CELL_DIM = 2 };

struct cell {
	uint32_t character; /* 0: the right half of a wide one */
	uint32_t combining; /* 0: none */
	uint8_t role, attributes;
};

/* A part of a canvas. */
struct box {
	int x, y, width, height;
};

struct canvas {
	int width, height;
	bool is_ascii;
	bool has_no_braille; /* the terminal cannot draw it: plots use blocks */
	struct cell *cells;
};

struct canvas *canvas_new(int width, int height, bool is_ascii);
void canvas_free(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);
const struct cell *canvas_row(const struct canvas *canvas, int y);
bool canvas_rows_equal(const struct canvas *a, const struct canvas *b, int y);

/* Draws text into width cells from x; text that does not fit is cut and ends in "…". Returns the x after
 * it. */
int canvas_text(struct canvas *canvas, int x, int y, int width, enum role role, const char *text);
/* The same, right-aligned. */
int canvas_text_right(struct canvas *canvas, int x, int y, int width, enum role role, const char *text);
void canvas_fill(struct canvas *canvas, int x, int y, int width, enum role role, uint32_t character);
/* Adds attributes to cells already drawn. */
void canvas_mark(struct canvas *canvas, int x, int y, int width, unsigned attributes);

/* Appends a character as UTF-8; false if it does not fit. */
bool utf8_put(char *to, size_t size, uint32_t character);
/* A row as UTF-8 without its trailing blanks. */
char *canvas_row_text(const struct canvas *canvas, int y, char *to, size_t size);

#endif
