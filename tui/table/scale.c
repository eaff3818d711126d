#include "tui/table/scale.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/glyphs.h"

#include <math.h>
#include <stdio.h>

/* Their halves are round too. */
static const double rounds[] = { 1, 1.2, 1.6, 2, 3, 4, 6, 8, 10 };

/* The next round number from value on. */
static double round_up(double value)
{
	double power = pow(10, floor(log10(value)));
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(rounds) && rounds[i] * power < value * (1 - 1e-9))
		i++;
	return rounds[i] * power;
}

struct scale scale_for(enum unit unit, double highest)
{
	static const struct {
		enum unit unit;
		double from; /* highest value from which on it is used */
		double divisor;
		const char *name;
	} units[] = {
		{ UNIT_MS, 1001, 1000, "s" },
		{ UNIT_MS, 0, 1, "ms" },
		{ UNIT_BYTES, 1e9, 1e9, "GB" },
		{ UNIT_BYTES, 0, 1e6, "MB" },
		{ UNIT_BYTES_PER_S, 1e9, 1e9, "GB/s" },
		{ UNIT_BYTES_PER_S, 1e6, 1e6, "MB/s" },
		{ UNIT_BYTES_PER_S, 1e3, 1e3, "kB/s" },
		{ UNIT_BYTES_PER_S, 0, 1, "B/s" },
		{ UNIT_TOKENS, 0, 1, "tokens" },
		{ UNIT_TOKENS_PER_S, 0, 1, "tokens/s" },
		{ UNIT_SHARE, 0, 0.01, "%" },
		{ UNIT_COUNT, 0, 1, "" },
	};
	double least = unit == UNIT_COUNT ? 2 : unit == UNIT_SHARE ? 0.01 : unit == UNIT_MS ? 0.1 : 1;
	struct scale scale;
	size_t i = 0;

	if (isnan(highest) || highest < least)
		highest = least;
	scale.top = round_up(highest);
	while (i + 1 < ARRAY_LEN(units) && (units[i].unit != unit || scale.top < units[i].from))
		i++;
	scale.divisor = units[i].divisor;
	scale.unit = units[i].name;
	return scale;
}

char *scale_label(const struct scale *scale, double value, char *to, size_t size)
{
	snprintf(to, size, "%.4g", value / scale->divisor);
	return to;
}

char *scale_number(const struct scale *scale, double value, char *to, size_t size)
{
	bool is_zero = !(value < 0) && !(value > 0);

	return is_zero && !isnan(value) ? scale_label(scale, 0, to, size)
					: text_ms(to, size, value / scale->divisor);
}

char *scale_span(int64_t span_ms, char *to, size_t size)
{
	int64_t minutes = span_ms / 60000;
	bool has_hours = minutes && minutes % 60 == 0;

	text_set(to, size, "%d %s", (int)(has_hours ? minutes / 60 : minutes), has_hours ? "h" : "min");
	return to;
}

char *scale_spark(enum unit unit, const float *values, size_t count, int cells, char *to, size_t size)
{
	struct scale scale;
	double highest = NAN;
	char number[32];

	*to = '\0';
	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]) && !((double)values[i] <= highest))
			highest = (double)values[i];
	if (isnan(highest))
		return to;
	scale = scale_for(unit, highest);
	glyph_spark(to, size, values, count, cells, scale.top);
	text_add(to, size, " %s%s%s", scale_label(&scale, scale.top, number, sizeof(number)),
		*scale.unit ? " " : "", scale.unit);
	return to;
}
