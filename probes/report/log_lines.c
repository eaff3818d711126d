/* A line is what stands before a newline. Of a line that was printed over itself with carriage returns, as progress
 * bars are, only the last text is kept. Colours of terminals are taken out. */
#include "probes/report/log_lines.h"

#include "probes/base/text.h"
#include "probes/report/log_secrets.h"

#include <stdlib.h>
#include <string.h>

#define PART_MAX 8192
#define DROPPED_AT_ONCE 200
#define SAID_AGAIN 20 /* lines without an error, after which the same one is said again */
#define ESCAPE '\x1b'

/* In place, as a string: without "ESC [ … LETTER", and from the last carriage return that has text after it on. */
static size_t plain(char *text, size_t length)
{
	size_t to = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == ESCAPE && i + 1 < length && text[i + 1] == '[') {
			for (i += 2; i < length && (text[i] < '@' || text[i] > '~'); i++)
				;
			continue;
		}
		if (text[i] == '\r') {
			if (i + 1 < length)
				to = 0;
			continue;
		}
		text[to++] = text[i] ? text[i] : ' ';
	}
	text[to] = '\0';
	return to;
}

static void drop_oldest(struct log_lines *log_lines)
{
	if (log_lines->lines.count < LOG_LINES_KEPT + DROPPED_AT_ONCE)
		return;
	for (size_t i = 0; i < DROPPED_AT_ONCE; i++)
		free(log_lines->lines.items[i].text);
	log_lines->lines.count -= DROPPED_AT_ONCE;
	log_lines->dropped += DROPPED_AT_ONCE;
	memmove(log_lines->lines.items, log_lines->lines.items + DROPPED_AT_ONCE,
		log_lines->lines.count * sizeof(*log_lines->lines.items));
}

/* Ends the line that part holds. */
static void keep_line(struct log_lines *log_lines)
{
	size_t length;
	char text[LOG_LINE_BYTES];
	struct log_line *line;

	bytes_add(&log_lines->part, "", 0);
	length = plain(log_lines->part.text, log_lines->part.length);
	if (log_lines->hide)
		log_lines->hide(log_lines->data, log_lines->part.text, length);
	log_lines->part.length = 0;
	log_lines->is_cut = false;
	log_secrets_hide(log_lines->part.text);
	text_clean(text, sizeof(text), log_lines->part.text, length);
	drop_oldest(log_lines);
	line = VEC_PUSH(&log_lines->lines);
	line->text = mem_copy(text);
	line->sign = log_signs_find(text);
	line->is_said = line->sign && (line->sign != log_lines->last || log_lines->since > SAID_AGAIN);
	log_lines->since = line->sign ? 0 : log_lines->since + 1;
	log_lines->last = line->sign ? line->sign : log_lines->last;
}

/* Adds what there is room for; the rest of a line that is too long is left out. */
static void add_part(struct log_lines *log_lines, const char *bytes, size_t length)
{
	size_t room = PART_MAX - log_lines->part.length;

	if (log_lines->is_cut)
		return;
	bytes_add(&log_lines->part, bytes, length < room ? length : room);
	log_lines->is_cut = length > room;
}

void log_lines_add(struct log_lines *log_lines, const char *bytes, size_t length)
{
	while (length) {
		const char *end = memchr(bytes, '\n', length);
		size_t taken = end ? (size_t)(end - bytes) : length;

		add_part(log_lines, bytes, taken);
		if (end)
			keep_line(log_lines);
		taken += end != NULL;
		bytes += taken;
		length -= taken;
	}
}

void log_lines_end(struct log_lines *log_lines)
{
	if (log_lines->part.length)
		keep_line(log_lines);
}

void log_lines_fini(struct log_lines *log_lines)
{
	for (size_t i = 0; i < log_lines->lines.count; i++)
		free(log_lines->lines.items[i].text);
	free(log_lines->lines.items);
	free(log_lines->part.text);
}
