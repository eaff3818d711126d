#include "probes/io/unpack.h"

#include "probes/base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#define PIECE 16384
#define GZIP_OR_ZLIB (32 + MAX_WBITS) /* zlib detects which */

static enum unpacked inflate_all(z_stream *stream, size_t most, struct bytes *out)
{
	char piece[PIECE];
	int result;

	do {
		stream->next_out = (Bytef *)piece;
		stream->avail_out = sizeof(piece);
		result = inflate(stream, Z_NO_FLUSH);
		if (result != Z_OK && result != Z_STREAM_END)
			return UNPACK_REFUSED;
		bytes_add(out, piece, sizeof(piece) - stream->avail_out);
		if (out->length > most)
			return UNPACK_TOO_BIG;
	} while (result != Z_STREAM_END);
	return UNPACK_DONE;
}

enum unpacked unpack(const char *bytes, size_t length, size_t most, char **text, size_t *text_length)
{
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length };
	struct bytes out = { NULL, 0, 0 };
	enum unpacked result;

	*text = NULL;
	if (inflateInit2(&stream, GZIP_OR_ZLIB) != Z_OK)
		return UNPACK_REFUSED;
	result = inflate_all(&stream, most, &out);
	inflateEnd(&stream);
	if (result != UNPACK_DONE) {
		free(out.text);
		return result;
	}
	bytes_add(&out, "", 0);
	*text = out.text;
	*text_length = out.length;
	return UNPACK_DONE;
}
