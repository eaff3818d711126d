/* Eight-way buckets; the oldest of a full bucket makes way. */
#include "capture/table.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 8

int table_init(struct table *table, size_t entry_size, size_t key_size, size_t count)
{
	*table = (struct table){ .entry_size = entry_size, .key_size = key_size, .count = count };
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

/* Multiply and fold, eight bytes at a time. */
static size_t hash(const unsigned char *key, size_t size)
{
	uint64_t sum = size;

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
	table->last = entry;
	return entry;
}

/* The first entry of the bucket where this key belongs. */
static size_t bucket_of(const struct table *table, const void *key)
{
	return hash(key, table->key_size) & (table->count - 1) & ~(size_t)(WAYS - 1);
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

void *table_find(struct table *table, const void *key, int64_t now_us)
{
	struct entry *entry = table->last;

	if (!entry || !entry->touched_us || memcmp(key_of(entry), key, table->key_size) != 0)
		entry = look_up(table, key, bucket_of(table, key));
	return entry ? touch(table, entry, now_us) : NULL;
}

void *table_claim(struct table *table, const void *key, int64_t now_us)
{
	struct entry *entry = table_find(table, key, now_us), *oldest;
	size_t bucket;

	if (entry)
		return entry;
	bucket = bucket_of(table, key);
	oldest = entry_at(table, bucket);
	for (size_t way = 1; way < WAYS; way++) {
		entry = entry_at(table, bucket + way);
		if (entry->touched_us < oldest->touched_us)
			oldest = entry;
	}
	table->used += oldest->touched_us == 0;
	memset(oldest, 0, table->entry_size);
	memcpy(key_of(oldest), key, table->key_size);
	return touch(table, oldest, now_us);
}

void table_drop(struct table *table, void *entry)
{
	memset(entry, 0, table->entry_size);
	table->used--;
}

void *table_at(const struct table *table, size_t index)
{
	struct entry *entry = entry_at(table, index);

	return entry->touched_us ? entry : NULL;
}
