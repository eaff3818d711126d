/* The command inherits the terminal and stays in its foreground group, so Ctrl-C is its own while it has the
 * terminal in raw mode. If ssh itself failed, its message stays until Enter is pressed. */
#include "tui/shell_out.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define SSH_FAILED 255

struct shell_out {
	uv_process_t process;
	uv_poll_t enter;
	bool is_running, has_enter, is_freed;
	unsigned open; /* handles that are not closed yet */
	void (*back)(void *data);
	void *data;
};

static void closed(uv_handle_t *handle)
{
	struct shell_out *shell_out = handle->data;

	if (--shell_out->open == 0)
		free(shell_out);
}

static void read_enter(uv_poll_t *poll, int status, int events)
{
	struct shell_out *shell_out = poll->data;
	char bytes[256];
	ssize_t length = read(STDIN_FILENO, bytes, sizeof(bytes));

	(void)events;
	if (status == 0 && length > 0 && !memchr(bytes, '\n', (size_t)length))
		return;
	uv_poll_stop(poll);
	shell_out->back(shell_out->data);
}

static void ended(uv_process_t *process, int64_t status, int signal_number)
{
	struct shell_out *shell_out = process->data;

	(void)signal_number;
	shell_out->is_running = false;
	if (shell_out->is_freed)
		return;
	if (status != SSH_FAILED || uv_poll_init(process->loop, &shell_out->enter, STDIN_FILENO) != 0) {
		shell_out->back(shell_out->data);
		return;
	}
	printf("tsllm-top: ssh failed. Enter goes back. ");
	fflush(stdout);
	shell_out->has_enter = true;
	shell_out->open++;
	shell_out->enter.data = shell_out;
	uv_poll_start(&shell_out->enter, UV_READABLE, read_enter);
}

struct shell_out *shell_out_start(struct uv_loop_s *loop, const char *tailscale, const char *host,
	void (*back)(void *data), void *data, struct fault *fault)
{
	struct shell_out *shell_out = mem_alloc(sizeof(*shell_out));
	const char *by_tailscale[] = { tailscale, "ssh", "--", host, NULL };
	const char *plain[] = { "ssh", "--", host, NULL };
	uv_stdio_container_t terminal[3];
	uv_process_options_t options = { .exit_cb = ended,
		.file = tailscale ? tailscale : "ssh",
		.args = (char **)(tailscale ? by_tailscale : plain),
		.stdio_count = 3,
		.stdio = terminal };
	int error;

	for (int fd = 0; fd < 3; fd++) {
		terminal[fd].flags = UV_INHERIT_FD;
		terminal[fd].data.fd = fd;
	}
	shell_out->back = back;
	shell_out->data = data;
	shell_out->open = 1;
	shell_out->process.data = shell_out;
	printf("tsllm-top: %s%s\n", tailscale ? "tailscale ssh " : "ssh ", host);
	fflush(stdout);
	error = uv_spawn(loop, &shell_out->process, &options);
	shell_out->is_running = error == 0;
	if (!error)
		return shell_out;
	fault_say(fault, "cannot run %s: %s", options.file, uv_strerror(error));
	shell_out_free(shell_out);
	return NULL;
}

void shell_out_free(struct shell_out *shell_out)
{
	if (!shell_out || shell_out->is_freed)
		return;
	shell_out->is_freed = true;
	if (shell_out->is_running)
		uv_process_kill(&shell_out->process, SIGHUP);
	if (shell_out->has_enter)
		uv_close((uv_handle_t *)&shell_out->enter, closed);
	uv_close((uv_handle_t *)&shell_out->process, closed);
}
