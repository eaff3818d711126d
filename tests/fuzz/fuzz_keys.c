/* Keys and clicks at every view, on snapshots of all sorts and terminals of all sizes.
 *
 * The first byte chooses the snapshot. Of what follows, a byte below 0x80 is that key, and a greater one a
 * key with a name, a click, another size or another snapshot. Keys of 0xf0 and above switch drawing off or
 * on: what is typed while nothing is drawn meets the frame before. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/outputs.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/ui/ui.h"

#include <stdlib.h>

#define KEYS_MAX 150

static struct snapshot *small_crowd(void)
{
	return sample_crowd(5, 3);
}

static struct snapshot *crowd(void)
{
	return sample_crowd(60, 20);
}

static const struct snapshot *sample(size_t index)
{
	static struct snapshot *(*const samples[])(void) = { sample_fleet, sample_stale, sample_start,
		sample_first_peers, sample_no_daemon, sample_logged_out, sample_nobody_serves, sample_clients,
		sample_watching, sample_no_right, sample_no_helper, sample_capture_ended,
		sample_hostile_clients, sample_hostile, small_crowd, crowd };
	static struct snapshot *made[ARRAY_LEN(samples)];

	index %= ARRAY_LEN(samples);
	if (!made[index])
		made[index] = samples[index]();
	return made[index];
}

struct seat {
	struct ui *ui;
	const struct snapshot *snapshot;
	struct canvas *canvas;
	bool is_blind;
};

static void resize(struct seat *seat, int width, int height)
{
	bool is_ascii = seat->canvas->is_ascii;

	canvas_free(seat->canvas);
	seat->canvas = canvas_new(width, height, is_ascii);
	ui_key(seat->ui, seat->snapshot, PRESS_RESIZE);
}

static int named_key(unsigned char byte)
{
	static const int names[] = { PRESS_UP, PRESS_DOWN, PRESS_LEFT, PRESS_RIGHT, PRESS_PAGE_UP,
		PRESS_PAGE_DOWN, PRESS_HOME, PRESS_END, PRESS_BACK_TAB, PRESS_F1, PRESS_F3, PRESS_F4,
		PRESS_F6, PRESS_F10, 0x00e9, 0x202e, 0x1f600, 0x301, 0x4e2d, PRESS_F1 + 4 };

	return names[byte % ARRAY_LEN(names)];
}

/* Takes one command and says how many bytes it was. */
static size_t act(struct seat *seat, const uint8_t *data, size_t size)
{
	static const int kinds[] = { PRESS_CLICK, PRESS_WHEEL_UP, PRESS_WHEEL_DOWN, PRESS_CLICK };
	int x = size > 1 ? data[1] : 0, y = size > 2 ? data[2] : 0;

	switch (data[0] >> 4) {
	case 0x8:
	case 0x9:
		ui_key(seat->ui, seat->snapshot, named_key(data[0]));
		return 1;
	case 0xa:
	case 0xb:
		ui_key(seat->ui, seat->snapshot, press_at(kinds[data[0] & 3], x, y));
		return 3;
	case 0xc:
		if (!ui_is_paused(seat->ui))
			seat->snapshot = sample((size_t)x);
		return 2;
	case 0xd:
		resize(seat, x, y % 60);
		return 3;
	case 0xe:
	case 0xf:
		seat->is_blind = data[0] & 1;
		return 1;
	default:
		ui_key(seat->ui, seat->snapshot, data[0]);
		return 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seat seat;

	if (!size)
		return 0;
	seat = (struct seat){ ui_new(), sample(data[0]), canvas_new(100, 30, data[0] & 0x80), false };
	ui_draw(seat.ui, seat.snapshot, seat.canvas);
	for (size_t at = 1, keys = 0; at < size && keys < KEYS_MAX; keys++) {
		at += act(&seat, data + at, size - at);
		check_text(ui_copied_text(seat.ui), 4096);
		if (seat.is_blind)
			continue;
		ui_draw(seat.ui, seat.snapshot, seat.canvas);
		check_canvas(seat.canvas);
	}
	canvas_free(seat.canvas);
	ui_free(seat.ui);
	return 0;
}
