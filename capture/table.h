/* Hash tables of a fixed size. A new key in a full bucket first evicts entries that were touched only a few
 * times.
 *
 * Nothing is allocated after the start. Entries are in buckets of eight, chosen by a hash of the key and a
 * secret seed, so nobody outside can know which keys share a bucket. In a full bucket, entries touched a few
 * times are evicted first, then those touched often, then those that their owner marked as kept; among
 * equals, the one that was silent for longest. So a flood of new keys evicts its own entries.
 *
 * An entry must begin with a struct entry, directly followed by its key. */
#ifndef TSLLM_CAPTURE_TABLE_H
#define TSLLM_CAPTURE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry {
	int64_t touched_us; /* 0: free slot */
	uint32_t touches;
	bool is_kept; /* set by the owner */
};

struct table {
	unsigned char *room;
	size_t entry_size, key_size, count, used;
	uint64_t seed;
	void *last; /* most recently claimed or found entry */
	/* Called before an entry that was touched often or is kept is evicted. May be NULL; must not claim an
	 * entry of this table. */
	void (*evicts)(void *owner, void *entry, int64_t now_us);
	void *owner;
};

/* count must be a power of two, at least 8. Returns -1 if there is no memory. */
int table_init(struct table *table, size_t entry_size, size_t key_size, size_t count, uint64_t seed);
void table_fini(struct table *table);
/* The entry with this key, without touching it; NULL: none. Padding in key must be zero. */
void *table_peek(struct table *table, const void *key);
/* The same, but touches the entry. If there is none, returns a new one, zeroed except for its key. */
void *table_claim(struct table *table, const void *key, int64_t now_us);
/* Entry number index if it is in use, else NULL. */
void *table_at(const struct table *table, size_t index);

#endif
