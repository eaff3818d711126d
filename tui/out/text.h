/* The snapshot as text, for --once and for whatever is no terminal. */
#ifndef TSLLM_OUT_TEXT_H
#define TSLLM_OUT_TEXT_H

#include "probes/model/snapshot.h"

#include <stdbool.h>
#include <stdio.h>

/* As wide as width cells, no trailing blanks; colours are those of the terminal's palette. */
void print_text(FILE *file, const struct snapshot *snapshot, int width, bool has_colour, bool is_ascii);

#endif
