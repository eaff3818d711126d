/* A canvas as text: what is printed without a screen. */
#ifndef TSLLM_OUT_CANVAS_TEXT_H
#define TSLLM_OUT_CANVAS_TEXT_H

#include "tui/term/canvas.h"

#include <stdio.h>

/* Each row is a line without its trailing blanks; in colour with the sixteen of the terminal's palette. */
void canvas_text_print(FILE *file, const struct canvas *canvas, bool has_colour);

#endif
