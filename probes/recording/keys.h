/* Finds the row of a key: all members that are marked so, as one text. */
#ifndef TSLLM_RECORDING_KEYS_H
#define TSLLM_RECORDING_KEYS_H

#include "probes/base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#define KEYS_NONE ((size_t)-1)

struct keys {
	struct {
		char *text; /* NULL: the row has no key */
		uint32_t hash;
		size_t next; /* in its bucket, plus one */
	} * items;
	size_t count, room;
	size_t *buckets; /* index of the first one, plus one */
	size_t bucket_count;
};

void keys_fini(struct keys *keys);
/* Writes the key of a value into text. */
void keys_of(size_t kind, const void *value, struct bytes *text);
size_t keys_find(const struct keys *keys, const char *text);
/* Sets the key of a row, which has none, or is the next new one. */
void keys_set(struct keys *keys, size_t row, const char *text);
void keys_remove(struct keys *keys, size_t row);
/* Whether that is the first member of the row's key. */
bool keys_begin_with(const struct keys *keys, size_t row, const char *member);

#endif
