/* Which addresses of a capture are those of the machine that took it.
 *
 * The frames that say so are kept, for a pipe cannot be read twice. */
#ifndef TSLLM_CAPTURE_GUESS_H
#define TSLLM_CAPTURE_GUESS_H

#include "capture/options.h"
#include "capture/packet.h"

#define GUESS_PLACES 64
#define GUESS_FRAMES 11000

struct guess_frame {
	int64_t at_us;
	uint32_t captured, length;
	uint8_t bytes[SNAPLEN];
};

struct guess {
	struct {
		struct place place;
		unsigned times;
	} seen[GUESS_PLACES];
	size_t count;
	enum link link; /* of all frames */
	struct guess_frame frames[GUESS_FRAMES];
	size_t frame_count;
};

void guess_see(struct guess *guess, enum link link, const struct frame *frame);
/* There is no room for so many frames more. */
bool guess_is_full(const struct guess *guess, size_t more);
/* The frame number index, which borrows. */
struct frame guess_frame(const struct guess *guess, size_t index);
/* Adds the address that stands in most packets, one inside the tunnel and one outside, to the locals. */
void guess_tell(const struct guess *guess, struct options *options);

#endif
