/* Allocation that ends the program on failure, and arenas.
 *
 * An arena is a chain of blocks, each twice the size of the one before, up to 1 MB: a snapshot of a small
 * tailnet costs one malloc, one of 10,000 peers a dozen. */
#include "probes/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define FIRST_BLOCK 4096
#define LARGEST_BLOCK (1024 * 1024)

static void (*restore_hook)(void);

void mem_on_death(void (*restore)(void))
{
	restore_hook = restore;
}

/* By default glibc raises both limits whenever a large block is freed: after one answer of 4 MB, whose
 * buffer was 8 MB, blocks of up to 8 MB come from the heap and up to 16 MB of free heap are kept. */
void mem_set_limits(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, MEM_LARGE);
	mallopt(M_TRIM_THRESHOLD, MEM_LARGE);
#endif
}

/* free() shrinks the heap only from its top, where one small block in use keeps everything below it. */
void mem_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(MEM_LARGE);
#endif
}

void mem_die(void)
{
	static const char words[] = "tsllm-top: out of memory\n";

	if (restore_hook)
		restore_hook();
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		_exit(71);
	_exit(70);
}

void *mem_alloc(size_t size)
{
	void *block = calloc(1, size ? size : 1);

	if (!block)
		mem_die();
	return block;
}

void *mem_grow(void *old, size_t count, size_t size)
{
	void *block;

	if (size && count > SIZE_MAX / size)
		mem_die();
	block = realloc(old, count ? count * size : 1);
	if (!block)
		mem_die();
	return block;
}

char *mem_copy(const char *text)
{
	size_t size = text ? strlen(text) + 1 : 1;
	char *copy = mem_alloc(size);

	if (text)
		memcpy(copy, text, size);
	return copy;
}

void mem_replace(char **slot, const char *text)
{
	if (*slot && strcmp(*slot, text) == 0)
		return;
	free(*slot);
	*slot = mem_copy(text);
}

void *vec_slot(void *items, size_t *count, size_t *room, size_t size)
{
	if (*count == *room) {
		*room = *room ? *room * 2 : 8;
		items = mem_grow(items, *room, size);
	}
	memset((char *)items + *count * size, 0, size);
	(*count)++;
	return items;
}

void bytes_add(struct bytes *bytes, const char *more, size_t length)
{
	if (bytes->length + length + 1 > bytes->room) {
		bytes->room = 2 * (bytes->length + length) + 256;
		bytes->text = mem_grow(bytes->text, bytes->room, 1);
	}
	memcpy(bytes->text + bytes->length, more, length);
	bytes->length += length;
	bytes->text[bytes->length] = '\0';
}

struct block {
	struct block *older;
	size_t used, room;
	max_align_t bytes[];
};

struct arena {
	struct block *newest;
	size_t total;
};

struct arena *arena_new(void)
{
	return mem_alloc(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *block = arena->newest; block;) {
		struct block *older = block->older;

		free(block);
		block = older;
	}
	free(arena);
}

static void add_block(struct arena *arena, size_t least)
{
	size_t room = arena->newest ? arena->newest->room * 2 : FIRST_BLOCK;
	struct block *block;

	if (room > LARGEST_BLOCK)
		room = LARGEST_BLOCK;
	if (room < least)
		room = least;
	block = mem_alloc(sizeof(*block) + room);
	block->room = room;
	block->older = arena->newest;
	arena->newest = block;
	arena->total += sizeof(*block) + room;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	size_t rounded = (size + align - 1) / align * align;
	char *place;

	if (!arena->newest || arena->newest->room - arena->newest->used < rounded)
		add_block(arena, rounded);
	place = (char *)arena->newest->bytes + arena->newest->used;
	arena->newest->used += rounded;
	return place;
}

const char *arena_copy(struct arena *arena, const char *text)
{
	size_t size;
	char *copy;

	if (!text || !*text)
		return "";
	size = strlen(text) + 1;
	copy = arena_alloc(arena, size);
	memcpy(copy, text, size);
	return copy;
}

const char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}

size_t arena_size(const struct arena *arena)
{
	return arena->total;
}
