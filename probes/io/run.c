/* Child processes over uv_spawn. A child leads its own process group, so that the deadline also ends the
 * processes that it started.
 *
 * done is called when the child has exited and both pipes are at their end, or at the deadline, whichever
 * comes first. The memory is freed later, when the child is reaped and every handle is closed: a child
 * that SIGKILL does not end at once delays nothing. */
#include "probes/io/run.h"

#include "probes/base/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STDERR_MAX 4096

struct run {
	uv_process_t process;
	uv_pipe_t output, errors;
	uv_timer_t deadline;
	int open_handles, open_pipes;
	bool is_running;
	run_bytes_fn *bytes;
	run_done_fn *done; /* NULL: was called, or the run was cancelled */
	void *data;
	size_t stdout_max, stdout_length, stderr_length;
	struct run_result result;
	char stderr_text[STDERR_MAX + 1];
	char room[16384];
};

static void on_closed(uv_handle_t *handle)
{
	struct run *run = handle->data;

	if (!--run->open_handles)
		free(run);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void end(struct run *run)
{
	run_done_fn *done = run->done;

	run->done = NULL;
	if (run->is_running)
		kill(-run->process.pid, SIGKILL);
	close_handle((uv_handle_t *)&run->output);
	close_handle((uv_handle_t *)&run->errors);
	close_handle((uv_handle_t *)&run->deadline);
	if (!run->is_running) /* else on_exit_of_child() does, as every child must be reaped */
		close_handle((uv_handle_t *)&run->process);
	if (done)
		done(run->data, &run->result);
}

static void on_exit_of_child(uv_process_t *process, int64_t status, int signal_number)
{
	struct run *run = process->data;

	run->is_running = false;
	run->result.exit_status = signal_number ? -1 : (int)status;
	if (!run->done)
		close_handle((uv_handle_t *)process);
	else if (!run->open_pipes)
		end(run);
}

static void on_deadline(uv_timer_t *timer)
{
	struct run *run = timer->data;

	run->result.timed_out = run->result.is_started;
	end(run);
}

static void room_for(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
	struct run *run = handle->data;

	(void)wanted;
	*buffer = uv_buf_init(run->room, sizeof(run->room));
}

static void on_pipe_end(struct run *run, uv_stream_t *pipe)
{
	uv_read_stop(pipe);
	if (!--run->open_pipes && !run->is_running)
		end(run);
}

static void on_output(uv_stream_t *pipe, ssize_t length, const uv_buf_t *buffer)
{
	struct run *run = pipe->data;

	if (length < 0) {
		on_pipe_end(run, pipe);
		return;
	}
	if (run->stdout_max != RUN_NO_CAP)
		run->stdout_length += (size_t)length;
	if (run->stdout_length <= run->stdout_max && !run->bytes(run->data, buffer->base, (size_t)length))
		return;
	if (run->done) { /* bytes() may have cancelled the run */
		run->result.too_big = true;
		end(run);
	}
}

static void on_errors(uv_stream_t *pipe, ssize_t length, const uv_buf_t *buffer)
{
	struct run *run = pipe->data;
	size_t left = STDERR_MAX - run->stderr_length;

	if (length < 0) {
		on_pipe_end(run, pipe);
		return;
	}
	left = (size_t)length < left ? (size_t)length : left;
	memcpy(run->stderr_text + run->stderr_length, buffer->base, left);
	run->stderr_length += left;
}

/* One pipe for both: the child's end of it, or an error of libuv. */
static int join_outputs(struct run *run)
{
	uv_file ends[2];
	int error = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);

	if (!error)
		error = uv_pipe_open(&run->output, ends[0]);
	return error ? error : ends[1];
}

static int spawn(struct run *run, uv_loop_t *loop, struct run_command command)
{
	int joint = command.joins_errors ? join_outputs(run) : -1, error;
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&run->output },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&run->errors },
	};
	uv_process_options_t options = {
		.file = command.argv[0],
		.args = (char **)command.argv,
		.env = (char **)command.environment,
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = ARRAY_LEN(stdio),
		.exit_cb = on_exit_of_child,
	};

	if (command.joins_errors) {
		if (joint < 0)
			return joint;
		stdio[1] = stdio[2] = (uv_stdio_container_t){ .flags = UV_INHERIT_FD, .data.fd = joint };
	}
	error = uv_spawn(loop, &run->process, &options);
	if (joint >= 0)
		close(joint);
	return error;
}

static void own(struct run *run, uv_handle_t *handle)
{
	handle->data = run;
	run->open_handles++;
}

struct run *run_start_in(uv_loop_t *loop, struct run_command command, long deadline_ms, size_t stdout_max,
	run_bytes_fn *bytes, run_done_fn *done, void *data)
{
	struct run *run = mem_alloc(sizeof(*run));
	int error;

	run->bytes = bytes;
	run->done = done;
	run->data = data;
	run->stdout_max = stdout_max;
	run->result.stderr_text = run->stderr_text;
	run->result.exit_status = -1;
	uv_pipe_init(loop, &run->output, 0);
	uv_pipe_init(loop, &run->errors, 0);
	uv_timer_init(loop, &run->deadline);
	error = spawn(run, loop, command);
	own(run, (uv_handle_t *)&run->output);
	own(run, (uv_handle_t *)&run->errors);
	own(run, (uv_handle_t *)&run->deadline);
	own(run, (uv_handle_t *)&run->process);
	run->is_running = run->result.is_started = !error;
	run->result.error = -error;
	if (error || deadline_ms != RUN_NO_DEADLINE)
		uv_timer_start(&run->deadline, on_deadline, error ? 0 : (uint64_t)deadline_ms, 0);
	if (!error) {
		run->open_pipes = command.joins_errors ? 1 : 2;
		uv_read_start((uv_stream_t *)&run->output, room_for, on_output);
		if (!command.joins_errors)
			uv_read_start((uv_stream_t *)&run->errors, room_for, on_errors);
	}
	return run;
}

struct run *run_start(uv_loop_t *loop, const char *const *argv, long deadline_ms, size_t stdout_max,
	run_bytes_fn *bytes, run_done_fn *done, void *data)
{
	return run_start_in(
		loop, (struct run_command){ .argv = argv }, deadline_ms, stdout_max, bytes, done, data);
}

void run_cancel(struct run *run)
{
	if (!run || !run->done)
		return;
	run->done = NULL;
	end(run);
}
