/* The History view: golden screens, the span, the cursor, and that time alone moves nothing but whole cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/model/history_sparks.h"
#include "tests/unit/golden.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/ui/ui.h"

#include <math.h>

#define MINUTE INT64_C(60000)
#define PAST (40 * MINUTE)

/* A user who has watched the fleet for 40 minutes. */
struct seat {
	struct snapshot *snapshot;
	struct history *history;
	struct ui *ui;
	struct canvas *canvas;
};

static struct endpoint *engine_of(const struct snapshot *snapshot, const char *title)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (strcmp(snapshot->endpoints[i].title, title) == 0 && snapshot->endpoints[i].peer >= 0 &&
			snapshot->endpoints[i].models.count)
			return &snapshot->endpoints[i];
	fail();
	return NULL;
}

/* The figures of one moment: waves, a spike, a fault, and a pause without any. */
static void vary(struct snapshot *snapshot, int64_t ago)
{
	struct endpoint *engine = engine_of(snapshot, "Ollama");
	struct path *path = &snapshot->peers[engine->peer].path;
	double minutes = (double)(ago / 1000) / 60, wave = sin(minutes);
	bool is_down = ago > 3 * MINUTE && ago < 4 * MINUTE;

	engine->state = is_down ? STATE_DOWN : STATE_OK;
	engine->ttfb_last_ms = is_down ? NAN : 9 + 2 * wave;
	engine->figures.tokens_per_s = is_down ? NAN : 40 + 20 * wave;
	engine->figures.waiting = is_down ? NAN : floor(2 + 2 * wave);
	engine->figures.kv_cache = is_down ? NAN : 0.4 + 0.1 * wave;
	path->kind = ago > 7 * MINUTE ? PATH_DERP : PATH_DIRECT;
	path->rtt_last_ms = ago > 7 * MINUTE ? 30 + wave : 3.1 + 0.2 * wave;
	for (int i = 0; i < TRAFFIC_PATHS; i++) {
		snapshot->traffic.rx_per_s[i] = i == TRAFFIC_PEER_RELAY ? 0 : 900000 * (1.1 + wave) / (i + 1);
		snapshot->traffic.tx_per_s[i] = snapshot->traffic.rx_per_s[i] / 8;
	}
}

static void pass(struct seat *seat, int64_t ms)
{
	seat->snapshot->taken.mono_ms += ms;
	seat->snapshot->taken.wall_ms += ms;
}

static struct seat sit(int width, int height, bool is_ascii)
{
	struct seat seat = { sample_fleet(), history_new(), ui_new(), canvas_new(width, height, is_ascii) };

	pass(&seat, PAST);
	seat.snapshot->taken.wall_ms -= PAST; /* the monotonic clock of the sample is near its beginning */
	pass(&seat, -PAST);
	for (int64_t ago = PAST; ago >= 0; ago -= 2000, pass(&seat, 2000)) {
		vary(seat.snapshot, ago);
		if (ago < 5 * MINUTE || ago > 6 * MINUTE) /* it slept */
			history_take(seat.history, seat.snapshot);
	}
	pass(&seat, -2000);
	ui_set_history(seat.ui, seat.history);
	history_sparks_fill(seat.history, seat.snapshot, ui_span_ms(seat.ui));
	ui_draw(seat.ui, seat.snapshot, seat.canvas);
	return seat;
}

static void leave(struct seat *seat)
{
	ui_free(seat->ui);
	history_free(seat->history);
	canvas_free(seat->canvas);
	snapshot_free(seat->snapshot);
}

static unsigned press(struct seat *seat, int key)
{
	unsigned answer = ui_key(seat->ui, seat->snapshot, key);

	if (answer & UI_SPAN)
		history_sparks_fill(seat->history, seat->snapshot, ui_span_ms(seat->ui));
	ui_draw(seat->ui, seat->snapshot, seat->canvas);
	return answer;
}

static char *screen_of(const struct seat *seat)
{
	char *text = NULL, line[4096];
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	for (int y = 0; y < seat->canvas->height; y++)
		fprintf(stream, "%s\n", canvas_row_text(seat->canvas, y, line, sizeof(line)));
	fclose(stream);
	return text;
}

static bool screen_has(const struct seat *seat, const char *part)
{
	char *text = screen_of(seat);
	bool has = strstr(text, part) != NULL;

	free(text);
	return has;
}

/* Selects the row of the engine whose figures vary. */
static void select_engine(struct seat *seat)
{
	press(seat, '/');
	for (const char *at = ":11434"; *at; at++)
		press(seat, *at);
	press(seat, PRESS_ENTER);
	assert_string_equal(ui_looked_at(seat->ui), engine_of(seat->snapshot, "Ollama")->url);
}

static const struct {
	const char *name;
	int width, height;
	bool is_ascii, has_engine, has_cursor;
	const char *keys;
} shots[] = {
	{ "history-120x36", 120, 36, false, false, false, "7" },
	{ "history-engine-120x50", 120, 50, false, true, false, "7" },
	{ "history-engine-80x24", 80, 24, false, true, true, "7" },
	{ "history-engine-80x24-down", 80, 24, false, true, false, "7jj" },
	{ "history-engine-ascii", 80, 24, true, true, false, "7]" },
	{ "history-40x8", 40, 8, false, true, false, "7" },
	{ "fleet-10-min-200x50", 200, 50, false, false, false, "" },
};

static void the_view_looks_as_it_did(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shots); i++) {
		struct seat seat = sit(shots[i].width, shots[i].height, shots[i].is_ascii);
		char *text;

		if (shots[i].has_engine)
			select_engine(&seat);
		for (const char *key = shots[i].keys; *key; key++)
			press(&seat, *key);
		for (int k = 0; shots[i].has_cursor && k < 50; k++)
			press(&seat, PRESS_LEFT);
		text = screen_of(&seat);
		assert_golden(shots[i].name, text, strlen(text));
		free(text);
		leave(&seat);
	}
}

static void brackets_change_the_span_of_all(void **state)
{
	static const struct {
		int key;
		const char *span;
	} keys[] = { { '[', "2 min" }, { '[', "2 min" }, { ']', "10 min" }, { PRESS_F8, "1 h" }, { ']', "6 h" },
		{ ']', "24 h" }, { ']', "24 h" }, { PRESS_F7, "6 h" } };
	struct seat seat = sit(200, 30, false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		char wanted[64], head[64];

		assert_true(press(&seat, keys[i].key) & UI_SPAN);
		snprintf(wanted, sizeof(wanted), "plots show %s", keys[i].span);
		assert_true(screen_has(&seat, wanted));
		snprintf(head, sizeof(head), "TTFB %s", keys[i].span);
		for (char *at = head; *at; at++)
			*at = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
		assert_true(screen_has(&seat, head));
		press(&seat, '7');
		assert_true(screen_has(&seat, keys[i].span));
		press(&seat, '1');
	}
	leave(&seat);
}

static void the_cursor_reads_and_stays_on_its_moment(void **state)
{
	struct seat seat = sit(100, 30, false);
	char *before, *after;

	(void)state;
	select_engine(&seat);
	press(&seat, '7');
	assert_false(screen_has(&seat, "  unknown"));
	for (int i = 0; i < 70; i++)
		press(&seat, PRESS_LEFT);
	assert_true(screen_has(&seat, "[7 History]")); /* the arrows do not leave the view */
	assert_true(screen_has(&seat, "  unknown"));     /* it was down then */
	before = screen_of(&seat);
	press(&seat, PRESS_RIGHT);
	after = screen_of(&seat);
	assert_string_not_equal(before, after);
	press(&seat, PRESS_LEFT);
	free(after);
	after = screen_of(&seat);
	assert_string_equal(before, after);
	free(before);
	free(after);
	for (int i = 0; i < 400; i++)
		press(&seat, PRESS_LEFT); /* to the oldest column, and no further */
	for (int i = 0; i < 250; i++)
		press(&seat, PRESS_RIGHT); /* and off at the end */
	assert_false(screen_has(&seat, "  unknown"));
	leave(&seat);
}

static void escape_goes_back_to_the_traffic(void **state)
{
	struct seat seat = sit(100, 30, false);

	(void)state;
	press(&seat, '7');
	assert_true(screen_has(&seat, "all traffic of this machine"));
	press(&seat, '1');
	select_engine(&seat);
	press(&seat, '7');
	assert_true(screen_has(&seat, "RTT ms"));
	press(&seat, PRESS_ENTER);
	assert_true(screen_has(&seat, "last good answer"));
	press(&seat, PRESS_ESCAPE);
	press(&seat, PRESS_LEFT);
	press(&seat, PRESS_ESCAPE);
	assert_true(screen_has(&seat, "RTT ms"));
	press(&seat, PRESS_ESCAPE);
	assert_true(screen_has(&seat, "all traffic of this machine"));
	assert_true(screen_has(&seat, "received MB/s"));
	leave(&seat);
}

static void a_row_of_any_view_has_its_history(void **state)
{
	struct seat seat = sit(100, 30, false);

	(void)state;
	for (int view = '1'; view <= '6'; view++) {
		press(&seat, view);
		for (int i = 0; i < 30; i++) {
			press(&seat, 'j');
			press(&seat, '7');
			assert_true(screen_has(&seat, "[7 History]"));
			assert_false(screen_has(&seat, "is gone"));
			press(&seat, view);
		}
	}
	leave(&seat);
}

static void only_complete_cells_change_the_screen(void **state)
{
	struct seat seat = sit(100, 40, false);
	char *before, *after;

	(void)state;
	select_engine(&seat);
	press(&seat, '7');
	before = screen_of(&seat);
	for (int i = 0; i < 4; i++) {
		pass(&seat, 400);
		history_take(seat.history, seat.snapshot);
		ui_draw(seat.ui, seat.snapshot, seat.canvas);
		after = screen_of(&seat);
		assert_string_equal(before, after);
		free(after);
	}
	free(before);
	leave(&seat);
}

static void no_size_breaks_it(void **state)
{
	(void)state;
	for (int width = 1; width < 90; width += 11)
		for (int height = 1; height < 30; height += 5) {
			struct seat seat = sit(width, height, width % 2);

			select_engine(&seat);
			press(&seat, '7');
			press(&seat, 'G');
			press(&seat, PRESS_LEFT);
			press(&seat, 's');
			press(&seat, 'y');
			press(&seat, '\n');
			press(&seat, '\\');
			leave(&seat);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_view_looks_as_it_did),
		cmocka_unit_test(brackets_change_the_span_of_all),
		cmocka_unit_test(the_cursor_reads_and_stays_on_its_moment),
		cmocka_unit_test(escape_goes_back_to_the_traffic),
		cmocka_unit_test(a_row_of_any_view_has_its_history),
		cmocka_unit_test(only_complete_cells_change_the_screen),
		cmocka_unit_test(no_size_breaks_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
