/* How long a plot of 24 hours takes to draw: of a server in FILE, which record_week made.
 *
 *     build/plain/plot_day FILE
 */
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/model/history.h"
#include "probes/model/snapshot.h"
#include "probes/player.h"
#include "probes/replay.h"
#include "tui/views/plots.h"

#include <stdio.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)
#define TIMES 1000

static double ms_passed(void)
{
	return (double)clock() / CLOCKS_PER_SEC * 1000;
}

static void draw_each(const struct history *history, const struct snapshot *snapshot, int width, int height)
{
	const struct look look = {
		.history = history, .target = snapshot->endpoints[0].url, .span_ms = DAY_MS
	};
	const struct box box = { 0, 0, width, height };
	struct canvas *canvas = canvas_new(width, height, false);
	struct history_series series[PLOTS_MOST];
	size_t count = plots_list(snapshot, &look, series);

	for (size_t i = 0; i < count; i++) {
		double begun = ms_passed();

		for (int k = 0; k < TIMES; k++)
			plots_draw(canvas, box, snapshot, &look, &series[i], NULL, 0);
		printf("%-18s %dx%d: %.3f ms\n", series[i].figure->field->plot, width, height,
			(ms_passed() - begun) / TIMES);
	}
	canvas_free(canvas);
}

int main(int argc, char **argv)
{
	struct history *history = history_new();
	struct settings settings;
	struct snapshot *snapshot;
	struct replay *replay;
	struct player *player;
	struct fault note, fault;

	settings_init(&settings);
	mem_replace(&settings.replay, argc == 2 ? argv[1] : "");
	replay = replay_new(&settings, &note, &fault);
	if (!replay) {
		fprintf(stderr, "%s\n", fault.text);
		return 1;
	}
	player = player_new(replay);
	player_keep(player, history);
	while (replay_step(replay))
		;
	snapshot = player_take(player);
	printf("history of %zu rows: %.2f MB\n", history->rows.count, (double)history->bytes / 1e6);
	draw_each(history, snapshot, 57, 12);
	draw_each(history, snapshot, 250, 30);
	snapshot_free(snapshot);
	player_free(player);
	history_free(history);
	settings_fini(&settings);
	return 0;
}
