/* Tables of a fixed size: what was not touched for longest makes way.
 *
 * Entries lie in buckets of eight by the hash of their key, so nothing is allocated after the start and a
 * flood of new keys costs only its own. An entry begins with a struct entry and, right behind it, its key. */
#ifndef TSLLM_CAPTURE_TABLE_H
#define TSLLM_CAPTURE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct entry {
	int64_t touched_us; /* 0: free */
};

struct table {
	unsigned char *room;
	size_t entry_size, key_size, count, used;
	void *last; /* the entry that was claimed or found last */
};

/* count is a power of two, at least 8. Returns -1 where there is no memory. */
int table_init(struct table *table, size_t entry_size, size_t key_size, size_t count);
void table_fini(struct table *table);
/* The entry with this key, touched at that time; NULL: none. key has no padding that is not zero. */
void *table_find(struct table *table, const void *key, int64_t now_us);
/* The same; where there is none a new one, zero but for its key. */
void *table_claim(struct table *table, const void *key, int64_t now_us);
void table_drop(struct table *table, void *entry);
/* Entry number index where it is in use, else NULL. */
void *table_at(const struct table *table, size_t index);

#endif
