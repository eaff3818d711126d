/* The capture helper on the loop: found, started, read, and started again when it ends.
 *
 * It is the one program with a right of its own, so no environment variable chooses it: it is the installed
 * tsllm-capture, else the one beside this program. It never speaks to anybody; what it says is handed on line
 * by line, and how it is when that changes. */
#ifndef TSLLM_PACKETS_HELPER_H
#define TSLLM_PACKETS_HELPER_H

#include "probes/model/obs.h"
#include "probes/model/sniffed.h"
#include "probes/model/settings.h"

struct uv_loop_s;

struct sniffer_hooks {
	void *data;
	void (*saw)(void *data, const struct sniffed *sniffed);
	void (*changed)(void *data, const struct obs_capture *capture);
};

struct sniffer;

struct sniffer *sniffer_new(
	struct uv_loop_s *loop, const struct settings *settings, const struct sniffer_hooks *hooks);
void sniffer_free(struct sniffer *sniffer);
/* What it shall be started with; the first call starts it. Other arguments than before start it again, but
 * not twice in half a minute. */
void sniffer_aim(struct sniffer *sniffer, const struct strings *arguments);
/* How long after its end in failure it is started again, counted from 0. */
int64_t sniffer_delay_ms(unsigned failures);

#endif
