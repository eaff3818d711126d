/* The list of views. */
#include "tui/views/views.h"

#include "probes/base/text.h"

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

const struct view *views_named(const char *title)
{
	size_t i = 0;

	while (views[i] && !text_equal_fold(views[i]->title, title))
		i++;
	return views[i];
}

size_t views_count(void)
{
	size_t count = 0;

	while (views[count])
		count++;
	return count;
}
