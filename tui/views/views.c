/* The list of views. */
#include "tui/views/views.h"

const struct view *const views[] = {
	&view_fleet,
	&view_paths,
	&view_models,
	&view_serve,
	&view_clients,
	&view_events,
	&view_history,
	NULL,
};

size_t views_count(void)
{
	size_t count = 0;

	while (views[count])
		count++;
	return count;
}
