/* A libuv handle may be freed only in its close callback, one iteration of the loop later. */
#include "probes/io/timer.h"

#include "probes/base/mem.h"

#include <stdlib.h>
#include <uv.h>

struct timer {
	uv_timer_t handle; /* must be first: free_handle() frees the whole timer */
	void (*fire)(void *data);
	void *data;
};

struct timer *timer_new(struct uv_loop_s *loop, void (*fire)(void *data), void *data)
{
	struct timer *timer = mem_alloc(sizeof(*timer));

	timer->fire = fire;
	timer->data = data;
	uv_timer_init(loop, &timer->handle);
	timer->handle.data = timer;
	return timer;
}

static void on_time(uv_timer_t *handle)
{
	struct timer *timer = handle->data;

	timer->fire(timer->data);
}

void timer_start(struct timer *timer, int64_t ms)
{
	uv_timer_start(&timer->handle, on_time, ms > 0 ? (uint64_t)ms : 0, 0);
}

void timer_stop(struct timer *timer)
{
	uv_timer_stop(&timer->handle);
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

void timer_free(struct timer *timer)
{
	uv_close((uv_handle_t *)&timer->handle, free_handle);
}
