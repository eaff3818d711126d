/* Writes a period: one line for each kind that was seen in it, with a column for each member that changed, and
 * a last line with the time. README.md has the format. */
#ifndef TSLLM_RECORDING_PERIOD_OUT_H
#define TSLLM_RECORDING_PERIOD_OUT_H

#include "probes/base/mem.h"
#include "probes/recording/latest.h"

struct period_out;

struct period_out *period_out_new(void);
void period_out_free(struct period_out *period);
/* Times are written as distances from this. */
void period_out_begin(struct period_out *period, struct when begun);
/* The value of a row, seen at that turn of the period and at that time; the row becomes it. */
void period_out_add(struct period_out *period, struct latest *rows, size_t row, const void *value, size_t turn,
	struct when when);
/* The row is gone: a peer that the status no longer has. */
void period_out_remove(struct period_out *period, struct latest *rows, size_t row, size_t turn, struct when when);
/* Adds all lines to text, and is empty again. now: when the period ended, and the next one begins. */
void period_out_end(struct period_out *period, struct when now, struct bytes *text);

#endif
