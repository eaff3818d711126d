/* Builds lines of the protocol, and writes them in batches.
 *
 * Security: a line contains only numbers, addresses and words of this program. No function here takes bytes
 * of a packet, except for a disco key, which is written in hexadecimal. */
#ifndef TSLLM_CAPTURE_LINES_H
#define TSLLM_CAPTURE_LINES_H

#include "capture/place.h"

struct lines {
	int fd;
	bool is_closed;       /* the reader has gone, or writing failed */
	int error;            /* errno of a failed write, unless the reader had gone; 0: none */
	int64_t grain_us;     /* times are rounded down to a multiple of this */
	size_t length, begun; /* of the text; where the current line begins */
	char text[16384];
};

void lines_init(struct lines *lines, int fd, int64_t grain_us);
void lines_begin(struct lines *lines, const char *word);
void lines_number(struct lines *lines, const char *key, int64_t number);
void lines_time(struct lines *lines, const char *key, int64_t at_us);    /* us since 1970 */
void lines_tenths(struct lines *lines, const char *key, int64_t tenths); /* 41 is 4.1 */
void lines_word(struct lines *lines, const char *key, const char *word);
void lines_place(struct lines *lines, const char *key, const struct place *place);
void lines_hex(struct lines *lines, const char *key, const uint8_t *bytes, size_t count);
void lines_end(struct lines *lines);
/* A whole round-trip line. at_us is when the round trip ended; vni belongs to a peer relay, 0: none. */
void lines_round_trip(struct lines *lines, const char *method, const struct place *local,
	const struct place *remote, uint32_t vni, int64_t at_us, int64_t us);
/* Writes the buffer. Waits for a slow reader, whether the descriptor is blocking or not. */
void lines_flush(struct lines *lines);

#endif
