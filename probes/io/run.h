/* Child processes on the loop: argv and two callbacks, never a shell.
 *
 * stdout is passed on as it arrives (capped), the first 4 kB of stderr are kept, stdin is /dev/null. At
 * the deadline the child's process group gets SIGKILL. A long-running child has neither deadline nor cap. */
#ifndef TSLLM_IO_RUN_H
#define TSLLM_IO_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct run;

struct run_result {
	bool is_started; /* false: error says why (ENOENT, EACCES) */
	int error;       /* errno of the start, 0: none */
	bool timed_out, too_big;
	int exit_status;         /* -1: killed by a signal */
	const char *stderr_text; /* raw */
};

#define RUN_NO_DEADLINE 0
#define RUN_NO_CAP SIZE_MAX

typedef int run_bytes_fn(void *data, const char *bytes, size_t length); /* return -1 to end the run */
typedef void run_done_fn(void *data, const struct run_result *result);

/* What to run. environment: NULL-terminated "NAME=VALUE"; NULL: that of this program. */
struct run_command {
	const char *const *argv, *const *environment;
	bool joins_errors; /* stderr goes where stdout goes, as with 2>&1 */
};

/* done is called exactly once, from the loop; not after run_cancel(). */
struct run *run_start_in(uv_loop_t *loop, struct run_command command, long deadline_ms, size_t stdout_max,
	run_bytes_fn *bytes, run_done_fn *done, void *data);
/* In the environment of this program. */
struct run *run_start(uv_loop_t *loop, const char *const *argv, long deadline_ms, size_t stdout_max,
	run_bytes_fn *bytes, run_done_fn *done, void *data);
void run_cancel(struct run *run);

#endif
