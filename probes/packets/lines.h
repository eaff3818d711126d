/* Parses the line protocol of tsllm-capture(8) into observations.
 *
 * Unknown words and keys are skipped, so that an older program can read a newer helper. Everything else is
 * strict: a line is refused with a fault if it is too long, is not printable ASCII, lacks a key that its word
 * needs, or has a malformed number. */
#ifndef TSLLM_PACKETS_LINES_H
#define TSLLM_PACKETS_LINES_H

#include "capture/wire.h"
#include "probes/model/sniffed.h"

#include <stdbool.h>
#include <stddef.h>

struct fault;

/* Parses one line without its newline. Returns -1 and a fault if it is broken. */
int lines_parse(struct sniffed *sniffed, const char *line, size_t length, struct fault *fault);

/* Splits the bytes from a pipe at newlines. Empty if zeroed. */
struct lines_cut {
	char line[WIRE_LINE_MAX];
	size_t length;
	bool is_too_long; /* the rest of this line was refused and is skipped */
};

/* sniffed is NULL if the line is broken, and fault says how. Returning -1 stops lines_feed() without touching
 * lines_cut, which may have been freed. */
typedef int lines_fn(void *data, const struct sniffed *sniffed, const struct fault *fault);
int lines_feed(struct lines_cut *cut, const char *bytes, size_t length, lines_fn *take, void *data);

#endif
