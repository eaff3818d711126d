/* What the lines of tailscaled's own health warnings are about. They come as text alone, in random order. */
#ifndef TSLLM_VERDICTS_HEALTH_H
#define TSLLM_VERDICTS_HEALTH_H

#include "probes/ledger/state.h"

/* From the least important to the most. */
enum health_subject {
	HEALTH_UPDATE,
	HEALTH_SERVICE, /* of this node: SSH, ACME, subnet routes that it offers */
	HEALTH_OTHER,
	HEALTH_ROUTES, /* some peer advertises routes, which are not accepted here */
	HEALTH_DNS,
	HEALTH_NETWORK, /* of this machine: its link, UDP, DERP */
	HEALTH_CONTROL, /* no network map from the control plane */
	HEALTH_LOCK,    /* this node is locked out */
	HEALTH_SUBJECTS
};

/* The first line about the subject, in the order of strcmp; NULL: none, or the daemon does not run. */
const char *health_line(const struct ledger *ledger, enum health_subject subject);
/* The most important line that no verdict of its own repeats; NULL: none. */
const char *health_worst(const struct ledger *ledger, size_t *others);

#endif
