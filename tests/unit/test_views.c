/* Golden screens: what each view looks like at each size, and what --once prints. `make golden` writes them
 * anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tests/unit/golden.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/out/outputs.h"
#include "tui/out/text.h"
#include "tui/table/table.h"
#include "tui/ui/ui.h"
#include "tui/views/values.h"

struct shot {
	const char *name;
	struct snapshot *(*make)(void);
	const char *keys; /* what is pressed before the picture is taken */
	int width, height;
	bool is_ascii;
};

/* tailscaled was stopped: no layer above it is reached, and what was known of them is still there. */
static struct snapshot *sample_stopped(void)
{
	struct snapshot *snapshot = sample_fleet();

	snapshot->daemon.backend_state = "Stopped";
	snapshot->endpoints[1].cert_not_after = snapshot->taken.wall_ms + INT64_C(5184000000);
	return snapshot;
}

static struct snapshot *sample_short_contexts(void)
{
	struct snapshot *snapshot = sample_fleet();

	for (size_t i = 0; i < snapshot->model_count; i++)
		snapshot->models[i].is_short_for_agents = snapshot->models[i].state == MODEL_LOADED;
	return snapshot;
}

static const struct shot shots[] = {
	{ "fleet-80x24", sample_fleet, "", 80, 24, false },
	{ "fleet-80x24-ascii", sample_fleet, "", 80, 24, true },
	{ "fleet-200x50", sample_fleet, "", 200, 50, false },
	{ "fleet-40x10", sample_fleet, "", 40, 10, false },
	{ "fleet-40x8", sample_fleet, "", 40, 8, false },
	{ "fleet-40x8-ascii", sample_fleet, "", 40, 8, true },
	{ "fleet-39x7", sample_fleet, "", 39, 7, false },
	{ "fleet-60x2", sample_fleet, "", 60, 2, false },
	{ "fleet-200x50-ascii", sample_fleet, "", 200, 50, true },
	{ "fleet-100x30", sample_fleet, "", 100, 30, false },
	{ "fleet-120x36", sample_fleet, "j", 120, 36, false },
	{ "fleet-open-120x36", sample_fleet, "t", 120, 36, false },
	{ "fleet-no-panels-80x24", sample_fleet, "v", 80, 24, false },
	{ "paths-80x24", sample_fleet, "2", 80, 24, false },
	{ "paths-200x50", sample_fleet, "2", 200, 50, false },
	{ "models-80x24", sample_fleet, "3", 80, 24, false },
	{ "models-200x50", sample_fleet, "3", 200, 50, false },
	{ "models-ascii", sample_fleet, "3", 120, 24, true },
	{ "models-40x8", sample_fleet, "3", 40, 8, false },
	{ "models-short-contexts-80x24", sample_short_contexts, "3", 80, 24, false },
	{ "detail-short-contexts-100x60", sample_short_contexts, "jjjjj\n", 100, 60, false },
	{ "models-none-80x24", sample_first_peers, "3", 80, 24, false },
	{ "serve-80x24", sample_fleet, "4", 80, 24, false },
	{ "serve-200x50", sample_fleet, "4", 200, 50, false },
	{ "paths-clients-200x50", sample_clients, "2", 200, 50, false },
	{ "paths-no-right-80x24", sample_no_right, "2", 80, 24, false },
	{ "clients-80x24", sample_clients, "5", 80, 24, false },
	{ "clients-200x50", sample_clients, "5", 200, 50, false },
	{ "clients-40x8", sample_clients, "5", 40, 8, false },
	{ "clients-ascii", sample_clients, "5", 120, 24, true },
	{ "clients-off-80x24", sample_fleet, "5", 80, 24, false },
	{ "clients-watching-80x24", sample_watching, "5", 80, 24, false },
	{ "clients-no-right-80x24", sample_no_right, "5", 80, 24, false },
	{ "clients-no-right-40x8", sample_no_right, "5", 40, 8, false },
	{ "clients-no-helper-80x24", sample_no_helper, "5", 80, 24, false },
	{ "clients-ended-80x24", sample_capture_ended, "5", 80, 24, false },
	{ "events-80x24", sample_fleet, "6", 80, 24, false },
	{ "events-40x8", sample_fleet, "6", 40, 8, false },
	{ "detail-80x24", sample_fleet, "j\n", 80, 24, false },
	{ "detail-200x50", sample_fleet, "jjjjjj\n", 200, 50, false },
	{ "detail-ascii", sample_fleet, "jjjjjj\n", 80, 50, true },
	{ "detail-engine-80x24", sample_fleet, "jjjjj\n", 80, 24, false },
	{ "detail-engine-200x50", sample_fleet, "jjjjj\n", 200, 50, false },
	{ "detail-engine-40x12", sample_fleet, "jjjjj\n", 40, 12, false },
	{ "detail-engine-ascii", sample_fleet, "jjjjj\n", 80, 24, true },
	{ "detail-peer", sample_fleet, "2\n", 80, 24, false },
	{ "detail-peer-flows", sample_clients, "5jj\n", 80, 40, false },
	{ "detail-endpoint-clients", sample_clients, "jjjjjjjj\n", 100, 40, false },
	{ "detail-end-80x24", sample_fleet, "jjjjjj\nG", 80, 24, false },
	{ "detail-stopped-80x50", sample_stopped, "jjjjj\n", 80, 50, false },
	{ "detail-stopped-peer", sample_stopped, "2\n", 80, 30, false },
	{ "detail-mount", sample_fleet, "4G\n", 80, 24, false },
	{ "help-80x50", sample_fleet, "?", 80, 50, false },
	{ "start-80x24", sample_start, "", 80, 24, false },
	{ "first-peers-80x24", sample_first_peers, "", 80, 24, false },
	{ "no-daemon-80x24", sample_no_daemon, "", 80, 24, false },
	{ "no-daemon-40x8", sample_no_daemon, "", 40, 8, false },
	{ "logged-out-80x24", sample_logged_out, "", 80, 24, false },
	{ "nobody-serves-80x24", sample_nobody_serves, "", 80, 24, false },
	{ "stale-80x24", sample_stale, "", 80, 24, false },
	{ "hostile-80x24", sample_hostile, "", 80, 24, false },
	{ "hostile-200x50", sample_hostile, "2", 200, 50, false },
};

static const struct {
	const char *name;
	struct snapshot *(*make)(void);
	int width;
	bool has_colour, is_ascii;
} prints[] = {
	{ "text-80", sample_fleet, 80, false, false },
	{ "text-120-colour", sample_fleet, 120, true, false },
	{ "text-80-ascii", sample_fleet, 80, false, true },
	{ "text-no-daemon", sample_no_daemon, 80, false, false },
	{ "text-nobody-serves", sample_nobody_serves, 80, false, false },
	{ "text-first-peers", sample_first_peers, 80, false, false },
	{ "text-stale", sample_stale, 100, false, false },
	{ "text-clients", sample_clients, 80, false, false },
	{ "text-capture-ended", sample_capture_ended, 80, false, false },
};

static struct canvas *picture_of(const struct shot *shot)
{
	struct snapshot *snapshot = shot->make();
	struct canvas *canvas = canvas_new(shot->width, shot->height, shot->is_ascii);
	struct ui *ui = ui_new();

	ui_draw(ui, snapshot, canvas);
	for (const char *key = shot->keys; *key; key++) {
		ui_key(ui, snapshot, *key);
		ui_draw(ui, snapshot, canvas);
	}
	ui_free(ui);
	snapshot_free(snapshot);
	return canvas;
}

static void every_view_looks_as_it_did_at_every_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shots); i++) {
		struct canvas *canvas = picture_of(&shots[i]);
		char *text = NULL, line[2048];
		size_t length = 0;
		FILE *stream = open_memstream(&text, &length);

		for (int y = 0; y < canvas->height; y++)
			fprintf(stream, "%s\n", canvas_row_text(canvas, y, line, sizeof(line)));
		fclose(stream);
		assert_golden(shots[i].name, text, length);
		free(text);
		canvas_free(canvas);
	}
}

static void what_once_prints_is_what_it_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prints); i++) {
		struct snapshot *snapshot = prints[i].make();
		char *text = NULL;
		size_t length = 0;
		FILE *stream = open_memstream(&text, &length);

		text_print(&(struct print_to){ .file = stream,
				   .width = prints[i].width,
				   .has_colour = prints[i].has_colour,
				   .is_ascii = prints[i].is_ascii },
			snapshot);
		fclose(stream);
		assert_golden(prints[i].name, text, length);
		free(text);
		snapshot_free(snapshot);
	}
}

/* In a pipe nothing is cut, and no column is left out. */
static void what_goes_into_a_pipe_is_whole(void **state)
{
	static struct snapshot *(*const makers[])(void) = { sample_fleet, sample_clients, sample_start };
	static const char *const names[] = { "text-pipe", "text-pipe-clients", "text-pipe-start" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		struct snapshot *snapshot = makers[i]();
		char *text = NULL;
		size_t length = 0;
		FILE *stream = open_memstream(&text, &length);

		text_print(&(struct print_to){ .file = stream, .width = 80, .is_uncut = true }, snapshot);
		fclose(stream);
		assert_golden(names[i], text, length);
		free(text);
		snapshot_free(snapshot);
	}
}

static void no_size_and_no_name_breaks_a_screen(void **state)
{
	static struct snapshot *(*const makers[])(void) = { sample_fleet, sample_hostile, sample_no_daemon,
		sample_clients, sample_hostile_clients };
	static const char *const keys[] = { "", "2", "3", "4", "5", "\n", "2\n", "4\n", "?" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		for (int width = 1; width < 130; width += width < 50 ? 1 : 13) {
			for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
				struct shot shot = { "", makers[i], keys[k], width, 1 + width % 13, k % 2 };
				struct canvas *canvas = picture_of(&shot);

				assert_int_equal(canvas->width, width);
				canvas_free(canvas);
			}
		}
	}
}

/* Every line of text that --once prints fits, and none ends in a blank. */
static void printed_lines_fit_and_end_without_blanks(void **state)
{
	(void)state;
	for (int width = 40; width < 140; width += 33) {
		struct snapshot *snapshot = sample_hostile_clients();
		char *text = NULL;
		size_t length = 0;
		FILE *stream = open_memstream(&text, &length);

		text_print(&(struct print_to){ .file = stream, .width = width }, snapshot);
		fclose(stream);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			assert_true(text_cells(line) <= width);
			assert_int_not_equal(line[strlen(line) - 1], ' ');
		}
		free(text);
		snapshot_free(snapshot);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_view_looks_as_it_did_at_every_size),
		cmocka_unit_test(what_once_prints_is_what_it_printed),
		cmocka_unit_test(what_goes_into_a_pipe_is_whole),
		cmocka_unit_test(no_size_and_no_name_breaks_a_screen),
		cmocka_unit_test(printed_lines_fit_and_end_without_blanks),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
