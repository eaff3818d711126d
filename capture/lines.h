/* Lines of the protocol, gathered and written together.
 *
 * What is written is numbers, addresses and words of this program: no function here takes bytes of a packet
 * but for a disco key, which it writes as hexadecimal. */
#ifndef TSLLM_CAPTURE_LINES_H
#define TSLLM_CAPTURE_LINES_H

#include "capture/place.h"

struct lines {
	int fd;
	bool is_closed;       /* nobody reads any more, or it cannot be written */
	int error;            /* errno of a write that failed for another reason than that; 0: none */
	int64_t grain_us;     /* times are rounded down to it */
	size_t length, begun; /* of the text; where the open line begins */
	char text[16384];
};

void lines_init(struct lines *lines, int fd, int64_t grain_us);
void lines_begin(struct lines *lines, const char *word);
void lines_number(struct lines *lines, const char *key, int64_t number);
void lines_time(struct lines *lines, const char *key, int64_t at_us);    /* since 1970 */
void lines_tenths(struct lines *lines, const char *key, int64_t tenths); /* 41 is 4.1 */
void lines_word(struct lines *lines, const char *key, const char *word);
void lines_place(struct lines *lines, const char *key, const struct place *place);
void lines_hex(struct lines *lines, const char *key, const uint8_t *bytes, size_t count);
void lines_end(struct lines *lines);
/* The whole line of a round trip that ended at that time; vni: of a peer relay, or 0. */
void lines_round_trip(struct lines *lines, const char *method, const struct place *local,
	const struct place *remote, uint32_t vni, int64_t at_us, int64_t us);
/* Writes what was gathered; waits for a slow reader, be the descriptor blocking or not. */
void lines_flush(struct lines *lines);

#endif
