/* The screen as a picture: `--format svg`, any view, size and theme. */
#ifndef TSLLM_OUT_SVG_H
#define TSLLM_OUT_SVG_H

#include <stdbool.h>

struct print_to;
struct snapshot;
struct view;

bool svg_can(const struct view *view); /* any */

void svg_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
