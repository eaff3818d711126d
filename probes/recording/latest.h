/* The last value of each row of a kind. Writer and reader keep the same ones, so that a line holds only what
 * changed. */
#ifndef TSLLM_RECORDING_LATEST_H
#define TSLLM_RECORDING_LATEST_H

#include "probes/base/when.h"
#include "probes/recording/kinds.h"

#include <stdint.h>

struct row {
	bool is_there;
	uint64_t first_turn, turn; /* of the writer: when its key was seen first, and last */
	struct when first_at, at;  /* likewise */
	struct when slow_at;       /* when its slow members were written */
	struct when written_at;    /* when it was written last */
};

struct latest {
	size_t kind;
	struct row *items;
	char *values;
	size_t count, room;
	struct arena *arena; /* of the values */
	size_t least;        /* bytes of the arena when it held nothing old */
};

void latest_init(struct latest *rows, size_t kind);
void latest_fini(struct latest *rows);
void *latest_value(const struct latest *rows, size_t i);
/* A new row with defaults, at the end. */
size_t latest_add(struct latest *rows);
/* Moves the values into a new arena if most of the old one is values that have changed since. */
void latest_tidy(struct latest *rows);
/* Copies all columns of a value into another one, which was initialised with that arena. */
void latest_copy(size_t kind, void *to, const void *from, struct arena *arena);

#endif
