/* A canvas as a picture: SVG in a theme's colours, in which text stays text. */
#ifndef TSLLM_OUT_CANVAS_SVG_H
#define TSLLM_OUT_CANVAS_SVG_H

#include "tui/term/canvas.h"
#include "tui/term/theme.h"

#include <stdio.h>

void canvas_svg_print(FILE *file, const struct canvas *canvas, const struct theme *theme);

#endif
