/* A streaming JSON writer. Numbers have a decimal point in any locale. Text should be clean already, but
 * is escaped anyway, so that no caller can break the document. */
#include "probes/base/json_out.h"

#include "probes/base/when.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_string(FILE *file, const char *text)
{
	putc('"', file);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20)
			fprintf(file, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else
			putc(c, file);
	}
	putc('"', file);
}

static void new_line(const struct json_out *out)
{
	if (!out->is_pretty)
		return;
	putc('\n', out->file);
	for (int i = 0; i < out->depth; i++)
		putc('\t', out->file);
}

static void begin_member(struct json_out *out, const char *key)
{
	if (out->has_member)
		putc(',', out->file);
	if (out->depth)
		new_line(out);
	out->has_member = true;
	if (!key)
		return;
	put_string(out->file, key);
	fputs(out->is_pretty ? ": " : ":", out->file);
}

void json_out_begin(struct json_out *out, const char *key, char bracket)
{
	begin_member(out, key);
	putc(bracket, out->file);
	out->depth++;
	out->has_member = false;
}

void json_out_end(struct json_out *out, char bracket)
{
	out->depth--;
	if (out->has_member)
		new_line(out);
	putc(bracket, out->file);
	out->has_member = true;
}

void json_out_string(struct json_out *out, const char *key, const char *text)
{
	begin_member(out, key);
	put_string(out->file, text);
}

void json_out_text(struct json_out *out, const char *key, const char *text)
{
	if (*text)
		json_out_string(out, key, text);
}

/* Integers below 9e15 (all counters) are exact and read back as they were. Measured values get six digits;
 * they are no more precise than that. */
static void format_number(char *digits, size_t size, double number)
{
	bool is_whole = fabs(number) < 9e15 && number == floor(number);

	snprintf(digits, size, is_whole ? "%.0f" : "%.6g", number);
	if (strchr(digits, ','))
		*strchr(digits, ',') = '.';
}

void json_out_number(struct json_out *out, const char *key, double number)
{
	char digits[40];

	if (!isfinite(number))
		return;
	begin_member(out, key);
	format_number(digits, sizeof(digits), number);
	fputs(digits, out->file);
}

void json_out_exact(struct json_out *out, const char *key, double number)
{
	char digits[40];

	if (!isfinite(number)) {
		json_out_string(out, key, isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
		return;
	}
	begin_member(out, key);
	format_number(digits, sizeof(digits), number);
	for (int count = 15; strtod(digits, NULL) != number && count <= 17; count++)
		snprintf(digits, sizeof(digits), "%.*g", count, number);
	fputs(digits, out->file);
}

void json_out_bool(struct json_out *out, const char *key, bool value)
{
	begin_member(out, key);
	fputs(value ? "true" : "false", out->file);
}

void json_out_time(struct json_out *out, const char *key, int64_t wall_ms)
{
	char stamp[32];

	json_out_text(out, key, when_format(wall_ms, stamp, sizeof(stamp)));
}

static void write_null(struct json_out *out, const char *key)
{
	begin_member(out, key);
	fputs("null", out->file);
}

void json_out_text_or_null(struct json_out *out, const char *key, const char *text)
{
	if (*text)
		json_out_text(out, key, text);
	else
		write_null(out, key);
}

void json_out_time_or_null(struct json_out *out, const char *key, int64_t wall_ms)
{
	if (wall_ms)
		json_out_time(out, key, wall_ms);
	else
		write_null(out, key);
}

void json_out_true(struct json_out *out, const char *key, bool value)
{
	if (value)
		json_out_bool(out, key, true);
}

void json_out_texts(struct json_out *out, const char *key, const char *const *texts)
{
	json_out_begin(out, key, '[');
	for (; texts && *texts; texts++)
		json_out_text(out, NULL, *texts);
	json_out_end(out, ']');
}
