/* Resident pages from /proc, the size of the heap from glibc. */
#include "memory_help.h"

#include "probes/base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CRUMBS 60000
#define CRUMB_BYTES 100

size_t memory_resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (file && fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

size_t memory_heap(void)
{
	return mallinfo2().arena;
}

void *memory_make_hole(void)
{
	void **crumbs = mem_alloc(CRUMBS * sizeof(*crumbs)), *last;

	for (size_t i = 0; i < CRUMBS; i++) {
		crumbs[i] = mem_alloc(CRUMB_BYTES);
		memset(crumbs[i], 1, CRUMB_BYTES);
	}
	for (size_t i = 0; i + 1 < CRUMBS; i++)
		free(crumbs[i]);
	last = crumbs[CRUMBS - 1];
	free(crumbs);
	return last;
}
