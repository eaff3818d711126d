/* The one place where a name is resolved: asynchronously, in a thread of its own that nobody waits for.
 * Everything else dials addresses. */
#ifndef TSLLM_IO_RESOLVE_H
#define TSLLM_IO_RESOLVE_H

#include <stdbool.h>
#include <uv.h>

struct resolve;

/* address: the first IPv4, else the first IPv6; it lives for the call only. NULL: the name has none here, or, where
 * is_answered is false, the resolver did not say so: it is silent, or this machine lacked what it takes to ask. */
typedef void resolve_done_fn(void *data, const char *address, bool is_answered);

/* done is called exactly once, from the loop; not after resolve_cancel(). NULL: this is no name, and done is
 * not called. */
struct resolve *resolve_start(uv_loop_t *loop, const char *name, resolve_done_fn *done, void *data);
void resolve_cancel(struct resolve *resolve);

#endif
