/* Sparklines of the rows of a snapshot, over any span. */
#ifndef TSLLM_MODEL_HISTORY_SPARKS_H
#define TSLLM_MODEL_HISTORY_SPARKS_H

#include "probes/model/history_columns.h"

/* Replaces the sparklines that the snapshot was taken with. A row without a history keeps what is known of its
 * last two minutes. */
void history_sparks_fill(const struct history *history, struct snapshot *snapshot, int64_t span_ms);

#endif
