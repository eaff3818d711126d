/* Values as JSON. Whole numbers of counters are written as differences, which are short; a counter that has
 * none is written as it is, in brackets. */
#include "probes/base/json.h"
#include "probes/base/json_out.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/recording/value.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 4096

static bool is_exact(double number)
{
	return fabs(number) <= NUMBER_MOST && number == floor(number);
}

/* ---- numbers ---- */

/* One number, or one of an array, as a double. */
static double number_at(const struct member *member, const void *holder, size_t i)
{
	const char *at = (const char *)holder + member->offset;

	switch (member->kind) {
	case MEMBER_BOOL:
		return *(const bool *)at;
	case MEMBER_ENUM:
	case MEMBER_BITS:
	case MEMBER_INT:
	case MEMBER_INTS:
		return ((const int *)(const void *)at)[i];
	case MEMBER_UNSIGNED:
		return *(const unsigned *)(const void *)at;
	case MEMBER_SIZE:
		return (double)*(const size_t *)(const void *)at;
	case MEMBER_INT64:
	case MEMBER_INT64S:
		return (double)((const int64_t *)(const void *)at)[i];
	default:
		return ((const double *)(const void *)at)[i];
	}
}

static bool is_in_range(const struct member *member, double number)
{
	switch (member->kind) {
	case MEMBER_BOOL:
		return number == 0 || number == 1;
	case MEMBER_ENUM:
	case MEMBER_BITS:
		return is_exact(number) && number >= 0 && number <= member->most;
	case MEMBER_INT:
	case MEMBER_INTS:
		return is_exact(number) && fabs(number) <= INT_MAX;
	case MEMBER_UNSIGNED:
		return is_exact(number) && number >= 0 && number <= UINT_MAX;
	case MEMBER_SIZE:
		return is_exact(number) && number >= 0;
	case MEMBER_INT64:
	case MEMBER_INT64S:
		return is_exact(number);
	default:
		return !isinf(number) || member->count_offset != NO_COUNT;
	}
}

static void set_number(const struct member *member, void *holder, size_t i, double number)
{
	char *at = (char *)holder + member->offset;

	if (!is_in_range(member, number))
		return;
	switch (member->kind) {
	case MEMBER_BOOL:
		*(bool *)at = number != 0;
		break;
	case MEMBER_ENUM:
	case MEMBER_BITS:
	case MEMBER_INT:
	case MEMBER_INTS:
		((int *)(void *)at)[i] = (int)number;
		break;
	case MEMBER_UNSIGNED:
		*(unsigned *)(void *)at = (unsigned)number;
		break;
	case MEMBER_SIZE:
		*(size_t *)(void *)at = (size_t)number;
		break;
	case MEMBER_INT64:
	case MEMBER_INT64S:
		((int64_t *)(void *)at)[i] = (int64_t)number;
		break;
	default:
		((double *)(void *)at)[i] = number;
	}
}

/* False: it is none. */
static bool number_of(const struct json *json, double *number)
{
	const char *text = json_string(json);
	char *end = NULL;

	*number = *text ? strtod(text, &end) : json_value(json);
	return *text ? !*end : !isnan(*number);
}

static void write_counter(struct json_out *out, const char *key, double before, double now)
{
	if (is_exact(before) && is_exact(now) && is_exact(now - before)) {
		json_out_exact(out, key, now - before);
		return;
	}
	json_out_begin(out, key, '[');
	json_out_exact(out, NULL, now);
	json_out_end(out, ']');
}

static void read_number(const struct member *member, void *holder, const struct json *json)
{
	double before = number_at(member, holder, 0), number;

	if (!number_of(json_is_array(json) ? json_first(json) : json, &number))
		return;
	if (member->is_counter && !json_is_array(json))
		number += is_exact(before) ? before : 0;
	set_number(member, holder, 0, number);
}

/* ---- arrays of numbers ---- */

static bool is_difference(const struct member *member, const void *before, const void *now, size_t count)
{
	if (!member->is_counter || value_count(member, before) != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		double from = number_at(member, before, i), to = number_at(member, now, i);

		if (!is_exact(from) || !is_exact(to) || fabs(from) > NUMBER_MOST / 4 ||
			fabs(to) > NUMBER_MOST / 4)
			return false;
	}
	return true;
}

/* Of a counter with as many items as before: a plus sign, then by how much more each grew than the one before
 * it, without the zeros at the end. The buckets of a histogram are cumulative, so most are zero. */
static void write_difference(struct json_out *out, const struct member *member, const void *before, const void *now)
{
	size_t count = value_count(member, now), written = 0;
	double last = 0;

	json_out_string(out, NULL, "+");
	for (size_t i = 0; i < count; i++) {
		double grown = number_at(member, now, i) - number_at(member, before, i);

		if (grown == last)
			continue;
		for (; written < i; written++)
			json_out_exact(out, NULL, 0);
		json_out_exact(out, NULL, grown - last);
		written++;
		last = grown;
	}
}

static void write_numbers(struct json_out *out, const char *key, const struct member *member,
	const void *before, const void *now)
{
	size_t count = value_count(member, now);

	json_out_begin(out, key, '[');
	if (is_difference(member, before, now, count))
		write_difference(out, member, before, now);
	else
		for (size_t i = 0; i < count; i++)
			json_out_exact(out, NULL, number_at(member, now, i));
	json_out_end(out, ']');
}

static void read_difference(const struct member *member, void *holder, const struct json *item)
{
	size_t count = value_count(member, holder);
	double grown = 0, more;

	for (size_t i = 0; i < count; i++) {
		if (item && number_of(item, &more))
			grown += more;
		item = item ? json_next(item) : NULL;
		set_number(member, holder, i, number_at(member, holder, i) + grown);
	}
}

static void read_numbers(const struct member *member, void *holder, const struct json *json)
{
	const struct json *item = json_first(json);
	size_t count = 0;
	double number;

	if (!json_is_array(json))
		return;
	if (item && strcmp(json_string(item), "+") == 0) {
		read_difference(member, holder, json_next(item));
		return;
	}
	for (; item && count < (size_t)member->most; item = json_next(item))
		if (number_of(item, &number))
			set_number(member, holder, count++, number);
	if (member->count_offset == NO_COUNT)
		return;
	*(size_t *)((char *)holder + member->count_offset) = count;
	memset((char *)holder + member->offset + count * value_size(member->kind), 0,
		((size_t)member->most - count) * value_size(member->kind));
}

/* ---- texts, and structs ---- */

static const char *keep(struct arena *arena, const char *from, size_t size)
{
	char clean[TEXT_MOST];

	return *from ? arena_copy(arena, text_clean(clean, size < sizeof(clean) ? size : sizeof(clean), from,
						 strlen(from)))
		     : "";
}

static void read_texts(
	const struct member *member, void *at, const struct json *json, struct arena *arena)
{
	size_t count = 0, kept = 0;
	const char **texts;

	for (const struct json *item = json_first(json); item; item = json_next(item))
		count++;
	count = count < (size_t)member->most ? count : (size_t)member->most;
	texts = arena_alloc(arena, (count + 1) * sizeof(*texts));
	for (const struct json *item = json_first(json); kept < count; item = json_next(item))
		texts[kept++] = keep(arena, json_string(item), TEXT_MOST);
	*(const char ***)at = texts;
}

static void write_texts(struct json_out *out, const char *key, const char *const *texts)
{
	json_out_begin(out, key, '[');
	for (; texts && *texts; texts++)
		json_out_string(out, NULL, *texts);
	json_out_end(out, ']');
}

/* Objects with the members that are not at their defaults. */
static void write_rows(struct json_out *out, const char *key, const struct member *member, const char *rows,
	size_t count)
{
	const struct shape *shape = member->shape;
	struct arena *arena = arena_new();
	void *usual = arena_alloc(arena, shape->size);

	shape_init(shape, usual, arena);
	json_out_begin(out, key, '[');
	for (size_t i = 0; i < count; i++) {
		const char *row = rows + i * shape->size;

		json_out_begin(out, NULL, '{');
		for (size_t k = 0; k < shape->count; k++) {
			if (!value_equal(&shape->members[k], usual, row))
				value_write(out, shape->members[k].name, &shape->members[k], usual, row);
		}
		json_out_end(out, '}');
	}
	json_out_end(out, ']');
	arena_free(arena);
}

static void read_rows(
	const struct member *member, void *holder, const struct json *json, struct arena *arena)
{
	const struct shape *shape = member->shape;
	size_t count = 0, kept = 0;
	char *rows;

	for (const struct json *item = json_first(json); item; item = json_next(item))
		count++;
	count = count < (size_t)member->most ? count : (size_t)member->most;
	rows = count ? arena_alloc(arena, count * shape->size) : NULL;
	for (const struct json *item = json_first(json); kept < count; item = json_next(item), kept++) {
		shape_init(shape, rows + kept * shape->size, arena);
		for (size_t k = 0; k < shape->count; k++)
			value_read(&shape->members[k], rows + kept * shape->size,
				json_member(item, shape->members[k].name), arena);
	}
	*(char **)((char *)holder + member->offset) = rows;
	*(size_t *)((char *)holder + member->count_offset) = count;
}

void value_write(struct json_out *out, const char *key, const struct member *member, const void *before,
	const void *now)
{
	const char *at = (const char *)now + member->offset;
	const char *const *text = (const char *const *)(const void *)at;

	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_TEXT_OR_NULL:
		json_out_string(out, key, *text ? *text : "");
		break;
	case MEMBER_CHARS:
		json_out_string(out, key, at);
		break;
	case MEMBER_TEXTS:
		write_texts(out, key, *(const char *const *const *)(const void *)at);
		break;
	case MEMBER_POINTER:
		json_out_exact(out, key, *text != NULL);
		break;
	case MEMBER_DOUBLES:
	case MEMBER_INTS:
	case MEMBER_INT64S:
		write_numbers(out, key, member, before, now);
		break;
	case MEMBER_ROWS:
		write_rows(out, key, member, *text, value_count(member, now));
		break;
	default:
		if (member->is_counter)
			write_counter(out, key, number_at(member, before, 0), number_at(member, now, 0));
		else
			json_out_exact(out, key, number_at(member, now, 0));
	}
}

static void read_pointer(const struct member *member, void **at, bool is_there, struct arena *arena)
{
	*at = is_there ? arena_alloc(arena, member->shape->size) : NULL;
	if (is_there)
		shape_init(member->shape, *at, arena);
}

void value_read(const struct member *member, void *holder, const struct json *json, struct arena *arena)
{
	char *at = (char *)holder + member->offset;

	if (!json || json_is_null(json))
		return;
	switch (member->kind) {
	case MEMBER_TEXT:
		*(const char **)(void *)at = keep(arena, json_string(json), TEXT_MOST);
		break;
	case MEMBER_TEXT_OR_NULL:
		*(const char **)(void *)at =
			*json_string(json) ? keep(arena, json_string(json), TEXT_MOST) : NULL;
		break;
	case MEMBER_CHARS:
		text_clean(at, (size_t)member->most, json_string(json), strlen(json_string(json)));
		break;
	case MEMBER_TEXTS:
		read_texts(member, at, json, arena);
		break;
	case MEMBER_POINTER:
		read_pointer(member, (void **)(void *)at, json_value(json) == 1, arena);
		break;
	case MEMBER_DOUBLES:
	case MEMBER_INTS:
	case MEMBER_INT64S:
		read_numbers(member, holder, json);
		break;
	case MEMBER_ROWS:
		read_rows(member, holder, json, arena);
		break;
	case MEMBER_STRUCT:
	case MEMBER_OWN:
	case MEMBER_ARENA:
	case MEMBER_LEFT_OUT:
		break;
	default:
		read_number(member, holder, json);
	}
}
