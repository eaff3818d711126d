/* Cleans outside text, measures cell widths, and formats numbers for people.
 *
 * libunistring decodes, classifies and measures, not libc, because the bytes are UTF-8 even if the locale is
 * C. ncurses goes by wcwidth(); cell_text.c compares the two widths before anything is sent to a terminal.
 *
 * A terminal takes text one character at a time, and terminals disagree about sequences. Characters that
 * only choose the shape of an emoji or a letter, or join two (variation selectors 15 and 16, zero-width
 * joiner), are therefore dropped, and a sequence becomes its parts: a family is its members at two cells
 * each, a flag its two letters at one cell each, U+26A0 U+FE0F the one-cell warning sign. Combining marks,
 * and the vowels and finals of decomposed Hangul, take no cell; a Devanagari cluster takes the sum of its
 * letters. Ambiguous width is 1. */
#include "probes/base/text.h"

#include "probes/base/mem.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

#define JOINER 0x200d
#define TEXT_SHAPE 0xfe0e /* variation selectors 15 and 16 */
#define EMOJI_SHAPE 0xfe0f

/* Controls, bidi and other format characters, surrogates, private use, unassigned, line separators. */
#define UNSHOWN                                                                                              \
	(UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co |             \
		UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp)

bool text_is_shown(uint32_t c)
{
	if (c < 0x80)
		return c >= ' ' && c <= '~';
	/* libunistring has no category above the last character. */
	return c <= 0x10ffff && !uc_is_general_category_withtable(c, UNSHOWN) &&
	       !uc_is_property_default_ignorable_code_point(c);
}

/* Whether c only shapes or joins the character before it. After ASCII it is escaped like other invisible
 * characters: two different model ids or host names in plain letters must never look the same. */
static bool is_dropped(uint32_t c, uint32_t before)
{
	return before >= 0x80 && (c == JOINER || c == TEXT_SHAPE || c == EMOJI_SHAPE);
}

/* Decodes one character; 0: the bytes are not valid UTF-8. */
static size_t decode(const char *at, size_t length, uint32_t *c)
{
	int bytes = u8_mbtoucr(c, (const uint8_t *)at, length);

	return bytes > 0 ? (size_t)bytes : 0;
}

/* Writes one outside character in the form that may be shown; returns the number of bytes consumed.
 * before: the character shown last, 0 after an escape. */
static size_t clean_one(const char *at, size_t length, uint32_t *before, char *shown, size_t size)
{
	uint32_t c = 0;
	size_t bytes = decode(at, length, &c);

	if (bytes && text_is_shown(c)) {
		memcpy(shown, at, bytes);
		shown[bytes] = '\0';
		*before = c;
		return bytes;
	}
	if (bytes && is_dropped(c, *before)) {
		*shown = '\0';
		return bytes;
	}
	*before = 0;
	if (!bytes)
		snprintf(shown, size, "\\x%02x", (unsigned char)*at);
	else if (c == '\n' || c == '\t' || c == '\r')
		snprintf(shown, size, "%s", c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
	else
		snprintf(shown, size, c < 0x100 ? "\\x%02x" : "\\u{%x}", (unsigned)c);
	return bytes ? bytes : 1;
}

char *text_clean(char *to, size_t size, const char *from, size_t length)
{
	static const char more[] = "…";
	const char *end = from + length;
	size_t used = 0, fits = 0;
	uint32_t before = 0;

	assert(size >= sizeof(more));

	while (from < end) {
		char shown[16];
		size_t wide;

		from += clean_one(from, (size_t)(end - from), &before, shown, sizeof(shown));
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

/* The fast path: most outside text is short ASCII (names, addresses, dates). */
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
	int bytes = u8_strmbtouc(&c, (const uint8_t *)*at);

	*at += bytes < 0 ? 1 : bytes;
	return bytes < 0 ? 0xfffd : c;
}

/* Lines, blocks and braille, of which plots are made: looking each up would take most of their time. */
static bool is_of_plots(uint32_t c)
{
	return (c >= 0x2500 && c < 0x25a0) || (c >= 0x2800 && c < 0x2900);
}

int text_cells_of(uint32_t c)
{
	if (is_of_plots(c))
		return 1;
	/* A character that is not shown becomes U+FFFD on the terminal: one cell. */
	return c < 0x80 || !text_is_shown(c) ? 1 : uc_width(c, "UTF-8");
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

/* Removes a last character that is incomplete. */
static void trim_torn(char *text, size_t length)
{
	size_t lead = length;
	uint32_t c;

	while (lead && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead)
		lead--;
	if (lead < length && !decode(text + lead, length - lead, &c))
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
