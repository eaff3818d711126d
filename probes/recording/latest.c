#include "probes/recording/latest.h"

#include "probes/base/mem.h"
#include "probes/recording/value.h"

#include <stdlib.h>
#include <string.h>

#define TIDY_BYTES ((size_t)256 * 1024)

void latest_init(struct latest *rows, size_t kind)
{
	*rows = (struct latest){ .kind = kind, .arena = arena_new() };
}

void latest_fini(struct latest *rows)
{
	if (rows->arena)
		arena_free(rows->arena);
	free(rows->items);
	free(rows->values);
	*rows = (struct latest){ 0 };
}

void *latest_value(const struct latest *rows, size_t i)
{
	return rows->values + i * kinds[rows->kind].shape->size;
}

size_t latest_add(struct latest *rows)
{
	const struct shape *shape = kinds[rows->kind].shape;

	if (rows->count == rows->room) {
		rows->room = rows->room ? rows->room * 2 : kinds[rows->kind].most < 8 ? 1 : 8;
		rows->items = mem_grow(rows->items, rows->room, sizeof(*rows->items));
		rows->values = mem_grow(rows->values, rows->room, shape->size);
	}
	rows->items[rows->count] = (struct row){ 0 };
	rows->count++;
	shape_init(shape, latest_value(rows, rows->count - 1), rows->arena);
	return rows->count - 1;
}

void latest_copy(size_t kind, void *to, const void *from, struct arena *arena)
{
	const struct columns *columns = kinds_columns(kind);

	for (size_t i = 0; i < columns->count; i++) {
		const void *there = column_holder(&columns->items[i], from);

		if (there)
			value_copy(columns->items[i].member, column_holder(&columns->items[i], to), there,
				arena);
	}
}

void latest_tidy(struct latest *rows)
{
	const struct shape *shape = kinds[rows->kind].shape;
	struct arena *old = rows->arena;
	void *value;

	if (arena_size(old) < 2 * rows->least + TIDY_BYTES)
		return;
	rows->arena = arena_new();
	value = mem_alloc(shape->size);
	for (size_t i = 0; i < rows->count; i++) {
		shape_init(shape, value, rows->arena);
		latest_copy(rows->kind, value, latest_value(rows, i), rows->arena);
		memcpy(latest_value(rows, i), value, shape->size);
	}
	free(value);
	arena_free(old);
	rows->least = arena_size(rows->arena);
}
