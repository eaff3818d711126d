/* Frames in, lines out: which of the three books a packet belongs to, and when totals are printed.
 *
 * Time is that of the packets; a live source lets it pass by itself where none comes. */
#ifndef TSLLM_CAPTURE_SAMPLER_H
#define TSLLM_CAPTURE_SAMPLER_H

#include "capture/derp.h"
#include "capture/flows.h"
#include "capture/options.h"
#include "capture/paths.h"

struct sampler {
	const struct options *options;
	struct lines *lines;
	struct paths paths;
	struct flows flows;
	struct derp derp;
	size_t last_local;
	int64_t now_us, report_us; /* 0: no packet yet */
	uint64_t received, dropped;
};

/* Borrows options, whose locals are this machine's addresses. Returns -1 where there is no memory. */
int sampler_init(struct sampler *sampler, const struct options *options, struct lines *lines);
void sampler_fini(struct sampler *sampler);
void sampler_see(struct sampler *sampler, enum link link, const struct frame *frame);
void sampler_pass_time(struct sampler *sampler, int64_t now_us);
/* When time has to pass next. */
int64_t sampler_due_us(const struct sampler *sampler);
/* The last totals, and the last line. */
void sampler_end(struct sampler *sampler, const char *reason);

#endif
