/* The panels below the list. */
#ifndef TSLLM_UI_PANELS_H
#define TSLLM_UI_PANELS_H

#include "tui/term/canvas.h"
#include "tui/ui/layout.h"

struct look;
struct snapshot;

/* The cells of a line in the inspector. */
int panels_page_width(const struct layout *layout);
/* Of the row that is looked at. Without anything to plot, the inspector has the room of the plot. */
void panels_draw(struct canvas *canvas, const struct snapshot *snapshot, const struct layout *layout,
	const struct look *look);

#endif
