/* One line by the guidelines for Nagios' plug-ins: `--format nagios`. Our exit status is theirs. */
#ifndef TSLLM_OUT_NAGIOS_H
#define TSLLM_OUT_NAGIOS_H

struct print_to;
struct snapshot;

/* "TSLLM CRITICAL - SENTENCE | endpoints=3 endpoints_down=1 …" */
void nagios_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
