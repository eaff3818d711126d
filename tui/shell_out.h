/* A command that has the terminal to itself for a while: ssh. The loop goes on meanwhile. */
#ifndef TSLLM_TUI_SHELL_OUT_H
#define TSLLM_TUI_SHELL_OUT_H

#include <stdbool.h>

struct fault;
struct uv_loop_s;
struct shell_out;

/* back: the command has ended, and the terminal is free again. Call it with the screen left; NULL and a fault
 * if the command cannot be started. tailscale: the command for Tailscale SSH; NULL: plain ssh. */
struct shell_out *shell_out_start(struct uv_loop_s *loop, const char *tailscale, const char *host,
	void (*back)(void *data), void *data, struct fault *fault);
/* Also from back(). The command is told to end if it still runs. */
void shell_out_free(struct shell_out *shell_out);

#endif
