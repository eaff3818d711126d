/* Round scales, for plots and sparklines. */
#ifndef TSLLM_TABLE_SCALE_H
#define TSLLM_TABLE_SCALE_H

#include "probes/model/fields.h"

struct scale {
	double top;       /* a round number, not below the highest value, in the field's unit */
	double divisor;   /* shown numbers are values divided by it */
	const char *unit; /* of the shown numbers: "ms", "MB/s"; "": none */
};

struct scale scale_for(enum unit unit, double highest);
/* The number as shown, without the unit: "4.6". Unknown is "–". */
char *scale_number(const struct scale *scale, double value, char *to, size_t size);

#endif
