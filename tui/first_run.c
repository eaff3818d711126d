#include "tui/first_run.h"

#include <unistd.h>

bool first_run_is(const struct settings *settings)
{
	return *settings->state_file && settings->discover != DISCOVER_OFF && !settings->is_passive &&
	       access(settings->state_file, F_OK) < 0;
}

bool first_run_searches(const struct snapshot *snapshot)
{
	return snapshot->discovery.peers && (snapshot->discovery.asked || snapshot->discovery.pending);
}

const char *first_run_text(const struct settings *settings)
{
	static const char *const texts[] = {
		[DISCOVER_MINE] =
			"first run: looking for LLM servers on the usual ports of your own and tagged "
			"machines (to stop: discover = off)",
		[DISCOVER_TAGGED] =
			"first run: looking for LLM servers on the usual ports of tagged machines "
			"(to stop: discover = off)",
		[DISCOVER_ALL] =
			"first run: looking for LLM servers on the usual ports of all machines of the "
			"tailnet (to stop: discover = off)",
		[DISCOVER_OFF] = "",
	};

	return texts[settings->discover];
}
