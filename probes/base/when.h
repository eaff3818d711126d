/* A moment, on both clocks.
 *
 * Intervals are measured on the monotonic clock; people are shown the wall clock. `now` is a parameter
 * everywhere: only when_now() reads the system's clocks. A moment with wall_ms 0 is unknown. */
#ifndef TSLLM_BASE_WHEN_H
#define TSLLM_BASE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct when {
	int64_t mono_ms; /* milliseconds since an arbitrary moment; never goes back */
	int64_t wall_ms; /* milliseconds since 1970 UTC; 0: unknown */
};

struct when when_now(void);
int64_t when_since(struct when then, struct when now); /* ms, on the monotonic clock */
bool when_known(struct when moment);
/* Whether the wall clock moved by 30 s more or less than the monotonic one: the machine slept, or its
 * clock was set. */
bool when_jumped(struct when then, struct when now);

/* Parses RFC 3339 with any offset and up to 9 fraction digits → ms since 1970 (years 2 to 9999). Go's zero
 * time (0001-01-01T00:00:00Z) and anything invalid give 0. */
int64_t when_parse(const char *rfc3339);
/* Writes "2026-11-23T00:45:46.123Z" into text (size ≥ 32); "" for an unknown time. */
const char *when_format(int64_t wall_ms, char *text, size_t size);
/* The same in local time, without fractions: "2026-11-23T01:45:46+01:00". */
const char *when_format_local(int64_t wall_ms, char *text, size_t size);

#endif
