/* A canvas as text, for output without a screen. */
#ifndef TSLLM_OUT_CANVAS_TEXT_H
#define TSLLM_OUT_CANVAS_TEXT_H

#include "tui/term/canvas.h"

#include <stdio.h>

/* Prints each row as a line without trailing blanks; colours are the sixteen of the terminal's palette. */
void canvas_text_print(FILE *file, const struct canvas *canvas, bool has_colour);

#endif
