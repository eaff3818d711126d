/* Rings of cells.
 *
 * The parts of a cell are in arrays of their own, because a cell of 14 bytes would be padded to 16. A sum is a
 * float: it is exact to 7 digits, and whole numbers up to 16 million are exact. */
#include "probes/model/ring.h"

#include "probes/base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
/* A server may claim anything: what is larger is no value, and sums of these are finite. */
#define LARGEST 1e30

const struct rhythm ring_of_paths = { {
	{ 2 * SECOND, 5 * 60 + 1 },  /* 10 minutes */
	{ 20 * SECOND, 6 * 60 + 1 }, /* 2 hours */
	{ 3 * MINUTE, 24 * 20 + 1 }, /* a day */
} };

const struct rhythm ring_of_engines = { {
	{ 10 * SECOND, 6 * 60 + 1 }, /* an hour */
	{ 1 * MINUTE, 6 * 60 + 1 },  /* 6 hours */
	{ 5 * MINUTE, 24 * 12 + 1 }, /* a day */
} };

const struct rhythm ring_of_gpus = { {
	{ 10 * SECOND, 6 * 10 + 1 }, /* 10 minutes */
	{ 1 * MINUTE, 2 * 60 + 1 },  /* 2 hours */
	{ 5 * MINUTE, 24 * 12 + 1 }, /* a day */
} };

static size_t cells_of(const struct rhythm *rhythm)
{
	size_t count = 0;

	for (size_t i = 0; i < RING_TIERS; i++)
		count += rhythm->tiers[i].count;
	return count;
}

size_t ring_size(const struct rhythm *rhythm)
{
	return cells_of(rhythm) * (3 * sizeof(float) + sizeof(uint16_t));
}

void ring_init(struct ring *ring, const struct rhythm *rhythm)
{
	size_t cells = cells_of(rhythm);

	ring->rhythm = rhythm;
	ring->values = mem_alloc(ring_size(rhythm));
	ring->counts = (uint16_t *)(ring->values + 3 * cells);
	for (size_t i = 0; i < RING_TIERS; i++)
		ring->newest[i] = -1;
}

void ring_fini(struct ring *ring)
{
	free(ring->values);
	*ring = (struct ring){ 0 };
}

/* Where the cell is in the arrays. */
static size_t place_of(const struct ring *ring, size_t tier, int64_t number)
{
	size_t first = 0;

	for (size_t i = 0; i < tier; i++)
		first += ring->rhythm->tiers[i].count;
	return first + (size_t)number % ring->rhythm->tiers[tier].count;
}

/* Empties the cells after the newest up to this one, which becomes the newest. */
static void advance(struct ring *ring, size_t tier, int64_t number)
{
	int64_t oldest = number - (int64_t)ring->rhythm->tiers[tier].count + 1;
	int64_t from = ring->newest[tier] + 1 > oldest ? ring->newest[tier] + 1 : oldest;

	for (int64_t i = from > 0 ? from : 0; i <= number; i++)
		ring->counts[place_of(ring, tier, i)] = 0;
	ring->newest[tier] = number;
}

void ring_add(struct ring *ring, int64_t at, double value)
{
	size_t cells = cells_of(ring->rhythm);
	float *low = ring->values, *high = low + cells, *sum = high + cells;
	float sample = (float)value;

	for (size_t tier = 0; fabs(value) <= LARGEST && at >= 0 && tier < RING_TIERS; tier++) {
		int64_t number = at / ring->rhythm->tiers[tier].cell_ms;
		size_t i = place_of(ring, tier, number);
		bool is_first;

		if (number <= ring->newest[tier] - (int64_t)ring->rhythm->tiers[tier].count)
			continue;
		if (number > ring->newest[tier])
			advance(ring, tier, number);
		is_first = !ring->counts[i];
		if (ring->counts[i] == UINT16_MAX)
			continue;
		low[i] = is_first || sample < low[i] ? sample : low[i];
		high[i] = is_first || sample > high[i] ? sample : high[i];
		sum[i] = is_first ? sample : sum[i] + sample;
		ring->counts[i]++;
	}
}

void ring_sum(struct time_cell *to, const struct time_cell *from)
{
	if (!from->count)
		return;
	if (!to->count) {
		*to = *from;
		return;
	}
	to->low = from->low < to->low ? from->low : to->low;
	to->high = from->high > to->high ? from->high : to->high;
	to->sum += from->sum;
	to->count += from->count;
}

struct time_cell ring_cell(const struct ring *ring, size_t tier, int64_t number)
{
	size_t cells, i;

	if (!ring->rhythm || number < 0 || number > ring->newest[tier] ||
		number <= ring->newest[tier] - (int64_t)ring->rhythm->tiers[tier].count)
		return (struct time_cell){ 0 };
	cells = cells_of(ring->rhythm);
	i = place_of(ring, tier, number);
	return (struct time_cell){
		.low = (double)ring->values[i],
		.high = (double)ring->values[cells + i],
		.sum = (double)ring->values[2 * cells + i],
		.count = ring->counts[i],
	};
}

size_t ring_tier_for(const struct rhythm *rhythm, int64_t span_ms)
{
	size_t tier = 0;

	while (tier + 1 < RING_TIERS &&
		rhythm->tiers[tier].cell_ms * (int64_t)(rhythm->tiers[tier].count - 1) < span_ms)
		tier++;
	return tier;
}
