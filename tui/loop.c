/* libuv and curl need descriptors of their own before the first server is asked. Without them, some of their
 * calls abort and some loop forever instead of failing, so check first that there are enough.
 *
 * Handles close in the loop, not at once: their owners get a last turn of limited time before the rest is
 * closed by force. */
#include "tui/loop.h"

#include "probes/base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LAST_TURN_MS 300
#define FREE_MIN 16 /* the loop and its signals 6, curl 2, a child 5, a connection and its name 3 */

static bool has_descriptors(void)
{
	int taken[FREE_MIN], count = 0;

	while (count < FREE_MIN && (taken[count] = dup(STDIN_FILENO)) >= 0)
		count++;
	for (int i = 0; i < count; i++)
		close(taken[i]);
	return count == FREE_MIN;
}

int loop_start(uv_loop_t *loop, struct fault *fault)
{
	struct rlimit limit = { 0, 0 };
	int error;

	if (!has_descriptors()) {
		getrlimit(RLIMIT_NOFILE, &limit);
		fault_say(fault,
			"not enough file descriptors: the limit is %llu (ulimit -n), and %d more are needed",
			(unsigned long long)limit.rlim_cur, FREE_MIN);
		return -1;
	}
	error = uv_loop_init(loop);
	if (error)
		fault_say(fault, "cannot start: %s", uv_strerror(error));
	return error ? -1 : 0;
}

void loop_run(struct uv_loop_s *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
}

void loop_stop(struct uv_loop_s *loop)
{
	uv_stop(loop);
}

static void stop(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void close_handle(uv_handle_t *handle, void *data)
{
	(void)data;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void loop_end(uv_loop_t *loop)
{
	uv_timer_t guard;

	uv_timer_init(loop, &guard);
	uv_timer_start(&guard, stop, LAST_TURN_MS, 0);
	uv_unref((uv_handle_t *)&guard);
	uv_run(loop, UV_RUN_DEFAULT);
	uv_walk(loop, close_handle, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
	uv_loop_close(loop);
}
