#include "tests/unit/random_observation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void change(const struct member *member, void *holder, struct arena *arena, uint64_t *seed);

uint32_t random_next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (uint32_t)(*seed >> 33);
}

static const char *random_text(struct arena *arena, uint64_t *seed)
{
	static const char *const words[] = { "", "gpu1", "https://gpu1.example.ts.net/a?b", "\"quoted\" \\",
		"größer → 模型", "\\x1b[31m", "nodekey:00ff", "null", "+", "nan", "12", "👩", "a\\nb" };
	const char *word = words[random_next(seed) % ARRAY_LEN(words)];

	return random_next(seed) % 4 ? word : arena_printf(arena, "%s-%u", word, random_next(seed) % 1000);
}

static double random_double(uint64_t *seed)
{
	switch (random_next(seed) % 7) {
	case 0:
		return NAN;
	case 1:
		return 0;
	case 2:
		return random_next(seed) / 1000.0;
	case 3:
		return random_next(seed) / 7.0 * 1e-9;
	case 4:
		return -(double)random_next(seed);
	default:
		return (double)random_next(seed) * random_next(seed) / 1024 + random_next(seed) % 2;
	}
}

static int64_t random_int64(uint64_t *seed)
{
	return random_next(seed) % 3 ? INT64_C(1795394746000) + random_next(seed) % 1000000 : 0;
}

static void random_texts(void *at, struct arena *arena, uint64_t *seed)
{
	size_t count = random_next(seed) % 4;
	const char **texts = arena_alloc(arena, (count + 1) * sizeof(*texts));

	for (size_t i = 0; i < count; i++)
		texts[i] = random_text(arena, seed);
	*(const char ***)at = texts;
}

static size_t random_count(const struct member *member, void *holder, uint64_t *seed)
{
	size_t most = member->most < 5 ? (size_t)member->most : 5;
	size_t count = member->count_offset == NO_COUNT ? (size_t)member->most : random_next(seed) % (most + 1);

	if (member->count_offset != NO_COUNT)
		*(size_t *)((char *)holder + member->count_offset) = count;
	return count;
}

static void random_rows(const struct member *member, void *holder, struct arena *arena, uint64_t *seed)
{
	const struct shape *shape = member->shape;
	size_t count = random_count(member, holder, seed);
	char *rows = count ? arena_alloc(arena, count * shape->size) : NULL;

	for (size_t i = 0; i < count; i++) {
		shape_init(shape, rows + i * shape->size, arena);
		for (size_t k = 0; k < shape->count; k++)
			change(&shape->members[k], rows + i * shape->size, arena, seed);
	}
	*(char **)((char *)holder + member->offset) = rows;
}

static void random_histogram(struct obs_histogram *histogram, uint64_t *seed)
{
	double sum = 0;

	*histogram = (struct obs_histogram){ .count = 1 + random_next(seed) % HISTOGRAM_BUCKETS };
	for (size_t i = 0; i < histogram->count; i++) {
		histogram->bounds[i] = i + 1 < histogram->count ? 0.1 * (double)(i + 1) : INFINITY;
		histogram->counts[i] = sum += random_next(seed) % 3;
	}
}

static void random_numbers(const struct member *member, void *holder, uint64_t *seed)
{
	char *at = (char *)holder + member->offset;
	size_t count = random_count(member, holder, seed);

	for (size_t i = 0; i < count; i++) {
		if (member->kind == MEMBER_DOUBLES)
			((double *)(void *)at)[i] = random_double(seed);
		else if (member->kind == MEMBER_INTS)
			((int *)(void *)at)[i] = (int)(random_next(seed) % 65536);
		else
			((int64_t *)(void *)at)[i] = random_int64(seed);
	}
}

static void change(const struct member *member, void *holder, struct arena *arena, uint64_t *seed)
{
	char *at = (char *)holder + member->offset;

	switch (member->kind) {
	case MEMBER_TEXT:
		*(const char **)(void *)at = random_text(arena, seed);
		break;
	case MEMBER_TEXT_OR_NULL:
		*(const char **)(void *)at = random_next(seed) % 2 ? "192.168.1.1" : NULL;
		break;
	case MEMBER_CHARS:
		snprintf(at, (size_t)member->most, "10.0.0.%u", random_next(seed) % 9);
		break;
	case MEMBER_BOOL:
		*(bool *)at = random_next(seed) % 2;
		break;
	case MEMBER_ENUM:
	case MEMBER_BITS:
	case MEMBER_INT:
	case MEMBER_UNSIGNED:
		*(int *)(void *)at = (int)(random_next(seed) % (member->most ? (unsigned)member->most + 1 : 70000));
		break;
	case MEMBER_SIZE:
		*(size_t *)(void *)at = random_next(seed) % 1000;
		break;
	case MEMBER_INT64:
		*(int64_t *)(void *)at = random_int64(seed);
		break;
	case MEMBER_DOUBLE:
		*(double *)(void *)at = random_double(seed);
		break;
	case MEMBER_DOUBLES:
	case MEMBER_INTS:
	case MEMBER_INT64S:
		random_numbers(member, holder, seed);
		break;
	case MEMBER_TEXTS:
		random_texts(at, arena, seed);
		break;
	case MEMBER_ROWS:
		random_rows(member, holder, arena, seed);
		break;
	default:
		break;
	}
}

void random_change(size_t kind, void *row, struct arena *arena, uint64_t *seed, unsigned of)
{
	const struct columns *columns = kinds_columns(kind);

	for (size_t i = 0; i < columns->count; i++) {
		const struct member *member = columns->items[i].member;
		char *holder = column_holder(&columns->items[i], row);
		void **pointer = holder ? (void **)(void *)(holder + member->offset) : NULL;
		bool is_histogram = holder && member->kind == MEMBER_POINTER && member->shape->is_sound;

		/* The members of a histogram belong together. */
		if (!holder || random_next(seed) % of || strstr(columns->items[i].name, ".bounds") ||
			strstr(columns->items[i].name, ".counts"))
			continue;
		if (member->kind != MEMBER_POINTER) {
			change(member, holder, arena, seed);
			continue;
		}
		*pointer = random_next(seed) % 3 ? arena_alloc(arena, member->shape->size) : NULL;
		if (*pointer)
			shape_init(member->shape, *pointer, arena);
		if (*pointer && is_histogram)
			random_histogram(*pointer, seed);
	}
}
