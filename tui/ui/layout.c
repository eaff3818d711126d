#include "tui/ui/layout.h"

#define INSPECTOR_FROM 16 /* lines of the screen */
#define FRAMED_WIDTH 120
#define FRAMED_HEIGHT 30
#define EVENTS_WIDTH 180
#define EVENTS_HEIGHT 45
#define RULED_LEAST 5 /* lines of a panel: a rule, the sentence, the command, the hint */
#define RULED_MOST 8
#define FRAMED_LEAST 9
#define FRAMED_MOST 13 /* or two fifths of the screen */
#define LIST_LEAST 5

static int between(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

/* Side by side, the inspector first and widest. */
static void share_width(struct layout *layout, struct box panels, bool has_events)
{
	int plot = panels.width * (has_events ? 30 : 42) / 100,
	    events = has_events ? panels.width * 30 / 100 : 0;

	layout->inspector = layout->plot = panels;
	layout->inspector.width -= plot + events;
	layout->plot.x += layout->inspector.width;
	layout->plot.width = plot;
	if (!has_events)
		return;
	layout->events = panels;
	layout->events.x += layout->inspector.width + plot;
	layout->events.width = events;
}

struct layout layout_panels(struct box body, size_t rows, int height, bool has_panels, size_t least)
{
	struct layout layout = { .list = body };
	struct box panels = body;
	int most = body.height - (rows < LIST_LEAST ? (int)rows : LIST_LEAST), needed, spare;

	if (!has_panels || height < INSPECTOR_FROM)
		return layout;
	layout.is_framed = body.width >= FRAMED_WIDTH && height >= FRAMED_HEIGHT;
	spare = rows < (size_t)body.height ? body.height - (int)rows : 0;
	if (layout.is_framed)
		panels.height = between(spare, FRAMED_LEAST, between(height * 2 / 5, FRAMED_MOST, height));
	else
		panels.height = between(spare, RULED_LEAST, RULED_MOST);
	needed = (int)least + 2; /* a frame, or a rule and a line for what follows */
	if (needed > panels.height)
		panels.height = between(body.height / 2, panels.height, needed);
	if (panels.height > most)
		panels.height = most;
	panels.y += body.height - panels.height;
	layout.list.height -= panels.height;
	if (layout.is_framed)
		share_width(&layout, panels, body.width >= EVENTS_WIDTH && height >= EVENTS_HEIGHT);
	else
		layout.inspector = panels;
	return layout;
}
