#include "tui/views/replay_words.h"

#include "probes/base/text.h"

#include <time.h>

void replay_words(const struct snapshot *snapshot, char *text, size_t size)
{
	const struct replay_state *replay = &snapshot->replay;
	time_t at = (time_t)(snapshot->taken.wall_ms / 1000);
	struct tm local;
	char stamp[32] = "";

	if (!replay->is_on)
		return;
	if (localtime_r(&at, &local))
		strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &local);
	text_set(text, size, "REPLAY %s", stamp);
	if (replay->is_searching)
		text_add(text, size, " searching");
	else if (replay->is_at_end)
		text_add(text, size, " end");
	else if (replay->is_paused)
		text_add(text, size, " paused");
	else if (replay->speed != 1)
		text_add(text, size, " ×%g", replay->speed);
}
