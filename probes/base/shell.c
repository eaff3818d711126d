/* Inside single quotes, a POSIX shell takes everything literally but the single quote itself. */
#include "probes/base/shell.h"

#include "probes/base/text.h"

#include <stdio.h>
#include <string.h>

const char *shell_quote(char *to, size_t size, const char *text)
{
	snprintf(to, size, "'");
	for (const char *at = text; *at; at++)
		text_add(to, size, "%.*s%s", 1, at, *at == '\'' ? "\\''" : "");
	text_add(to, size, "'");
	return to;
}

const char *shell_word(char *to, size_t size, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-:=@,";

	if (text[strspn(text, plain)])
		return shell_quote(to, size, text);
	snprintf(to, size, "%s", text);
	return to;
}
