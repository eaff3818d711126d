/* Takes frames and prints lines: decides whether a packet belongs to paths, flows or DERP, and when totals
 * are printed.
 *
 * Time is that of the packets; if none come, a live source calls sampler_pass_time(). */
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

/* Keeps a pointer to options, whose locals must be this machine's addresses. Returns -1 if there is no
 * memory. */
int sampler_init(struct sampler *sampler, const struct options *options, struct lines *lines);
void sampler_fini(struct sampler *sampler);
void sampler_see(struct sampler *sampler, enum link link, const struct frame *frame);
void sampler_pass_time(struct sampler *sampler, int64_t now_us);
/* When sampler_pass_time() is due next. */
int64_t sampler_due_us(const struct sampler *sampler);
/* Prints the last totals and the end line. */
void sampler_end(struct sampler *sampler, const char *reason);

#endif
