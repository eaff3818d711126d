/* The snapshot as text, for --once and for whatever is no terminal. */
#ifndef TSLLM_OUT_TEXT_H
#define TSLLM_OUT_TEXT_H

#include "probes/model/snapshot.h"

struct print_to;

/* As wide as to->width cells, no trailing blanks; colours are those of the terminal's palette. */
void text_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
