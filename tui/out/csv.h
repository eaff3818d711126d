/* A view as CSV (RFC 4180): `--format csv --view VIEW`. */
#ifndef TSLLM_OUT_CSV_H
#define TSLLM_OUT_CSV_H

#include <stdbool.h>

struct print_to;
struct snapshot;
struct view;

bool csv_can(const struct view *view); /* a view of rows */

/* A header line, and a line for each row, in the view's order. Numbers are plain: milliseconds, bytes, bytes per
 * second; what is not known is empty. */
void csv_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
