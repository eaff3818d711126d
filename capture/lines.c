/* The buffer holds whole lines only. A line longer than WIRE_LINE_MAX is a bug and is never written. */
#include "capture/lines.h"

#include "capture/wire.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void lines_init(struct lines *lines, int fd, int64_t grain_us)
{
	lines->fd = fd;
	lines->is_closed = false;
	lines->error = 0;
	lines->grain_us = grain_us;
	lines->length = lines->begun = 0;
}

static void add(struct lines *lines, const char *text)
{
	size_t length = strlen(text);

	assert(lines->length + length - lines->begun < WIRE_LINE_MAX);
	memcpy(lines->text + lines->length, text, length);
	lines->length += length;
}

void lines_begin(struct lines *lines, const char *word)
{
	if (lines->length + WIRE_LINE_MAX > sizeof(lines->text))
		lines_flush(lines);
	lines->begun = lines->length;
	add(lines, word);
}

void lines_word(struct lines *lines, const char *key, const char *word)
{
	add(lines, " ");
	add(lines, key);
	add(lines, "=");
	add(lines, word);
}

void lines_number(struct lines *lines, const char *key, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	lines_word(lines, key, text);
}

void lines_time(struct lines *lines, const char *key, int64_t at_us)
{
	lines_number(lines, key, at_us - at_us % lines->grain_us);
}

void lines_tenths(struct lines *lines, const char *key, int64_t tenths)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64 ".%d", tenths / 10, (int)(tenths % 10));
	lines_word(lines, key, text);
}

void lines_place(struct lines *lines, const char *key, const struct place *place)
{
	char text[PLACE_TEXT_MAX];

	lines_word(lines, key, place_format(place, text));
}

void lines_hex(struct lines *lines, const char *key, const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * 32 + 1];

	assert(count <= 32);
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
	lines_word(lines, key, text);
}

void lines_end(struct lines *lines)
{
	add(lines, "\n");
	lines->begun = lines->length;
}

void lines_round_trip(struct lines *lines, const char *method, const struct place *local,
	const struct place *remote, uint32_t vni, int64_t at_us, int64_t us)
{
	lines_begin(lines, WIRE_RTT);
	lines_time(lines, "at", at_us);
	lines_word(lines, "method", method);
	lines_place(lines, "local", local);
	lines_place(lines, "remote", remote);
	lines_number(lines, "vni", vni);
	lines_number(lines, "us", us);
	lines_end(lines);
}

/* After a failed write: waits if the reader is slow, else gives up on the reader. */
static void handle_write_error(struct lines *lines, int error)
{
	struct pollfd reader = { .fd = lines->fd, .events = POLLOUT };

	if (error == EINTR)
		return;
	if (error == EAGAIN) {
		poll(&reader, 1, -1);
		return;
	}
	lines->is_closed = true;
	lines->error = error == EPIPE ? 0 : error;
}

void lines_flush(struct lines *lines)
{
	size_t written = 0;

	while (written < lines->length && !lines->is_closed) {
		ssize_t count = write(lines->fd, lines->text + written, lines->length - written);

		if (count > 0)
			written += (size_t)count;
		else
			handle_write_error(lines, count ? errno : EIO);
	}
	lines->length = lines->begun = 0;
}
