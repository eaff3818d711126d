/* The line protocol of tsllm-capture(8), read: bytes to observations.
 *
 * Words and keys that are not known are skipped, so that an older program reads a newer helper. Everything
 * else is strict: a line that is too long, not printable ASCII, lacks what its word needs or holds a number
 * that is none is broken, and a fault. */
#ifndef TSLLM_PACKETS_LINES_H
#define TSLLM_PACKETS_LINES_H

#include "capture/wire.h"
#include "probes/model/sniffed.h"

#include <stdbool.h>
#include <stddef.h>

struct fault;

/* One line without its newline. -1: it is broken. */
int lines_parse(struct sniffed *sniffed, const char *line, size_t length, struct fault *fault);

/* Bytes as they come from a pipe, cut at their newlines. Zeroed, it is empty. */
struct lines_cut {
	char line[WIRE_LINE_MAX];
	size_t length;
	bool is_too_long; /* what comes before the next newline belongs to a line that was refused */
};

/* sniffed: NULL where the line is broken, and fault says how. -1 ends the cutting: who cut may be gone. */
typedef int lines_fn(void *data, const struct sniffed *sniffed, const struct fault *fault);
int lines_feed(struct lines_cut *cut, const char *bytes, size_t length, lines_fn *take, void *data);

#endif
