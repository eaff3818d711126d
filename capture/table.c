/* Buckets of eight entries; if one is full, its least valuable entry is evicted. */
#include "capture/table.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 8
#define OFTEN 4 /* in touches: a request, its answer and one retry are fewer */

int table_init(struct table *table, size_t entry_size, size_t key_size, size_t count, uint64_t seed)
{
	*table = (struct table){
		.entry_size = entry_size, .key_size = key_size, .count = count, .seed = seed
	};
	table->room = calloc(count, entry_size);
	return table->room ? 0 : -1;
}

void table_fini(struct table *table)
{
	free(table->room);
	table->room = NULL;
}

static struct entry *entry_at(const struct table *table, size_t index)
{
	return (struct entry *)(void *)(table->room + index * table->entry_size);
}

static unsigned char *key_of(struct entry *entry)
{
	return (unsigned char *)entry + sizeof(*entry);
}

/* Multiply-and-fold hash, eight bytes at a time. */
static size_t hash(const unsigned char *key, size_t size, uint64_t seed)
{
	uint64_t sum = seed ^ size;

	while (size) {
		uint64_t word = 0;
		size_t part = size < sizeof(word) ? size : sizeof(word);

		memcpy(&word, key, part);
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 32;
		key += part;
		size -= part;
	}
	return (size_t)sum;
}

static void *touch(struct table *table, struct entry *entry, int64_t now_us)
{
	entry->touched_us = now_us > 0 ? now_us : 1;
	entry->touches += entry->touches < UINT32_MAX;
	table->last = entry;
	return entry;
}

/* The first entry of the bucket for this key. */
static size_t bucket_of(const struct table *table, const void *key)
{
	return hash(key, table->key_size, table->seed) & (table->count - 1) & ~(size_t)(WAYS - 1);
}

static struct entry *look_up(const struct table *table, const void *key, size_t bucket)
{
	for (size_t way = 0; way < WAYS; way++) {
		struct entry *entry = entry_at(table, bucket + way);

		if (entry->touched_us && memcmp(key_of(entry), key, table->key_size) == 0)
			return entry;
	}
	return NULL;
}

void *table_peek(struct table *table, const void *key)
{
	struct entry *entry = table->last;

	if (!entry || !entry->touched_us || memcmp(key_of(entry), key, table->key_size) != 0)
		entry = look_up(table, key, bucket_of(table, key));
	return entry;
}

/* The least valuable entry is evicted first. */
static int worth(const struct entry *entry)
{
	return !entry->touched_us ? 0 : entry->is_kept ? 3 : entry->touches >= OFTEN ? 2 : 1;
}

static bool is_less(const struct entry *one, const struct entry *other)
{
	int difference = worth(one) - worth(other);

	return difference ? difference < 0 : one->touched_us < other->touched_us;
}

/* Frees an entry of this bucket for reuse. An entry worth keeping is passed to evicts() first. */
static struct entry *make_room(struct table *table, size_t bucket, int64_t now_us)
{
	struct entry *least = entry_at(table, bucket);

	for (size_t way = 1; way < WAYS; way++)
		if (is_less(entry_at(table, bucket + way), least))
			least = entry_at(table, bucket + way);
	if (worth(least) > 1 && table->evicts)
		table->evicts(table->owner, least, now_us);
	table->used += least->touched_us == 0;
	memset(least, 0, table->entry_size);
	return least;
}

void *table_claim(struct table *table, const void *key, int64_t now_us)
{
	struct entry *entry = table_peek(table, key);

	if (!entry) {
		entry = make_room(table, bucket_of(table, key), now_us);
		memcpy(key_of(entry), key, table->key_size);
	}
	return touch(table, entry, now_us);
}

void *table_at(const struct table *table, size_t index)
{
	struct entry *entry = entry_at(table, index);

	return entry->touched_us ? entry : NULL;
}
