#include "probes/tailscaled/log_line.h"

#include <stdio.h>
#include <string.h>

static const char rejected[] = " rejected due to ";

/* The word after the last '>' before the end. In JSON, '>' may be written as an escape. */
static void read_destination(struct log_line *line, const char *text, const char *end)
{
	static const char *const arrows[] = { " > ", " \\u003e " };
	const char *to = NULL;

	for (int i = 0; i < 2 && !to; i++) {
		to = strstr(text, arrows[i]);
		to = to && to + strlen(arrows[i]) < end ? to + strlen(arrows[i]) : NULL;
	}
	if (to)
		snprintf(line->to, sizeof(line->to), "%.*s", (int)(end - to), to);
}

void log_line_read(struct log_line *line, const char *text)
{
	static const struct {
		const char *reason;
		enum log_line_kind kind;
	} reasons[] = { { "acl", LOG_LINE_ACL }, { "shields", LOG_LINE_SHIELDS } };
	const char *end = strstr(text, rejected);

	*line = (struct log_line){ .kind = LOG_LINE_OTHER };
	if (!end)
		return;
	if (strstr(text, "[RATELIMIT]")) {
		line->kind = LOG_LINE_LIMITED;
		return;
	}
	for (int i = 0; i < 2; i++)
		if (strncmp(end + strlen(rejected), reasons[i].reason, strlen(reasons[i].reason)) == 0)
			line->kind = reasons[i].kind;
	if (line->kind != LOG_LINE_OTHER)
		read_destination(line, text, end);
}

bool log_line_is_to(const struct log_line *line, const char *address, int port)
{
	char whole[sizeof(line->to)];
	int length = snprintf(whole, sizeof(whole), strchr(address, ':') ? "[%s]:" : "%s:", address);

	if (length < 0 || (size_t)length >= sizeof(whole) || strncmp(line->to, whole, (size_t)length) != 0)
		return false;
	snprintf(whole, sizeof(whole), "%d", port);
	return !port || strcmp(line->to + length, whole) == 0;
}
