/* The last value of each row of a kind. Writer and reader keep the same ones, so that a line holds only what
 * changed. */
#ifndef TSLLM_RECORDING_ROWS_H
#define TSLLM_RECORDING_ROWS_H

#include "probes/base/when.h"
#include "probes/recording/kinds.h"

#include <stdint.h>

struct row {
	bool is_there;
	uint64_t first_turn, turn; /* of the writer: when its key was seen first, and last */
	struct when first_at, at;  /* likewise */
};

struct rows {
	size_t kind;
	struct row *items;
	char *values;
	size_t count, room;
	struct arena *arena; /* of the values */
	size_t least;        /* bytes of the arena when it held nothing old */
};

void rows_init(struct rows *rows, size_t kind);
void rows_fini(struct rows *rows);
void *rows_value(const struct rows *rows, size_t i);
/* A new row with defaults, at the end. */
size_t rows_add(struct rows *rows);
/* Moves the values into a new arena if most of the old one is values that have changed since. */
void rows_tidy(struct rows *rows);
/* Copies all columns of a value into another one, which was initialised with that arena. */
void rows_copy(size_t kind, void *to, const void *from, struct arena *arena);

#endif
