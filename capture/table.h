/* Tables of a fixed size: where a new key finds no room, what was touched a few times only makes way first.
 *
 * Entries lie in buckets of eight by the hash of their key and a seed, so nothing is allocated after the
 * start and nobody outside knows which keys share a bucket. In a full bucket an entry that was touched a few
 * times goes before one that was touched often, and that before one that its owner keeps; among equals the
 * one that was silent for longest. So a flood of new keys displaces its own entries. An entry begins with a
 * struct entry and, right behind it, its key. */
#ifndef TSLLM_CAPTURE_TABLE_H
#define TSLLM_CAPTURE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry {
	int64_t touched_us; /* 0: free */
	uint32_t touches;
	bool is_kept; /* set by its owner */
};

struct table {
	unsigned char *room;
	size_t entry_size, key_size, count, used;
	uint64_t seed;
	void *last; /* the entry that was claimed or found last */
	/* Called before an entry that was touched often or is kept makes way. May be NULL; must not claim an
	 * entry of this table. */
	void (*evicts)(void *owner, void *entry, int64_t now_us);
	void *owner;
};

/* count is a power of two, at least 8. Returns -1 where there is no memory. */
int table_init(struct table *table, size_t entry_size, size_t key_size, size_t count, uint64_t seed);
void table_fini(struct table *table);
/* The entry with this key, as it is; NULL: none. key has no padding that is not zero. */
void *table_peek(struct table *table, const void *key);
/* The same, touched at that time; where there is none a new one, zero but for its key. */
void *table_claim(struct table *table, const void *key, int64_t now_us);
/* Entry number index where it is in use, else NULL. */
void *table_at(const struct table *table, size_t index);

#endif
