/* Comparing and copying values; value_json.c writes and reads them. */
#include "probes/recording/value.h"

#include "probes/base/mem.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

size_t value_size(enum member_kind kind)
{
	switch (kind) {
	case MEMBER_BOOL:
		return sizeof(bool);
	case MEMBER_ENUM:
	case MEMBER_BITS:
	case MEMBER_INT:
	case MEMBER_INTS:
	case MEMBER_UNSIGNED:
		return sizeof(int);
	case MEMBER_CHARS:
		return 1;
	default:
		return 8;
	}
}

size_t value_count(const struct member *member, const void *holder)
{
	return member->count_offset == NO_COUNT ? (size_t)member->most
						: *(const size_t *)((const char *)holder + member->count_offset);
}

static bool equal_doubles(const double *a, const double *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
			return false;
	return true;
}

static bool equal_texts(const char *const *a, const char *const *b)
{
	size_t i = 0;

	if (a == b)
		return true;
	if (!a || !b)
		return (!a || !*a) && (!b || !*b);
	while (a[i] && b[i] && strcmp(a[i], b[i]) == 0)
		i++;
	return !a[i] && !b[i];
}

static bool equal_rows(const struct member *member, const char *a, const char *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < member->shape->count; k++)
			if (!value_equal(&member->shape->members[k], a + i * member->shape->size,
				    b + i * member->shape->size))
				return false;
	return true;
}

static bool equal_pointers(const struct shape *shape, const void *a, const void *b)
{
	return a && b ? !shape->is_like || shape->is_like(a, b) : !a == !b;
}

static const char *text_at(const void *at)
{
	const char *text = *(const char *const *)at;

	return text ? text : "";
}

bool value_equal(const struct member *member, const void *a, const void *b)
{
	const char *x = (const char *)a + member->offset, *y = (const char *)b + member->offset;
	size_t count;

	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_TEXT_OR_NULL:
		return strcmp(text_at(x), text_at(y)) == 0;
	case MEMBER_CHARS:
		return strncmp(x, y, (size_t)member->most) == 0;
	case MEMBER_DOUBLE:
		return equal_doubles((const double *)x, (const double *)y, 1);
	case MEMBER_TEXTS:
		return equal_texts(*(const char *const *const *)x, *(const char *const *const *)y);
	case MEMBER_POINTER:
		return equal_pointers(member->shape, *(void *const *)x, *(void *const *)y);
	case MEMBER_DOUBLES:
	case MEMBER_INTS:
	case MEMBER_INT64S:
	case MEMBER_ROWS:
		count = value_count(member, a);
		if (count != value_count(member, b))
			return false;
		if (member->kind == MEMBER_DOUBLES)
			return equal_doubles((const double *)x, (const double *)y, count);
		if (member->kind == MEMBER_ROWS)
			return equal_rows(
				member, *(const char *const *)x, *(const char *const *)y, count);
		return memcmp(x, y, count * value_size(member->kind)) == 0;
	case MEMBER_ARENA:
	case MEMBER_LEFT_OUT:
		return true;
	default:
		return memcmp(x, y, value_size(member->kind)) == 0;
	}
}

static void copy_texts(void *to, const char *const *from, struct arena *arena)
{
	const char **copy;
	size_t count = 0;

	while (from && from[count])
		count++;
	copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_copy(arena, from[i]);
	*(const char ***)to = copy;
}

static void copy_rows(
	const struct member *member, void *to, const char *from, size_t count, struct arena *arena)
{
	const struct shape *shape = member->shape;
	char *copy = count ? arena_alloc(arena, count * shape->size) : NULL;

	for (size_t i = 0; i < count; i++) {
		shape_init(shape, copy + i * shape->size, arena);
		for (size_t k = 0; k < shape->count; k++)
			value_copy(
				&shape->members[k], copy + i * shape->size, from + i * shape->size, arena);
	}
	*(char **)to = copy;
}

static void copy_numbers(const struct member *member, char *to, const char *from, size_t count)
{
	size_t size = value_size(member->kind);

	memcpy(to, from, count * size);
	memset(to + count * size, 0, ((size_t)member->most - count) * size);
}

void value_copy(const struct member *member, void *to, const void *from, struct arena *arena)
{
	char *x = (char *)to + member->offset;
	const char *y = (const char *)from + member->offset;
	size_t count;

	switch (member->kind) {
	case MEMBER_TEXT:
		*(const char **)x = *text_at(y) ? arena_copy(arena, text_at(y)) : "";
		break;
	case MEMBER_TEXT_OR_NULL:
		*(const char **)x = *text_at(y) ? arena_copy(arena, text_at(y)) : NULL;
		break;
	case MEMBER_CHARS:
		memcpy(x, y, (size_t)member->most);
		break;
	case MEMBER_TEXTS:
		copy_texts(x, *(const char *const *const *)y, arena);
		break;
	case MEMBER_POINTER:
		*(void **)x = *(void *const *)y ? arena_alloc(arena, member->shape->size) : NULL;
		if (*(void **)x)
			shape_init(member->shape, *(void **)x, arena);
		break;
	case MEMBER_DOUBLES:
	case MEMBER_INTS:
	case MEMBER_INT64S:
	case MEMBER_ROWS:
		count = value_count(member, from);
		if (member->kind == MEMBER_ROWS)
			copy_rows(member, x, *(const char *const *)y, count, arena);
		else
			copy_numbers(member, x, y, count);
		if (member->count_offset != NO_COUNT)
			*(size_t *)((char *)to + member->count_offset) = count;
		break;
	case MEMBER_ARENA:
	case MEMBER_LEFT_OUT:
		break;
	default:
		memcpy(x, y, value_size(member->kind));
	}
}
