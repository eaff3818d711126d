/* Allocation that never returns NULL, and arenas.
 *
 * If the system is out of memory, mem_die() calls the hook set by mem_on_death() (it restores the
 * terminal), says so on stderr and exits. An arena is a bump allocator whose parts are freed together;
 * each snapshot and each parsed status has its own. */
#ifndef TSLLM_BASE_MEM_H
#define TSLLM_BASE_MEM_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Blocks of this size and more are returned to the system as soon as they are freed. */
#define MEM_LARGE (128 * 1024)

/* Call before the first allocation. */
void mem_set_limits(void);
/* Also returns the free pages between smaller blocks to the system. Call it after a lot was freed. */
void mem_trim(void);
void mem_on_death(void (*restore)(void));
_Noreturn void mem_die(void); /* as if out of memory */
void *mem_alloc(size_t size); /* zeroed */
void *mem_grow(void *old, size_t count, size_t size);
char *mem_copy(const char *text);                /* NULL gives "" */
void mem_replace(char **slot, const char *text); /* frees the old text and stores a copy */

/* A growing buffer; zeroed, it is empty. After the first bytes_add(), even of 0 bytes, a NUL follows the
 * bytes. */
struct bytes {
	char *text;
	size_t length, room;
};
void bytes_add(struct bytes *bytes, const char *more, size_t length);

struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for any type */
const char *arena_copy(struct arena *arena, const char *text);
const char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
size_t arena_size(const struct arena *arena);

/* A growing array: VEC_PUSH returns a pointer to a fresh zeroed slot of the vector's type. */
#define VEC(type)                                                                                            \
	struct {                                                                                             \
		type *items;                                                                                 \
		size_t count, room;                                                                          \
	}
void *vec_slot(void *items, size_t *count, size_t *room, size_t size);
#define VEC_PUSH(vec)                                                                                        \
	((vec)->items = vec_slot((vec)->items, &(vec)->count, &(vec)->room, sizeof(*(vec)->items)),          \
		&(vec)->items[(vec)->count - 1])

#endif
