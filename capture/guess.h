/* Which addresses of a capture are those of the machine that took it. */
#ifndef TSLLM_CAPTURE_GUESS_H
#define TSLLM_CAPTURE_GUESS_H

#include "capture/options.h"
#include "capture/packet.h"

#define GUESS_PLACES 64

struct guess {
	struct {
		struct place place;
		unsigned times;
	} seen[GUESS_PLACES];
	size_t count;
	unsigned packets;
};

void guess_see(struct guess *guess, enum link link, const struct frame *frame);
bool guess_has_enough(const struct guess *guess);
/* Adds the address that stands in most packets, one inside the tunnel and one outside, to the locals. */
void guess_tell(const struct guess *guess, struct options *options);

#endif
