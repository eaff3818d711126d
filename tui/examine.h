/* --doctor and --audit, alone or together: what they say of the last snapshot. */
#ifndef TSLLM_TUI_EXAMINE_H
#define TSLLM_TUI_EXAMINE_H

#include "probes/model/settings.h"
#include "probes/report/redact.h"
#include "tui/options.h"

struct examine {
	const struct options *options;
	const struct settings *settings;
	struct snapshot *snapshot; /* its names are hidden on the way */
	struct redactor *redactor; /* NULL: names are printed as they are */
};

/* Returns the exit status; 64: --doctor names nothing that is known, and nothing was printed. */
int examine_print(const struct examine *examine, const struct print_to *to);

#endif
