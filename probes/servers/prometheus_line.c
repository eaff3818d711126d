/* Scans one line of an exposition. Most lines are of no interest, so prometheus_line_name() looks no further
 * than the name. */
#include "probes/servers/prometheus_line.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXACT_DIGITS 15 /* whole numbers that a double holds exactly */

/* ---- numbers ---- */

/* "1520", "0.013953": exact if neither the digits nor the power of ten lose anything. NAN: not that plain. */
static double plain_number(const char *at, size_t length)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15 };
	uint64_t digits = 0;
	size_t after = 0;
	bool has_point = false;

	if (length > EXACT_DIGITS)
		return NAN;
	for (size_t i = 0; i < length; i++) {
		if (at[i] == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (at[i] < '0' || at[i] > '9')
			return NAN;
		digits = digits * 10 + (uint64_t)(at[i] - '0');
		after += has_point;
	}
	return (double)digits / powers[after];
}

/* A plain decimal number of zero or more that fills all of at; NAN for anything else. */
static double number(const char *at, size_t length)
{
	char digits[40];
	char *stopped;
	double value;

	if (!length || length >= sizeof(digits) || !isdigit((unsigned char)at[0]))
		return NAN;
	value = plain_number(at, length);
	if (!isnan(value))
		return value;
	memcpy(digits, at, length);
	digits[length] = '\0';
	if (digits[strspn(digits, "0123456789.eE+-")])
		return NAN;
	value = strtod(digits, &stopped);
	return *stopped || !isfinite(value) ? NAN : value;
}

/* ---- a line ---- */

/* Past the closing brace of the labels, whose quoted values may hold braces and escaped quotes; NULL if they
 * do not end. */
static const char *after_labels(const char *at, const char *end)
{
	bool is_quoted = false;

	for (; at < end; at++) {
		if (is_quoted && *at == '\\')
			at++;
		else if (*at == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && *at == '}')
			return at + 1;
	}
	return NULL;
}

/* Past the value of a label that begins at its quote; NULL if it does not end. */
static const char *after_value(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '\\')
			at++;
		else if (*at == '"')
			return at + 1;
	}
	return NULL;
}

bool prometheus_line_label(const struct prometheus_line *line, struct prometheus_label *label)
{
	const char *end, *at = label->past, *equals, *quote, *past;

	if (!line->labels)
		return false;
	end = line->labels + line->labels_length;
	for (at = at ? at : line->labels; at < end && (*at == ' ' || *at == ',');)
		at++;
	quote = memchr(at, '"', (size_t)(end - at));
	past = quote ? after_value(quote, end) : NULL;
	equals = past ? memchr(at, '=', (size_t)(quote - at)) : NULL;
	if (!equals)
		return false;
	*label = (struct prometheus_label){ .name = at,
		.name_length = (size_t)(equals - at),
		.value = quote + 1,
		.value_length = (size_t)(past - quote - 2),
		.past = past };
	return true;
}

bool prometheus_line_has(const struct prometheus_line *line, const char *wanted)
{
	struct prometheus_label label = { 0 };

	while (prometheus_line_label(line, &label)) {
		size_t length = (size_t)(label.past - label.name);

		if (length == strlen(wanted) && strncasecmp(label.name, wanted, length) == 0)
			return true;
	}
	return false;
}

double prometheus_line_bound(const struct prometheus_line *line)
{
	struct prometheus_label label = { 0 };

	while (prometheus_line_label(line, &label)) {
		if (label.name_length != 2 || memcmp(label.name, "le", 2) != 0)
			continue;
		if (label.value_length == 4 && memcmp(label.value, "+Inf", 4) == 0)
			return INFINITY;
		return number(label.value, label.value_length);
	}
	return NAN;
}

/* A name ends at a brace or at white space; a comment has no name. */
void prometheus_line_name(struct prometheus_line *line)
{
	const char *at = line->name;

	if (at < line->end && *at == '#')
		at = line->end;
	else
		while (at < line->end && (unsigned char)*at > ' ' && *at != '{')
			at++;
	line->name_length = (size_t)(at - line->name);
}

bool prometheus_line_rest(struct prometheus_line *line)
{
	const char *at = line->name + line->name_length;
	size_t length = 0;

	if (at < line->end && *at == '{') {
		line->labels = at + 1;
		at = after_labels(at, line->end);
		if (!at)
			return false;
		line->labels_length = (size_t)(at - 1 - line->labels);
	}
	while (at < line->end && (*at == ' ' || *at == '\t'))
		at++;
	while (at + length < line->end && !isspace((unsigned char)at[length]))
		length++;
	line->value = number(at, length);
	return !isnan(line->value);
}
