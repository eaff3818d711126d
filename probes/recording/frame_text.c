#include "probes/recording/frame_text.h"

#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define CHUNK (64 * 1024)

/* True: go on. */
static bool feed(ZSTD_DStream *stream, ZSTD_inBuffer *in, size_t most, bool only_first_line, struct bytes *text)
{
	char chunk[CHUNK];
	ZSTD_outBuffer out;

	do {
		size_t left;

		out = (ZSTD_outBuffer){ chunk, sizeof(chunk), 0 };
		left = ZSTD_decompressStream(stream, &out, in);
		bytes_add(text, chunk, out.pos);
		if (ZSTD_isError(left) || left == 0 || text->length > most)
			return false;
		if (only_first_line && memchr(chunk, '\n', out.pos))
			return false;
	} while (in->pos < in->size || out.pos == out.size);
	return true;
}

void frame_text_read(int fd, const struct frame *frame, size_t most, bool only_first_line, struct bytes *text)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	char chunk[CHUNK / 4];
	int64_t at = frame->offset, end = frame->offset + frame->length;
	bool goes_on = stream != NULL;

	if (!stream)
		mem_die();
	while (goes_on && at < end) {
		size_t wanted = end - at < (int64_t)sizeof(chunk) ? (size_t)(end - at) : sizeof(chunk);
		ssize_t count = pread(fd, chunk, wanted, (off_t)at);
		ZSTD_inBuffer in = { chunk, count > 0 ? (size_t)count : 0, 0 };

		goes_on = count > 0 && feed(stream, &in, most, only_first_line, text);
		at += count;
	}
	ZSTD_freeDStream(stream);
}
