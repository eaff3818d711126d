/* The capturing machine is one end of every packet, so its address is the one that most packets share. If two
 * addresses are in all of them, the one that was seen first wins. */
#include "capture/guess.h"

#include <assert.h>
#include <string.h>

static void count(struct guess *guess, const struct place *place)
{
	struct place bare = place_without_port(place);
	size_t i = 0;

	while (i < guess->count && !place_equals(&guess->seen[i].place, &bare))
		i++;
	if (i == GUESS_PLACES)
		return;
	if (i == guess->count) {
		guess->seen[i].place = bare;
		guess->count++;
	}
	guess->seen[i].times++;
}

static void keep(struct guess *guess, const struct frame *frame)
{
	struct guess_frame *kept = &guess->frames[guess->frame_count++];

	assert(guess->frame_count <= GUESS_FRAMES && frame->captured <= sizeof(kept->bytes));
	kept->at_us = frame->at_us;
	kept->captured = (uint32_t)frame->captured;
	kept->length = (uint32_t)frame->length;
	memcpy(kept->bytes, frame->bytes, frame->captured);
}

void guess_see(struct guess *guess, enum link link, const struct frame *frame)
{
	struct packet packet;

	guess->link = link;
	keep(guess, frame);
	if (!packet_read(&packet, link, frame))
		return;
	count(guess, &packet.from);
	count(guess, &packet.to);
}

bool guess_is_full(const struct guess *guess, size_t more)
{
	return guess->frame_count + more > GUESS_FRAMES;
}

struct frame guess_frame(const struct guess *guess, size_t index)
{
	const struct guess_frame *kept = &guess->frames[index];

	return (struct frame){ kept->at_us, kept->bytes, kept->captured, kept->length };
}

static void add_local(const struct guess *guess, struct options *options, bool is_tailnet)
{
	size_t best = GUESS_PLACES;

	for (size_t i = 0; i < guess->count; i++) {
		if (place_is_tailnet(&guess->seen[i].place) != is_tailnet)
			continue;
		if (best == GUESS_PLACES || guess->seen[i].times > guess->seen[best].times)
			best = i;
	}
	if (best < GUESS_PLACES)
		options->locals[options->local_count++] = guess->seen[best].place;
}

void guess_add_locals(const struct guess *guess, struct options *options)
{
	add_local(guess, options, true);
	add_local(guess, options, false);
}
