/* A fix in its parts. A rule writes it as one text:
 *
 *   "HINT"                          a sentence
 *   "`COMMAND`"                     typed as it stands on this machine
 *   "`COMMAND`; HINT"               and what comes of it, or what to do then
 *   "on %{peer}: `COMMAND`; HINT"   typed on that machine; on %{host} if no peer is known
 *   "on a signing node: `COMMAND`"  typed on a machine whose name is not known
 *
 * The words of by_system.c are put in first: one of them may be a whole command with its hint. A command
 * works when it is typed as printed: with sudo if needed, not interactive, without prose or anything to be
 * replaced. */
#ifndef TSLLM_VERDICTS_FIX_H
#define TSLLM_VERDICTS_FIX_H

#include "probes/verdicts/rule.h"

struct fix {
	const char *run, *run_on, *hint; /* "": not there; run_on "": this machine */
	const char *line;                /* all of it in one line */
};

struct fix fix_of(const char *text, const struct evidence *evidence, const struct finding *finding,
	struct arena *arena);

#endif
