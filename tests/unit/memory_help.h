/* What the system and the C library say of this process' memory. Sanitizers have an allocator of their own,
 * which keeps what is freed: tests of memory are left out there. */
#ifndef TSLLM_TEST_MEMORY_HELP_H
#define TSLLM_TEST_MEMORY_HELP_H

#include <stddef.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define CAN_MEASURE_MEMORY
#endif

/* Bytes of this process that are in memory. */
size_t memory_resident(void);
/* Bytes of the heap, free ones too, without large blocks that have a mapping of their own. */
size_t memory_heap(void);
/* Allocates some 7 MB of small blocks and frees all but the last one, which is returned. */
void *memory_make_hole(void);

#endif
