#include "probes/recording/frame_text.h"

#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define CHUNK (64 * 1024)

enum fed { FED_MORE, FED_ENOUGH, FED_DAMAGED };

/* wanted: how many bytes zstd takes next. */
static enum fed feed(ZSTD_DStream *stream, ZSTD_inBuffer *in, size_t most, bool only_first_line,
	struct bytes *text, size_t *wanted)
{
	char chunk[CHUNK];
	ZSTD_outBuffer out;

	do {
		out = (ZSTD_outBuffer){ chunk, sizeof(chunk), 0 };
		*wanted = ZSTD_decompressStream(stream, &out, in);
		bytes_add(text, chunk, out.pos);
		if (ZSTD_isError(*wanted) || text->length > most)
			return FED_DAMAGED;
		if (*wanted == 0 || (only_first_line && memchr(chunk, '\n', out.pos)))
			return FED_ENOUGH;
	} while (in->pos < in->size || out.pos == out.size);
	return FED_MORE;
}

/* A block at a time: what comes before a damaged one is kept. */
int frame_text_read(int fd, const struct frame *frame, size_t most, bool only_first_line, struct bytes *text)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	char chunk[CHUNK / 4];
	int64_t at = frame->offset, end = frame->offset + frame->length;
	enum fed fed = FED_MORE;
	size_t wanted;

	if (!stream)
		mem_die();
	wanted = ZSTD_initDStream(stream);
	while (fed == FED_MORE && at < end) {
		size_t size = wanted < sizeof(chunk) ? wanted : sizeof(chunk);
		ssize_t count =
			pread(fd, chunk, end - at < (int64_t)size ? (size_t)(end - at) : size, (off_t)at);
		ZSTD_inBuffer in = { chunk, count > 0 ? (size_t)count : 0, 0 };

		fed = count > 0 ? feed(stream, &in, most, only_first_line, text, &wanted) : FED_DAMAGED;
		at += count;
	}
	ZSTD_freeDStream(stream);
	if (!only_first_line && frame->is_whole && (fed == FED_MORE || at < end))
		fed = FED_DAMAGED; /* it ends elsewhere than it seemed to */
	return fed == FED_DAMAGED ? -1 : 0;
}
