/* Small pictures made of characters: the sign of a state, a sparkline, a bar. */
#ifndef TSLLM_TERM_GLYPHS_H
#define TSLLM_TERM_GLYPHS_H

#include "tui/term/canvas.h"

#include <stddef.h>

/* One cell, shown beside the word, so that colour is never the only sign. */
const char *glyph_of_state(enum state state);
/* The last values in cells characters, padded on the left, on a scale from 0 to top. A missing value is a
 * blank. */
void glyph_spark(char *to, size_t size, const float *values, size_t count, int cells, double top);
/* A share (0 to 1) of width cells, drawn in eighths of a cell; anything above 0 shows. Returns the x after
 * it. */
int glyph_bar(struct canvas *canvas, int x, int y, int width, enum role role, double share);

#endif
