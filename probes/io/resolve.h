/* The one place where a name is resolved: asynchronously, in a thread of its own that nobody waits for.
 * Everything else dials addresses. */
#ifndef TSLLM_IO_RESOLVE_H
#define TSLLM_IO_RESOLVE_H

#include <uv.h>

struct resolve;

/* address: the first IPv4, else the first IPv6; NULL: the name has none here. It lives for the call only. */
typedef void resolve_done_fn(void *data, const char *address);

/* done is called exactly once, from the loop; not after resolve_cancel(). NULL: this is no name, and done is
 * not called. */
struct resolve *resolve_start(uv_loop_t *loop, const char *name, resolve_done_fn *done, void *data);
void resolve_cancel(struct resolve *resolve);

#endif
