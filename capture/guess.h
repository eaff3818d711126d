/* Guesses which addresses in a capture belong to the machine that took it.
 *
 * The frames read for that are kept, because a pipe cannot be read twice. */
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
/* Whether there is no room for that many more frames. */
bool guess_is_full(const struct guess *guess, size_t more);
/* Frame number index; its bytes belong to guess. */
struct frame guess_frame(const struct guess *guess, size_t index);
/* Adds the most frequent address to the locals: one inside the tunnel and one outside. */
void guess_add_locals(const struct guess *guess, struct options *options);

#endif
