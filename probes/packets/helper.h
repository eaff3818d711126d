/* Runs the capture helper on the loop: finds it, starts it, reads its lines, and restarts it when it ends.
 *
 * Security: it is the only program with a privilege of its own, so no environment variable may choose it. It
 * is the installed tsllm-capture, else the one beside this program. It sends nothing to the network. Each of
 * its lines goes to saw(), each change of its state to changed(). */
#ifndef TSLLM_PACKETS_HELPER_H
#define TSLLM_PACKETS_HELPER_H

#include "probes/model/obs.h"
#include "probes/model/settings.h"
#include "probes/model/sniffed.h"

struct uv_loop_s;

struct helper_hooks {
	void *data;
	void (*saw)(void *data, const struct sniffed *sniffed);
	void (*changed)(void *data, const struct obs_capture *capture);
};

struct helper;

struct helper *helper_new(
	struct uv_loop_s *loop, const struct settings *settings, const struct helper_hooks *hooks);
void helper_free(struct helper *helper);
/* The first call starts the helper. Changed arguments restart it, at most once in 30 s. */
void helper_set_arguments(struct helper *helper, const struct strings *arguments);
/* Pause before a restart after that many failures in a row, counted from 0. */
int64_t helper_delay_ms(unsigned failures);

#endif
