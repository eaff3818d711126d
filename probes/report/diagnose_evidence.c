/* The lines of a rung, and who writes which. Unknown is not zero: what is not known is no part of a line. */
#include "probes/report/diagnose_evidence.h"

#include "probes/base/text.h"
#include "probes/base/url.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char *rung_line(struct rung *rung)
{
	size_t last = LADDER_LINES - 1;

	return rung->lines[rung->line_count < LADDER_LINES ? rung->line_count++ : last];
}

void line_add(char *line, const char *format, ...)
{
	char part[2048]; /* the longest parts are a few texts of TEXT_CAP: nothing is cut within a character
			  */
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(part, sizeof(part), format, arguments);
	va_end(arguments);
	text_add(line, LADDER_LINE_MAX, "%s%s", *line ? ", " : "", part);
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

enum mark rung_say(struct rung *rung, enum mark mark, const char *text)
{
	line_add(rung_line(rung), "%s", text);
	return mark;
}

bool endpoint_is_loopback(const struct endpoint *endpoint)
{
	struct url url;

	return endpoint->peer < 0 && url_split(&url, endpoint->url) == 0 && url_host_is_loopback(url.host);
}

void climb_begin(struct climb *climb, const struct snapshot *snapshot, struct ladder_target target)
{
	*climb = (struct climb){
		.snapshot = snapshot,
		.peer = target.peer < 0 ? NULL : &snapshot->peers[target.peer],
		.endpoint = target.endpoint < 0 ? NULL : &snapshot->endpoints[target.endpoint],
	};
	climb->is_own =
		climb->peer ? climb->peer->is_self : climb->endpoint && endpoint_is_loopback(climb->endpoint);
	climb->is_outside = climb->endpoint && !climb->peer && !climb->endpoint->is_of_tailnet;
}

enum mark climb_see(const struct climb *climb, struct rung *rung)
{
	static enum mark (*const see[LAYER_COUNT])(const struct climb *climb, struct rung *rung) = {
		[LAYER_DAEMON] = see_daemon,
		[LAYER_HOST] = see_host,
		[LAYER_PATH] = see_path,
		[LAYER_PORT] = see_port,
		[LAYER_TLS] = see_tls,
		[LAYER_HTTP] = see_http,
		[LAYER_ENGINE] = see_engine,
		[LAYER_EXPOSURE] = see_exposure,
	};

	if (rung->layer > LAYER_PATH && !climb->endpoint && climb->snapshot->is_passive)
		return rung_say(rung, MARK_UNKNOWN, "no server of it is known: not asked (--passive)");
	if (rung->layer > LAYER_PATH && !climb->endpoint)
		return rung_say(rung, MARK_SKIPPED, "no server of it is known");
	return see[rung->layer](climb, rung);
}

enum mark climb_skip(struct rung *rung, enum layer block)
{
	line_add(rung_line(rung), "not checked: see %s", layer_name(block));
	return MARK_SKIPPED;
}
