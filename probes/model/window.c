/* A ring of differences. Polls that are closer together than the length of a slot share one, so that the
 * ring always covers two minutes. */
#include "probes/model/window.h"

#include <math.h>
#include <string.h>

#define SLOT_MS (WINDOW_MS / (WINDOW_SLOTS - 1))

void window_forget(struct window *window)
{
	memset(window, 0, sizeof(*window));
}

/* Whether the histogram continues the last one: the same bounds, and no bucket has fallen. */
static bool goes_on(const struct obs_histogram *last, const struct obs_histogram *histogram)
{
	double below_last = 0, below = 0;

	if (last->count != histogram->count)
		return false;
	for (size_t i = 0; i < last->count; i++) {
		if (last->bounds[i] < histogram->bounds[i] || last->bounds[i] > histogram->bounds[i] ||
			histogram->counts[i] - below < last->counts[i] - below_last)
			return false;
		below_last = last->counts[i];
		below = histogram->counts[i];
	}
	return true;
}

/* The slot for what happened since the last poll. */
static size_t slot_for(struct window *window, struct when now)
{
	size_t slot = window->newest;

	if (window->slots[slot].to_ms && now.mono_ms - window->slots[slot].from_ms <= SLOT_MS)
		return slot;
	if (window->slots[slot].to_ms)
		slot = (slot + 1) % WINDOW_SLOTS;
	memset(&window->slots[slot], 0, sizeof(window->slots[slot]));
	window->slots[slot].from_ms = window->last_ms;
	window->newest = slot;
	return slot;
}

void window_add(struct window *window, const struct obs_histogram *histogram, struct when now)
{
	size_t slot;

	if (!goes_on(&window->last, histogram)) {
		window_forget(window);
	} else {
		slot = slot_for(window, now);
		for (size_t i = 0; i < histogram->count; i++)
			window->slots[slot].counts[i] +=
				(float)(histogram->counts[i] - window->last.counts[i]);
		window->slots[slot].to_ms = now.mono_ms;
	}
	window->last = *histogram;
	window->last_ms = now.mono_ms;
}

/* Sums up the cumulative counts of the slots that ended within the window; returns the last count, the
 * total. */
static double sum_up(const struct window *window, struct when now, double *counts)
{
	size_t count = window->last.count;

	memset(counts, 0, HISTOGRAM_BUCKETS * sizeof(*counts));
	for (size_t slot = 0; slot < WINDOW_SLOTS; slot++)
		if (window->slots[slot].to_ms && now.mono_ms - window->slots[slot].to_ms <= WINDOW_MS)
			for (size_t i = 0; i < count; i++)
				counts[i] += (double)window->slots[slot].counts[i];
	return count ? counts[count - 1] : 0;
}

double window_samples(const struct window *window, struct when now)
{
	double counts[HISTOGRAM_BUCKETS];

	return window ? sum_up(window, now, counts) : 0;
}

double window_percentile(const struct window *window, double share, struct when now)
{
	double counts[HISTOGRAM_BUCKETS], all = window ? sum_up(window, now, counts) : 0;
	double rank = share * all, below, from, width;
	size_t i = 0;

	if (all < WINDOW_FEWEST)
		return NAN;
	while (counts[i] < rank)
		i++;
	from = i ? window->last.bounds[i - 1] : 0;
	if (isinf(window->last.bounds[i]))
		return from;
	below = i ? counts[i - 1] : 0;
	width = window->last.bounds[i] - from;
	return counts[i] > below ? from + width * (rank - below) / (counts[i] - below) : from;
}
