/* The lines of a rung. Unknown is not zero: what is not known is no part of a line. */
#include "probes/report/diagnose_lines.h"

#include "probes/base/text.h"
#include "probes/base/url.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char *line_new(struct layer_report *layer_report)
{
	size_t last = DIAGNOSIS_LINES - 1;

	return layer_report
		->lines[layer_report->line_count < DIAGNOSIS_LINES ? layer_report->line_count++ : last];
}

void line_add(char *line, const char *format, ...)
{
	char part[2048]; /* the longest parts are a few texts of TEXT_CAP: nothing is cut within a letter */
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(part, sizeof(part), format, arguments);
	va_end(arguments);
	text_add(line, DIAGNOSIS_LINE_MAX, "%s%s", *line ? ", " : "", part);
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

enum mark line_say(struct layer_report *layer_report, enum mark mark, const char *text)
{
	line_add(line_new(layer_report), "%s", text);
	return mark;
}

bool endpoint_is_loopback(const struct endpoint *endpoint)
{
	struct url url;

	return endpoint->peer < 0 && url_split(&url, endpoint->url) == 0 && url_host_is_loopback(url.host);
}
