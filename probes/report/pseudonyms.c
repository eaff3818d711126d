/* A hash table of secrets by their text, with the set of their lengths.
 *
 * A name that is also a word of this program's own sentences or commands ("server", "ollama", "http", a
 * number) is replaced only where a name stands: in a URL, before a port, after on, to, of. Elsewhere the word
 * reveals nothing, because it is in everyone's report. */
#include "probes/report/pseudonyms.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/vocabulary.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BUCKETS_FIRST 1024 /* doubled when there are as many secrets */

struct secret {
	char *text; /* in lower case */
	char *pseudonym;
	bool is_word;
	size_t next; /* in its bucket, from 1; 0: the last */
};

struct pseudonyms {
	struct secret *items;
	size_t count, room;
	size_t *buckets; /* from 1; 0: empty */
	size_t bucket_count;
	struct vocabulary *vocabulary;
	bool lengths[SECRET_MAX]; /* lengths that occur */
	size_t longest;
	unsigned numbers[SECRET_KINDS];
};

struct pseudonyms *pseudonyms_new(void)
{
	struct pseudonyms *pseudonyms = mem_alloc(sizeof(*pseudonyms));

	pseudonyms->bucket_count = BUCKETS_FIRST;
	pseudonyms->buckets = mem_alloc(pseudonyms->bucket_count * sizeof(*pseudonyms->buckets));
	pseudonyms->vocabulary = vocabulary_new();
	return pseudonyms;
}

void pseudonyms_free(struct pseudonyms *pseudonyms)
{
	if (!pseudonyms)
		return;
	for (size_t i = 0; i < pseudonyms->count; i++) {
		free(pseudonyms->items[i].text);
		free(pseudonyms->items[i].pseudonym);
	}
	free(pseudonyms->items);
	free(pseudonyms->buckets);
	vocabulary_free(pseudonyms->vocabulary);
	free(pseudonyms);
}

/* ---- the table ---- */

static size_t lower(char *to, const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = (char)tolower((unsigned char)from[i]);
	to[length] = '\0';
	return length;
}

static size_t bucket_of(const struct pseudonyms *pseudonyms, const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash % pseudonyms->bucket_count;
}

static const struct secret *find(const struct pseudonyms *pseudonyms, const char *text, size_t length)
{
	char key[SECRET_MAX];
	size_t at;

	if (!length || length >= sizeof(key))
		return NULL;
	lower(key, text, length);
	for (at = pseudonyms->buckets[bucket_of(pseudonyms, key)]; at; at = pseudonyms->items[at - 1].next)
		if (strcmp(pseudonyms->items[at - 1].text, key) == 0)
			return &pseudonyms->items[at - 1];
	return NULL;
}

unsigned pseudonyms_count(const struct pseudonyms *pseudonyms, enum secret_kind kind)
{
	return pseudonyms->numbers[kind];
}

const char *pseudonym_find(const struct pseudonyms *pseudonyms, const char *secret)
{
	const struct secret *found = find(pseudonyms, secret, strlen(secret));

	return found ? found->pseudonym : NULL;
}

static void grow(struct pseudonyms *pseudonyms)
{
	free(pseudonyms->buckets);
	pseudonyms->bucket_count *= 2;
	pseudonyms->buckets = mem_alloc(pseudonyms->bucket_count * sizeof(*pseudonyms->buckets));
	for (size_t i = 0; i < pseudonyms->count; i++) {
		size_t *bucket = &pseudonyms->buckets[bucket_of(pseudonyms, pseudonyms->items[i].text)];

		pseudonyms->items[i].next = *bucket;
		*bucket = i + 1;
	}
}

void pseudonym_give(struct pseudonyms *pseudonyms, const char *secret, const char *pseudonym)
{
	size_t length = strlen(secret), bucket;
	char key[SECRET_MAX];
	struct secret *fresh;

	if (!length || length >= sizeof(key) || find(pseudonyms, secret, length))
		return;
	lower(key, secret, length);
	if (pseudonyms->count == pseudonyms->bucket_count)
		grow(pseudonyms);
	bucket = bucket_of(pseudonyms, key);
	fresh = VEC_PUSH(pseudonyms);
	fresh->text = mem_copy(key);
	fresh->pseudonym = mem_copy(pseudonym);
	fresh->is_word = vocabulary_has(pseudonyms->vocabulary, key);
	fresh->next = pseudonyms->buckets[bucket];
	pseudonyms->buckets[bucket] = pseudonyms->count;
	pseudonyms->lengths[length] = true;
	pseudonyms->longest = length > pseudonyms->longest ? length : pseudonyms->longest;
}

/* Documentation ranges; when those are used up, the benchmarking range. */
static void say_address(char *to, size_t size, bool is_v6, bool is_tailnet, unsigned number)
{
	if (is_v6)
		snprintf(to, size, "2001:db8:%d::%x", is_tailnet ? 1 : 2, number);
	else if (number < 255)
		snprintf(to, size, "%s.%u", is_tailnet ? "192.0.2" : "198.51.100", number);
	else
		snprintf(to, size, "198.%u.%u.%u", is_tailnet ? 18u : 19u, number / 256 % 256, number % 256);
}

const char *pseudonym_of(struct pseudonyms *pseudonyms, enum secret_kind kind, const char *secret)
{
	const char *known = pseudonym_find(pseudonyms, secret);
	bool is_v6 = strchr(secret, ':') != NULL;
	char name[64] = "";
	unsigned number;

	if (known || !*secret)
		return known ? known : "";
	number = ++pseudonyms->numbers[kind];
	switch (kind) {
	case SECRET_PEER:
		snprintf(name, sizeof(name), "peer-%u", number);
		break;
	case SECRET_TAILNET:
		snprintf(name, sizeof(name), number > 1 ? "tailnet-%u.example" : "tailnet.example", number);
		break;
	case SECRET_USER:
		snprintf(name, sizeof(name), "user-%u@example.com", number);
		break;
	case SECRET_ADDRESS:
	case SECRET_PLACE:
		say_address(name, sizeof(name), is_v6, kind == SECRET_ADDRESS, number);
		break;
	case SECRET_TAG:
		snprintf(name, sizeof(name), "tag:tag-%u", number);
		break;
	case SECRET_SERVICE:
		snprintf(name, sizeof(name), "svc:service-%u", number);
		break;
	case SECRET_NODE:
		snprintf(name, sizeof(name), "node-%u", number);
		break;
	case SECRET_HOST:
		snprintf(name, sizeof(name), "host-%u.example", number);
		break;
	case SECRET_FILE:
		snprintf(name, sizeof(name), "/files/file-%u", number);
		break;
	case SECRET_LOGIN:
		snprintf(name, sizeof(name), "https://login.example/%u", number);
		break;
	case SECRET_DEVICE:
		snprintf(name, sizeof(name), "device%u", number);
		break;
	case SECRET_DERP:
		snprintf(name, sizeof(name), "DERP derp-%u", number);
		break;
	case SECRET_KINDS:
		break;
	}
	pseudonym_give(pseudonyms, secret, name);
	known = pseudonym_find(pseudonyms, secret);
	return known ? known : "redacted";
}

bool pseudonyms_has_word(const struct pseudonyms *pseudonyms, const char *text)
{
	return vocabulary_has(pseudonyms->vocabulary, text);
}

/* ---- in a text ---- */

static bool follows(const char *text, const char *at, const char *part)
{
	size_t length = strlen(part);

	return (size_t)(at - text) >= length && memcmp(at - length, part, length) == 0;
}

/* Whether only a name can stand at this place: by what the sentences and commands of the rules have before and after
 * the name of a machine. */
static bool stands_as_name(const char *text, const char *at, size_t length)
{
	static const char *const before[] = { "//", "@", " on ", " to ", " of ", " from ", ", ", "wake ",
		"reach ", "tag ", "ping " };
	static const char *const after[] = { " is offline", " is online", " is back", " stays away" };

	if (at == text && at[length] == ':')
		return at[length + 1] == ' ' || isdigit((unsigned char)at[length + 1]);
	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		if (follows(text, at, before[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(after); i++)
		if (text_has_prefix(at + length, after[i]))
			return true;
	return follows(text, at, "on ") && at - text == 3;
}

const char *pseudonyms_match(
	const struct pseudonyms *pseudonyms, const char *text, const char *at, size_t *length)
{
	size_t left = strlen(at), most = left < pseudonyms->longest ? left : pseudonyms->longest;

	for (size_t n = most; n; n--) {
		const struct secret *secret;

		if (!pseudonyms->lengths[n] || !vocabulary_is_whole(text, at, n))
			continue;
		secret = find(pseudonyms, at, n);
		if (!secret || (secret->is_word && !stands_as_name(text, at, n)) ||
			follows(text, at, "DERP "))
			continue;
		*length = n;
		return secret->pseudonym;
	}
	return NULL;
}
