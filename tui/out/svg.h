/* The screen as a picture: `--format svg`, any view, size and theme. */
#ifndef TSLLM_OUT_SVG_H
#define TSLLM_OUT_SVG_H

struct print_to;
struct snapshot;

void svg_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
