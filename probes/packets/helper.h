/* The capture helper on the loop: found, started, read, and started again when it ends.
 *
 * It is the one program with a right of its own, so no environment variable chooses it: it is the installed
 * tsllm-capture, else the one beside this program. It never speaks to anybody; what it says is handed on line
 * by line, and how it is when that changes. */
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
/* What it shall be started with; the first call starts it. Other arguments than before start it again, but
 * not twice in half a minute. */
void helper_set_arguments(struct helper *helper, const struct strings *arguments);
/* How long after its end in failure it is started again, counted from 0. */
int64_t helper_delay_ms(unsigned failures);

#endif
