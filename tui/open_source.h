/* Opens what snapshots come from, and says what is wrong with it. */
#ifndef TSLLM_TUI_OPEN_SOURCE_H
#define TSLLM_TUI_OPEN_SOURCE_H

#include "probes/source.h"
#include "tui/options.h"

/* NULL: the recording cannot be read or written, which was said. */
struct source *open_source(
	const struct options *options, const struct settings *settings, enum source_use use);

#endif
