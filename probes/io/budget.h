/* How many connections this process can afford. What it lacks itself (descriptors, memory, ports) is its own
 * trouble, never a server's: so it asks for as much as it may have, and stays below that. */
#ifndef TSLLM_IO_BUDGET_H
#define TSLLM_IO_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

void budget_raise(void);     /* the soft limit of open files to the hard one */
size_t budget_talking(void); /* requests at once */
size_t budget_kept(void);    /* idle connections beside them */
/* Whether an errno says that this machine, and not the other end, lacks something. */
bool budget_is_spent(int os_error);

#endif
