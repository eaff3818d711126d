/* How many connections this process can afford. If this machine runs out of descriptors, memory or ports,
 * that must never look like the fault of a server. We raise the limit as far as allowed and stay below it. */
#ifndef TSLLM_IO_BUDGET_H
#define TSLLM_IO_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

void budget_raise(void);     /* raises the soft limit of open files to the hard limit */
size_t budget_talking(void); /* concurrent requests */
size_t budget_kept(void);    /* idle connections in addition */
/* Whether an errno means that this machine, not the other end, ran out of something. */
bool budget_is_spent(int os_error);

#endif
