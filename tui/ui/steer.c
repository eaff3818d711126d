/* Keys that move in a replay, and those that would ask or open something and do nothing there. */
#include "probes/base/mem.h"
#include "tui/ui/state.h"

static const struct {
	int key;
	enum steer how;
} steers[] = {
	{ 'p', STEER_PAUSE },
	{ ',', STEER_BACK },
	{ '.', STEER_ON },
	{ '{', STEER_MINUTE_BACK },
	{ '}', STEER_MINUTE_ON },
	{ 'E', STEER_EVENT_BACK },
	{ 'e', STEER_EVENT_ON },
	{ '+', STEER_FASTER },
	{ '-', STEER_SLOWER },
};

static size_t find(int key)
{
	size_t i = 0;

	while (i < ARRAY_LEN(steers) && steers[i].key != key)
		i++;
	return i;
}

bool ui_is_steer_key(int key)
{
	return find(key) < ARRAY_LEN(steers);
}

bool ui_is_live_key(int key)
{
	return key == 'r' || key == 'P' || key == 'S' || key == 'l' || key == 'c';
}

unsigned ui_steer_by(struct ui *ui, const struct snapshot *snapshot, int key)
{
	if (!snapshot->replay.is_on) {
		ui_say(ui, "only in a replay (--replay FILE)");
		return UI_REDRAW;
	}
	ui->steer = steers[find(key)].how;
	return UI_REDRAW | UI_STEER;
}

enum steer ui_steer(const struct ui *ui)
{
	return ui->steer;
}
