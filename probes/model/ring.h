/* One figure over 24 hours, in three rings of cells that coarsen.
 *
 * A cell holds the lowest and highest value, the sum and the count, so two cells add to one exactly. A sample
 * enters all three rings at once. A cell that is passed over without a sample stays empty: a gap. */
#ifndef TSLLM_MODEL_RING_H
#define TSLLM_MODEL_RING_H

#include <stddef.h>
#include <stdint.h>

#define RING_TIERS 3

struct time_cell {
	double low, high, sum;
	size_t count; /* of samples; 0: nothing is known, and the rest is meaningless */
};

/* Cells of equal length, one more than they cover: the newest is not complete. */
struct tier {
	int64_t cell_ms;
	size_t count;
};

struct rhythm {
	struct tier tiers[RING_TIERS]; /* the finest first */
};

extern const struct rhythm ring_of_paths, ring_of_engines, ring_of_gpus;

/* Zeroed, it is empty and takes no memory. */
struct ring {
	const struct rhythm *rhythm;
	float *values; /* of each cell low, high, sum: all lows, then all highs, then all sums */
	uint16_t *counts;
	int64_t newest[RING_TIERS]; /* number of the newest cell: its time divided by its length */
};

/* The memory that it takes, in bytes. */
size_t ring_size(const struct rhythm *rhythm);
void ring_init(struct ring *ring, const struct rhythm *rhythm);
void ring_fini(struct ring *ring);
/* A time that is over may come later, and is dropped where its cell is no longer there. NAN and numbers that are
 * absurdly large are no samples. */
void ring_add(struct ring *ring, int64_t at, double value);
/* Adds the second cell to the first. */
void ring_sum(struct time_cell *to, const struct time_cell *from);
/* The cell with that number, empty if it is no longer there or has no sample. */
struct time_cell ring_cell(const struct ring *ring, size_t tier, int64_t number);
/* The finest tier that covers a span up to the newest cell; the coarsest, if none does. */
size_t ring_tier_for(const struct rhythm *rhythm, int64_t span_ms);

#endif
