/* Where the log of a server on this machine is, by the process that listens on its port: a file that it writes to, its
 * container, its systemd unit, or the file where its kind of server usually writes. */
#ifndef TSLLM_IO_LOG_PLACE_H
#define TSLLM_IO_LOG_PLACE_H

#include "probes/base/strings.h"
#include "probes/io/log_facts.h"

#define LOG_LINES 100 /* how many of the last ones are shown first */

struct log_place {
	char what[400];      /* "the journal of ollama.service"; "" if it is not known */
	char path[1100];     /* a file to read; "": none */
	struct strings argv; /* or a command that prints it; the container's id may be missing: see ask */
	struct strings ask;  /* a command that prints that id; empty: nothing is missing */
	char why[400];       /* why this program cannot read it; "": it can */
	char run[2048];      /* what to type to read it; "": nothing is known */
};

#define LOG_FOLLOW_AT 2 /* in argv: where "--follow" goes */
#define LOG_FOLLOW "--follow"

/* Looks at nothing but whether a file may be read. */
void log_place_choose(const struct log_facts *facts, struct log_place *place);
void log_place_fini(struct log_place *place);

#endif
