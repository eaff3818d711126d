/* Which panels the body of the screen has, and where. */
#ifndef TSLLM_UI_LAYOUT_H
#define TSLLM_UI_LAYOUT_H

#include "tui/term/canvas.h"

#include <stdbool.h>
#include <stddef.h>

struct layout {
	struct box list, inspector, plot, events; /* height 0: not shown */
	bool is_framed; /* the panels have borders; else a rule above the inspector */
};

/* body: the room below the tabs and above the key bar; rows: of the list, with its heads; height: of the whole
 * screen. The panels take the lines that the rows do not need, and at least a few: what the inspector needs
 * for least lines, if half of the body has room for it. */
struct layout layout_panels(struct box body, size_t rows, int height, bool has_panels, size_t least);

#endif
