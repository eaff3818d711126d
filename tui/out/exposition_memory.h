/* What metrics remember from one scrape to the next, so that the sets of labels stay the same: which codes of
 * verdicts a row has had, and by which of its endpoints an engine is called.
 *
 * A code that a row no longer has is 0 until the row goes; an engine keeps its name as long as it has the endpoint
 * of that name. */
#ifndef TSLLM_OUT_EXPOSITION_MEMORY_H
#define TSLLM_OUT_EXPOSITION_MEMORY_H

#include "tui/out/labels.h"

#include <stdbool.h>
#include <stddef.h>

struct exposition_memory;

/* A code that a row has or had. */
struct had_verdict {
	char *code, *peer, *endpoint; /* labels; "": none */
	int level;                    /* 0: it does not hold; 1: info, 2: degraded, 3: down */
};

struct exposition_memory *exposition_memory_new(void);
void exposition_memory_free(struct exposition_memory *memory);
void exposition_memory_see(
	struct exposition_memory *memory, const struct snapshot *snapshot, const struct labels *labels);
/* Sorted by code, peer and endpoint; each once. */
const struct had_verdict *exposition_memory_verdicts(const struct exposition_memory *memory, size_t *count);
/* The name of that endpoint's engine in the snapshot seen last. */
const char *exposition_memory_engine(const struct exposition_memory *memory, size_t endpoint);

#endif
