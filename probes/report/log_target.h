/* Whose log is wanted: of a server on this machine, where this program can read it, or of a peer's, where it is read by
 * a command. Pure. */
#ifndef TSLLM_REPORT_LOG_TARGET_H
#define TSLLM_REPORT_LOG_TARGET_H

#include "probes/model/server_facts.h"
#include "probes/model/snapshot.h"

struct log_target {
	bool is_here;
	const struct usual_log *usual; /* where its kind of server logs; NULL: unknown */
	int port;
	char host[256]; /* here: the address that the server was reached at; "": any */
	/* Of a peer: what to type, where ("": here), and a sentence. "" each: there is none. */
	char run[700], run_on[128], hint[400];
};

/* A mount of this machine leads to its backend. */
void log_target_of(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct log_target *target);

#endif
