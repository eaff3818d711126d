/* The door for outside text, cell widths, and figures as people read them.
 *
 * UTF-8 is decoded here and not by libc, because the locale may be C while the bytes are UTF-8. Widths
 * follow East Asian Width: the wide ranges are listed, combining marks take no cell, the rest take one. */
#include "probes/base/text.h"

#include "probes/base/mem.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct range {
	uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* Decodes one character from length bytes; returns its bytes, 0 where they are no shortest-form UTF-8. */
static size_t decode(const unsigned char *at, size_t length, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t bytes = at[0] < 0x80             ? 1
		       : (at[0] & 0xe0) == 0xc0 ? 2
		       : (at[0] & 0xf0) == 0xe0 ? 3
		       : (at[0] & 0xf8) == 0xf0 ? 4
						: 0;

	if (!bytes || bytes > length)
		return 0;
	*c = bytes == 1 ? at[0] : at[0] & (0xffu >> (bytes + 1));
	for (size_t i = 1; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (at[i] & 0x3f);
	}
	if (*c < least[bytes] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return bytes;
}

/* Characters that change how others are shown, or cannot be seen at all. */
static bool is_invisible(uint32_t c)
{
	static const struct range ranges[] = {
		{ 0x0000, 0x001f },
		{ 0x007f, 0x009f },
		{ 0x00ad, 0x00ad },
		{ 0x034f, 0x034f },
		{ 0x061c, 0x061c },
		{ 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
		{ 0xf0000, 0x10ffff },
	};

	return in_ranges(ranges, ARRAY_LEN(ranges), c);
}

bool text_is_shown(uint32_t c)
{
	return !is_invisible(c) && (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
}

/* One outside character as it may be shown; returns the bytes it took from the source. */
static size_t clean_one(const unsigned char *at, size_t length, char *shown, size_t size)
{
	uint32_t c = 0;
	size_t bytes = decode(at, length, &c);

	if (!bytes) {
		snprintf(shown, size, "\\x%02x", at[0]);
		return 1;
	}
	if (c == '\n' || c == '\t' || c == '\r') {
		snprintf(shown, size, "%s", c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
	} else if (is_invisible(c)) {
		snprintf(shown, size, c < 0x100 ? "\\x%02x" : "\\u{%x}", (unsigned)c);
	} else {
		memcpy(shown, at, bytes);
		shown[bytes] = '\0';
	}
	return bytes;
}

char *text_clean(char *to, size_t size, const char *from, size_t length)
{
	static const char more[] = "…";
	const unsigned char *at = (const unsigned char *)from, *end = at + length;
	size_t used = 0, fits = 0;

	assert(size >= sizeof(more));

	while (at < end) {
		char shown[16];
		size_t wide;

		at += clean_one(at, (size_t)(end - at), shown, sizeof(shown));
		wide = strlen(shown);
		if (used + wide + 1 > size) {
			used = fits;
			memcpy(to + used, more, sizeof(more) - 1);
			used += sizeof(more) - 1;
			break;
		}
		memcpy(to + used, shown, wide);
		used += wide;
		if (used + sizeof(more) <= size)
			fits = used;
	}
	to[used] = '\0';
	return to;
}

/* Most of what comes is plain and short: names, addresses, dates. */
static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return length < TEXT_CAP;
}

const char *text_keep_n(struct arena *arena, const char *from, size_t length)
{
	char shown[TEXT_CAP], *kept;

	if (!from || !length)
		return "";
	if (is_plain(from, length)) {
		kept = arena_alloc(arena, length + 1);
		return memcpy(kept, from, length);
	}
	return arena_copy(arena, text_clean(shown, sizeof(shown), from, length));
}

const char *text_keep(struct arena *arena, const char *from)
{
	return text_keep_n(arena, from, from ? strlen(from) : 0);
}

uint32_t text_next(const char **at)
{
	uint32_t c = 0;
	size_t bytes;

	if (!**at)
		return 0;
	bytes = decode((const unsigned char *)*at, strnlen(*at, 4), &c);
	*at += bytes ? bytes : 1;
	return bytes ? c : 0xfffd;
}

int text_cells_of(uint32_t c)
{
	static const struct range wide[] = {
		{ 0x1100, 0x115f },
		{ 0x231a, 0x231b },
		{ 0x23e9, 0x23ec },
		{ 0x25fd, 0x25fe },
		{ 0x2614, 0x2615 },
		{ 0x26a1, 0x26a1 },
		{ 0x2705, 0x2705 },
		{ 0x274c, 0x274c },
		{ 0x2753, 0x2755 },
		{ 0x2795, 0x2797 },
		{ 0x2b50, 0x2b50 },
		{ 0x2e80, 0x303e },
		{ 0x3041, 0xa4cf },
		{ 0xa960, 0xa97c },
		{ 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1f64f },
		{ 0x1f680, 0x1f6ff },
		{ 0x1f900, 0x1f9ff },
		{ 0x20000, 0x3fffd },
	};
	static const struct range none[] = {
		{ 0x0300, 0x036f },
		{ 0x0483, 0x0489 },
		{ 0x0591, 0x05bd },
		{ 0x0610, 0x061a },
		{ 0x064b, 0x065f },
		{ 0x06d6, 0x06dc },
		{ 0x0900, 0x0902 },
		{ 0x093c, 0x093c },
		{ 0x0941, 0x0948 },
		{ 0x094d, 0x094d },
		{ 0x0e31, 0x0e31 },
		{ 0x0e34, 0x0e3a },
		{ 0x0e47, 0x0e4e },
		{ 0x1ab0, 0x1aff },
		{ 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20ff },
		{ 0xfe20, 0xfe2f },
	};

	if (c < 0x300)
		return 1;
	if (in_ranges(none, ARRAY_LEN(none), c))
		return 0;
	return in_ranges(wide, ARRAY_LEN(wide), c) ? 2 : 1;
}

int text_cells(const char *text)
{
	int cells = 0;

	for (uint32_t c; (c = text_next(&text));)
		cells += text_cells_of(c);
	return cells;
}

bool text_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_has_suffix(const char *text, const char *suffix)
{
	size_t whole = strlen(text), part = strlen(suffix);

	return whole >= part && strcmp(text + whole - part, suffix) == 0;
}

static bool starts_fold(const char *text, const char *part)
{
	for (; *part; text++, part++)
		if (tolower((unsigned char)*text) != tolower((unsigned char)*part))
			return false;
	return true;
}

bool text_contains_fold(const char *text, const char *part)
{
	for (;; text++) {
		if (starts_fold(text, part))
			return true;
		if (!*text)
			return false;
	}
}

bool text_equal_fold(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && starts_fold(a, b);
}

int64_t text_number(const char *text, int64_t most)
{
	int64_t value = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		int digit = *text - '0';

		if (digit < 0 || digit > 9 || digit > most || value > (most - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	return value;
}

static bool unknown(char *to, size_t size, double value)
{
	if (!isnan(value))
		return false;
	snprintf(to, size, "–");
	return true;
}

char *text_ms(char *to, size_t size, double ms)
{
	if (!unknown(to, size, ms))
		snprintf(to, size, "%.*f", ms < 0.995 ? 2 : ms < 9.95 ? 1 : 0, ms);
	return to;
}

static void scaled(char *to, size_t size, double value, const char *after)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < ARRAY_LEN(units)) {
		value /= 1000;
		unit++;
	}
	snprintf(to, size, "%.*f %s%s", unit && value < 9.95 ? 1 : 0, value, units[unit], after);
}

char *text_bytes(char *to, size_t size, double bytes)
{
	if (!unknown(to, size, bytes))
		scaled(to, size, bytes, "");
	return to;
}

char *text_rate(char *to, size_t size, double bytes_per_s)
{
	if (!unknown(to, size, bytes_per_s))
		scaled(to, size, bytes_per_s, "/s");
	return to;
}

char *text_count(char *to, size_t size, double count)
{
	if (!unknown(to, size, count))
		snprintf(to, size, "%.0f", count);
	return to;
}

char *text_speed(char *to, size_t size, double per_s)
{
	bool is_slow = per_s > 0 && per_s < 9.95;

	if (!unknown(to, size, per_s))
		snprintf(to, size, "%.*f", is_slow, per_s);
	return to;
}

char *text_span(char *to, size_t size, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" } };
	size_t i = 0;

	if (ms < 0)
		ms = 0;
	while (i + 1 < ARRAY_LEN(units) && ms < units[i].ms * 2)
		i++;
	snprintf(to, size, "%lld %s", (long long)(ms / units[i].ms), units[i].unit);
	return to;
}

/* Takes away a last character whose end is missing. */
static void trim_torn(char *text, size_t length)
{
	size_t lead = length;
	uint32_t c;

	while (lead && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead)
		lead--;
	if (lead < length && !decode((const unsigned char *)text + lead, length - lead, &c))
		text[lead] = '\0';
}

__attribute__((format(printf, 4, 0))) static void print(
	char *to, size_t size, size_t used, const char *format, va_list args)
{
	int wanted = vsnprintf(to + used, size - used, format, args);

	if (wanted >= 0 && (size_t)wanted >= size - used)
		trim_torn(to, size - 1);
}

void text_set(char *to, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(to, size, 0, format, args);
	va_end(args);
}

void text_add(char *to, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(to, size, strlen(to), format, args);
	va_end(args);
}
