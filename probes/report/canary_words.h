/* What came of a canary, in words and figures. Pure functions of a snapshot. */
#ifndef TSLLM_REPORT_CANARY_WORDS_H
#define TSLLM_REPORT_CANARY_WORDS_H

#include "probes/model/snapshot.h"

/* One sentence about one request, also while it goes on. Returns to. */
char *canary_words_say(char *to, size_t size, const struct canary *canary, int64_t now_ms);

/* Where its time went, in order; an unknown part has NAN. The last one is after the first token, the others
 * together are the time to it. */
struct canary_part {
	const char *name; /* "prefill" */
	double ms;
	const char *source; /* who says so */
};
#define CANARY_PARTS 8
size_t canary_words_parts(const struct canary *canary, struct canary_part parts[CANARY_PARTS]);

struct canary_range {
	size_t count;
	double least, median, most; /* NAN: none is known */
};

/* Of a series. The first request, which may wait for a load, is in no range. */
struct canary_sum {
	size_t done, failed, cancelled;
	struct canary_range ttft_ms, tokens_per_s;
};
void canary_words_sum(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct canary_sum *sum);
/* DOWN: none gave a whole answer. DEGRADED: some did not. UNKNOWN: none was sent, or ended by itself. */
enum status canary_words_status(const struct snapshot *snapshot, const char *url);
/* The endpoint with that URL; NULL: it is gone. */
const struct endpoint *canary_words_endpoint(const struct snapshot *snapshot, const char *url);

#endif
