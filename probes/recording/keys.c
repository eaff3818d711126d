#include "probes/recording/keys.h"

#include "probes/recording/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR "\x1f" /* in no clean text */
#define BUCKETS 64

void keys_fini(struct keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		free(keys->items[i].text);
	free(keys->items);
	free(keys->buckets);
	*keys = (struct keys){ 0 };
}

static void add_member(const struct member *member, const char *at, struct bytes *text)
{
	const char *const *pointer = (const char *const *)(const void *)at;
	char number[32];

	if (member->kind == MEMBER_TEXT)
		bytes_add(text, *pointer ? *pointer : "", *pointer ? strlen(*pointer) : 0);
	else if (member->kind == MEMBER_CHARS)
		bytes_add(text, at, strnlen(at, (size_t)member->most));
	else
		bytes_add(text, number,
			(size_t)snprintf(number, sizeof(number), "%lld",
				member->kind == MEMBER_INT64  ? (long long)*(const int64_t *)(const void *)at
				: member->kind == MEMBER_BOOL ? *(const bool *)at
							      : *(const int *)(const void *)at));
	bytes_add(text, SEPARATOR, 1);
}

void keys_of(size_t kind, const void *value, struct bytes *text)
{
	const struct columns *columns = kinds_columns(kind);

	text->length = 0;
	bytes_add(text, "", 0);
	for (size_t i = 0; i < columns->count; i++) {
		const struct member *member = columns->items[i].member;

		if (member->is_key && (kind != OBSERVED_STATUS))
			add_member(member, (const char *)column_holder(&columns->items[i], value) + member->offset,
				text);
	}
}

static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619U;
	return hash;
}

size_t keys_find(const struct keys *keys, const char *text)
{
	uint32_t hash = hash_of(text);
	size_t at = keys->bucket_count ? keys->buckets[hash % keys->bucket_count] : 0;

	while (at && (keys->items[at - 1].hash != hash || strcmp(keys->items[at - 1].text, text) != 0))
		at = keys->items[at - 1].next;
	return at ? at - 1 : KEYS_NONE;
}

static void link_in(struct keys *keys, size_t row)
{
	size_t *bucket = &keys->buckets[keys->items[row].hash % keys->bucket_count];

	keys->items[row].next = *bucket;
	*bucket = row + 1;
}

static void grow(struct keys *keys)
{
	keys->bucket_count = keys->bucket_count ? keys->bucket_count * 4 : BUCKETS;
	free(keys->buckets);
	keys->buckets = mem_alloc(keys->bucket_count * sizeof(*keys->buckets));
	for (size_t i = 0; i < keys->count; i++)
		if (keys->items[i].text)
			link_in(keys, i);
}

void keys_set(struct keys *keys, size_t row, const char *text)
{
	if (row == keys->count)
		(void)VEC_PUSH(keys);
	keys->items[row].text = mem_copy(text);
	keys->items[row].hash = hash_of(text);
	if (keys->count > keys->bucket_count)
		grow(keys);
	else
		link_in(keys, row);
}

void keys_remove(struct keys *keys, size_t row)
{
	size_t *at = &keys->buckets[keys->items[row].hash % keys->bucket_count];

	while (*at && *at != row + 1)
		at = &keys->items[*at - 1].next;
	if (*at)
		*at = keys->items[row].next;
	free(keys->items[row].text);
	keys->items[row].text = NULL;
}

bool keys_begin_with(const struct keys *keys, size_t row, const char *member)
{
	const char *text = keys->items[row].text;
	size_t length = strlen(member);

	return text && strncmp(text, member, length) == 0 && text[length] == *SEPARATOR;
}
