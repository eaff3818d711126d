/* What the user interface begins with: the configured columns, what earlier runs kept, what was complained
 * about. */
#ifndef TSLLM_TUI_OPEN_UI_H
#define TSLLM_TUI_OPEN_UI_H

#include "probes/model/settings.h"
#include "tui/options.h"
#include "tui/ui/kept.h"

/* The file is beside that of the endpoints. */
struct kept *open_kept(const struct settings *settings, struct fault *fault);
/* kept_fault: why nothing is kept; "": all is well. */
struct ui *open_ui(const struct options *options, const struct settings *settings, const struct kept *kept,
	const char *kept_fault);
/* The snapshot before anything was asked: empty. */
struct snapshot *open_snapshot(const struct settings *settings);
bool open_mouse(const struct options *options); /* whether to use it */

#endif
