#include "probes/base/json_skim.h"

#include <string.h>

/* Whether the quote at text[end] is part of the string: an odd number of backslashes is before it. */
static bool is_escaped(const char *text, size_t end)
{
	size_t first = end;

	while (first && text[first - 1] == '\\')
		first--;
	return (end - first) % 2 == 1;
}

/* The number of bytes up to and including the closing quote, or length if the string goes on. */
static size_t skim_string(struct json_skim *skim, const char *bytes, size_t length)
{
	size_t begin = skim->escaped && length ? 1 : 0;
	const char *quote = bytes + begin;

	while (begin < length && (quote = memchr(quote, '"', length - (size_t)(quote - bytes)))) {
		size_t at = (size_t)(quote++ - bytes);

		if (is_escaped(bytes + begin, at - begin))
			continue;
		skim->in_string = skim->escaped = false;
		return at + 1;
	}
	if (length)
		skim->escaped = is_escaped(bytes + begin, length - begin);
	return length;
}

/* The number of bytes before the next quote, comma or bracket, or length. */
static size_t skim_plain(const char *bytes, size_t length)
{
	static const bool stops[256] = { ['"'] = 1, [','] = 1, ['{'] = 1, ['}'] = 1, ['['] = 1, [']'] = 1 };
	size_t i = 0;

	while (i < length && !stops[(unsigned char)bytes[i]])
		i++;
	return i;
}

size_t json_skim(struct json_skim *skim, const char *bytes, size_t length)
{
	size_t i = 0;

	for (;;) {
		char c;

		if (skim->in_string)
			i += skim_string(skim, bytes + i, length - i);
		i += skim_plain(bytes + i, length - i);
		if (i == length)
			return i;
		c = bytes[i];
		if (skim->depth == 0 && (c == ',' || c == '}' || c == ']'))
			return i;
		skim->in_string = c == '"';
		skim->depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		i++;
	}
}

static size_t skip_space(const char *text, size_t at, size_t length)
{
	while (at < length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t'))
		at++;
	return at;
}

/* Where the value of the member at text[at] ends, and how long its name is; 0: it is none. */
static size_t skim_member(const char *text, size_t at, size_t length, size_t *name)
{
	struct json_skim skim = { .in_string = true };
	size_t end;

	if (at == length || text[at] != '"')
		return 0;
	end = at + 1 + skim_string(&skim, text + at + 1, length - at - 1);
	*name = end - at - 2;
	end = skip_space(text, end, length);
	if (skim.in_string || end == length || text[end] != ':')
		return 0;
	skim = (struct json_skim){ 0 };
	end++;
	return end + json_skim(&skim, text + end, length - end);
}

size_t json_skim_members(char *text, size_t length, bool (*is_wanted)(const char *name, size_t length))
{
	size_t in = 1, out = 1;

	if (!length || text[0] != '{')
		return length;
	for (;;) {
		size_t begin = skip_space(text, in, length), name;
		size_t end = skim_member(text, begin, length, &name);

		if (!end)
			break;
		in = end;
		if (is_wanted(text + begin + 1, name)) {
			if (out > 1)
				text[out++] = ',';
			memmove(text + out, text + begin, end - begin);
			out += end - begin;
		}
		if (in == length || text[in] != ',')
			break;
		in++;
	}
	memmove(text + out, text + in, length - in);
	return out + length - in;
}
