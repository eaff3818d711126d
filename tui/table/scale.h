/* Round scales, for plots and sparklines. */
#ifndef TSLLM_TABLE_SCALE_H
#define TSLLM_TABLE_SCALE_H

#include "probes/model/unit.h"

#include <stddef.h>
#include <stdint.h>

struct scale {
	double top;       /* a round number, not below the highest value, in the field's unit */
	double divisor;   /* shown numbers are values divided by it */
	const char *unit; /* of the shown numbers: "ms", "MB/s"; "": none */
};

struct scale scale_for(enum unit unit, double highest);
/* The number without the unit, as short as it can be: "12". */
char *scale_label(const struct scale *scale, double value, char *to, size_t size);
/* The same with two digits or more: "4.0". Unknown is "–". */
char *scale_number(const struct scale *scale, double value, char *to, size_t size);
/* A span of time as it is chosen: "10 min", "1 h". */
char *scale_span(int64_t span_ms, char *to, size_t size);
/* "▁▂▃█ 50 ms": the last values in that many characters, and the top of their scale; "" if none is known. */
char *scale_spark(enum unit unit, const float *values, size_t count, int cells, char *to, size_t size);

#endif
