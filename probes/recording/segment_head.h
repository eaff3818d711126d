/* The first line of a segment: what a replay must know to judge as it was judged. */
#ifndef TSLLM_RECORDING_SEGMENT_HEAD_H
#define TSLLM_RECORDING_SEGMENT_HEAD_H

#include "probes/base/mem.h"
#include "probes/base/strings.h"
#include "probes/base/when.h"

#include <stdbool.h>

/* Raised when a line no longer means what it meant. Members and kinds may be added without. */
#define SEGMENT_SCHEMA 1

struct segment_head {
	int schema;
	int64_t run; /* the same in all segments of one start of the program */
	char boot[64];
	struct when begun;
	int64_t period_ms, poll_ms;
	bool is_passive;
	unsigned allowed_classes;
	struct strings ignore, pins;
};

void segment_head_write(const struct segment_head *head, struct bytes *text);
/* -1: the line is no head. Only the schema is read of a head with a newer one. */
int segment_head_read(struct segment_head *head, const char *line, size_t length);
void segment_head_fini(struct segment_head *head);
void segment_head_copy(struct segment_head *to, const struct segment_head *from);

#endif
