/* A snapshot as text, for --once and if there is no terminal. */
#ifndef TSLLM_OUT_TEXT_H
#define TSLLM_OUT_TEXT_H

#include "probes/model/snapshot.h"

struct print_to;

/* to->width cells wide, no trailing blanks; colours are those of the terminal's palette. */
void text_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
