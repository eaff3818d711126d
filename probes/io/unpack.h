/* Unpacks a body that a server has compressed although no request of ours allows it. No other file uses
 * zlib. */
#ifndef TSLLM_IO_UNPACK_H
#define TSLLM_IO_UNPACK_H

#include <stddef.h>

enum unpacked {
	UNPACK_DONE,
	UNPACK_REFUSED, /* neither gzip nor zlib, or cut off */
	UNPACK_TOO_BIG  /* more than most bytes */
};

/* text is NUL-terminated and the caller's to free; NULL unless UNPACK_DONE. */
enum unpacked unpack(const char *bytes, size_t length, size_t most, char **text, size_t *text_length);

#endif
