/* Tables of the members of a struct: what is recorded of it, under which name.
 *
 * Comparing, copying, writing and reading run over these tables, so that a member is named once. A member that
 * is itself a struct, or points to one, has its members flattened into columns: "figures.running". */
#ifndef TSLLM_RECORDING_SHAPE_H
#define TSLLM_RECORDING_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct json;
struct json_out;

enum member_kind {
	MEMBER_TEXT,         /* const char *; "" by default */
	MEMBER_TEXT_OR_NULL, /* NULL by default */
	MEMBER_CHARS,        /* char[most] */
	MEMBER_BOOL,
	MEMBER_ENUM,    /* 0 to most */
	MEMBER_BITS,    /* an enum whose values are or-ed; 0 to most */
	MEMBER_INT,     /* from -most to most, as the three below */
	MEMBER_UNSIGNED,
	MEMBER_SIZE,
	MEMBER_INT64,
	MEMBER_DOUBLE,  /* NAN by default */
	MEMBER_DOUBLES, /* double[most]; without count_offset it is always full, and NAN by default */
	MEMBER_INTS,    /* int[most] */
	MEMBER_INT64S,  /* int64_t[most] */
	MEMBER_TEXTS,   /* const char *const *, NULL-terminated, at most most */
	MEMBER_ROWS,    /* an array of structs, at most most */
	MEMBER_STRUCT,
	MEMBER_POINTER, /* to a struct; NULL by default */
	MEMBER_OWN,     /* to a struct; never NULL */
	MEMBER_ARENA,   /* the arena of all that was copied */
	MEMBER_LEFT_OUT /* not recorded here */
};

struct shape;

struct member {
	const char *name;
	enum member_kind kind;
	size_t offset;
	double most;
	size_t count_offset; /* of the size_t with the number of items; NO_COUNT: there is none */
	const struct shape *shape;
	bool is_counter; /* written as its difference from the last value */
	bool is_slow;    /* nothing judges it: written every ten seconds */
	bool is_key;     /* tells the rows of a kind apart */
};

#define NO_COUNT ((size_t)-1)
/* Numbers from here on are not exact in JSON. */
#define NUMBER_MOST 9007199254740991.0

struct shape {
	size_t size;
	const struct member *members;
	size_t count;
	/* Of what a MEMBER_POINTER leads to, NULL: always. is_sound: what was read is kept. is_like: the new one may
	 * be written as a change of the old one. */
	bool (*is_sound)(const void *row);
	bool (*is_like)(const void *before, const void *now);
};

/* Sets all members to their defaults. Structs that are not NULL by default come from the arena. */
void shape_init(const struct shape *shape, void *row, struct arena *arena);

/* One member without members of its own, and how to get there. */
struct column {
	char name[48];
	const struct member *member;
	size_t depth;
	struct {
		size_t offset;
		bool is_pointer;
	} steps[4];
};

struct columns {
	struct column *items;
	size_t count, room;
};

void columns_add(struct columns *columns, const struct shape *shape);
/* The struct that holds the member; NULL: the row has none. */
void *column_holder(const struct column *column, const void *row);

#endif
