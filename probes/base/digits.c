#include "probes/base/digits.h"

#include <math.h>
#include <stdlib.h>

#define DIGITS 3

double digits_round(double value)
{
	double step;
	int more;

	if (!isfinite(value) || fabs(value) <= 0)
		return value;
	more = (int)floor(log10(fabs(value))) + 1 - DIGITS;
	step = pow(10, abs(more));
	return more > 0 ? round(value / step) * step : round(value * step) / step;
}
