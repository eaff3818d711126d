/* The only place that resolves names: asynchronously, in a detached thread. Everything else dials
 * addresses. */
#ifndef TSLLM_IO_RESOLVE_H
#define TSLLM_IO_RESOLVE_H

#include <stdbool.h>
#include <uv.h>

struct resolve;

/* address: the first IPv4, else the first IPv6; valid only during the call. NULL: the name has none here
 * or, if is_answered is false, there was no answer: the resolver is silent, or this machine lacked the
 * resources to ask it. */
typedef void resolve_done_fn(void *data, const char *address, bool is_answered);

/* done is called exactly once, from the loop; not after resolve_cancel(). Returns NULL, and never calls
 * done, if the name is too long or no socket or thread is available. */
struct resolve *resolve_start(uv_loop_t *loop, const char *name, resolve_done_fn *done, void *data);
void resolve_cancel(struct resolve *resolve);

#endif
