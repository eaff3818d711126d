#include "probes/tailscaled/status_before.h"

#include "probes/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct status_before {
	struct obs_status *status;
	size_t room;    /* a power of two, at least twice the peers */
	size_t slots[]; /* index of a peer plus one, 0: free; by digest, the next free one if it is taken */
};

static size_t slot_of(const struct status_before *before, uint64_t digest)
{
	size_t at = digest & (before->room - 1);

	while (before->slots[at] && before->status->peers[before->slots[at] - 1].digest != digest)
		at = (at + 1) & (before->room - 1);
	return at;
}

struct status_before *status_before_new(struct obs_status *status)
{
	struct status_before *before;
	size_t room = 16;

	while (room < 2 * status->peer_count)
		room *= 2;
	before = mem_alloc(sizeof(*before) + room * sizeof(before->slots[0]));
	before->room = room;
	before->status = status;
	obs_status_hold(status);
	for (size_t i = 0; i < status->peer_count; i++)
		if (status->peers[i].digest)
			before->slots[slot_of(before, status->peers[i].digest)] = i + 1;
	return before;
}

void status_before_free(struct status_before *before)
{
	if (before)
		obs_status_free(before->status);
	free(before);
}

static uint64_t mix(uint64_t digest, uint64_t word)
{
	digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return digest ^ digest >> 29;
}

static uint64_t add(uint64_t digest, const char *text, size_t length)
{
	uint64_t word;

	digest = mix(digest, length);
	for (size_t i = 0; i < length; i += sizeof(word)) {
		word = 0;
		memcpy(&word, text + i, length - i < sizeof(word) ? length - i : sizeof(word));
		digest = mix(digest, word);
	}
	return digest;
}

uint64_t status_before_digest(const char *key, const char *text, size_t length)
{
	static uint64_t seed;
	uint64_t digest;

	if (!seed && getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint64_t)(uintptr_t)&seed;
	digest = add(add(seed, key, strlen(key)), text, length);
	return digest ? digest : 1;
}

const struct obs_peer *status_before_find(const struct status_before *before, uint64_t digest)
{
	size_t slot = before ? before->slots[slot_of(before, digest)] : 0;

	return slot ? &before->status->peers[slot - 1] : NULL;
}
