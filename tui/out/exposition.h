/* A snapshot in Prometheus' text format 0.0.4: `--format prometheus`, `/metrics`.
 *
 * Values that are not known are left out. It can be written in slices, between which the loop does other work. */
#ifndef TSLLM_OUT_EXPOSITION_H
#define TSLLM_OUT_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct exposition;
struct exposition_memory;
struct print_to;
struct snapshot;

/* The snapshot must stay until the end. memory: of earlier ones, and learns from this one; NULL: none. */
struct exposition *exposition_new(
	FILE *file, const struct snapshot *snapshot, struct exposition_memory *memory);
/* Writes about so many bytes. false: that was all. */
bool exposition_step(struct exposition *exposition, size_t bytes);
void exposition_free(struct exposition *exposition);

void exposition_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
