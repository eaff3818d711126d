/* Defaults, and flattening of structs into columns. */
#include "probes/recording/shape.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static void init(const struct member *member, void *at, struct arena *arena)
{
	switch (member->kind) {
	case MEMBER_TEXT:
		*(const char **)at = "";
		break;
	case MEMBER_DOUBLE:
		*(double *)at = NAN;
		break;
	case MEMBER_DOUBLES:
		for (size_t i = 0; i < (size_t)member->most; i++)
			((double *)at)[i] = member->count_offset == NO_COUNT ? NAN : 0;
		break;
	case MEMBER_TEXTS:
		*(const char *const **)at = arena_alloc(arena, sizeof(char *));
		break;
	case MEMBER_STRUCT:
		shape_init(member->shape, at, arena);
		break;
	case MEMBER_OWN:
		*(void **)at = arena_alloc(arena, member->shape->size);
		shape_init(member->shape, *(void **)at, arena);
		break;
	case MEMBER_ARENA:
		*(struct arena **)at = arena;
		break;
	default:
		break; /* zero */
	}
}

void shape_init(const struct shape *shape, void *row, struct arena *arena)
{
	memset(row, 0, shape->size);
	for (size_t i = 0; i < shape->count; i++)
		init(&shape->members[i], (char *)row + shape->members[i].offset, arena);
}

static void add(struct columns *columns, const struct shape *shape, const struct column *parent)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct member *member = &shape->members[i];
		struct column column = *parent;
		bool is_struct = member->kind == MEMBER_STRUCT, is_own = member->kind == MEMBER_OWN;

		if (member->kind == MEMBER_ARENA || member->kind == MEMBER_LEFT_OUT)
			continue;
		if (!is_own)
			text_set(column.name, sizeof(column.name), "%s%s%s", parent->name,
				*parent->name ? "." : "", member->name);
		column.member = member;
		if (!is_struct && !is_own) {
			columns->items = vec_slot(columns->items, &columns->count, &columns->room,
				sizeof(*columns->items));
			columns->items[columns->count - 1] = column;
		}
		if (!is_struct && !is_own && member->kind != MEMBER_POINTER)
			continue;
		column.steps[column.depth].offset = member->offset;
		column.steps[column.depth++].is_pointer = !is_struct;
		add(columns, member->shape, &column);
	}
}

void columns_add(struct columns *columns, const struct shape *shape)
{
	add(columns, shape, &(struct column){ .name = "" });
}

void *column_holder(const struct column *column, const void *row)
{
	char *at = (char *)(uintptr_t)row;

	for (size_t i = 0; at && i < column->depth; i++) {
		at += column->steps[i].offset;
		if (column->steps[i].is_pointer)
			at = *(char **)at;
	}
	return at;
}
