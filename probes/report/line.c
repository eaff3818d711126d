/* Numbers are written by the functions of base/text.h, so that a figure looks the same everywhere. */
#include "probes/report/line.h"

#include "probes/base/text.h"
#include "probes/base/when.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void line_add(char *line, const char *format, ...)
{
	char part[2048]; /* the longest parts are a few texts of TEXT_CAP: no character is cut in half */
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(part, sizeof(part), format, arguments);
	va_end(arguments);
	text_add(line, LINE_BYTES, "%s%s", *line ? ", " : "", part);
}

void line_ms(char *line, const char *before, double ms)
{
	char number[32];

	if (!isnan(ms))
		line_add(line, "%s%s ms", before, text_ms(number, sizeof(number), ms));
}

void line_number(char *line, const char *before, double count, const char *after)
{
	char number[32];

	if (!isnan(count))
		line_add(line, "%s%s%s", before, text_count(number, sizeof(number), count), after);
}

void line_speed(char *line, const char *before, double tokens_per_s)
{
	char number[32];

	if (!isnan(tokens_per_s))
		line_add(line, "%s%s tok/s", before, text_speed(number, sizeof(number), tokens_per_s));
}

void line_ago(char *line, const char *before, int64_t now, int64_t at)
{
	char span[32];

	if (at)
		line_add(line, "%s%s ago", before, text_span(span, sizeof(span), now > at ? now - at : 0));
}

void line_until(char *line, const char *what, int64_t now, int64_t at)
{
	char date[32], span[32];

	if (!at)
		return;
	when_format(at, date, sizeof(date));
	text_span(span, sizeof(span), at > now ? at - now : now - at);
	if (at > now)
		line_add(line, "%s until %.10s, %s left", what, date, span);
	else
		line_add(line, "%s expired %.10s, %s ago", what, date, span);
}
