/* Panels: where they are, what the inspector says, and rows folded under others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/take/same_engine.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/table/rows.h"
#include "tui/ui/layout.h"
#include "tui/ui/ui.h"
#include "tui/views/fleet_rows.h"
#include "tui/views/inspector.h"
#include "tui/views/views.h"

/* ---- layout ---- */

static struct layout lay(int width, int height, size_t rows)
{
	return layout_panels((struct box){ 0, 3, width, height - 4 }, rows, height, true, 3);
}

static void small_screens_have_the_list_alone(void **state)
{
	(void)state;
	assert_int_equal(lay(200, 15, 5).inspector.height, 0);
	assert_int_equal(lay(200, 15, 5).list.height, 11);
	assert_int_equal(lay(40, 16, 5).inspector.height, 7);
	assert_int_equal(lay(40, 16, 3).inspector.height, 8); /* what few rows leave */
}

static void the_inspector_takes_what_rows_leave_and_at_least_a_few_lines(void **state)
{
	(void)state;
	assert_int_equal(lay(80, 24, 100).inspector.height, 5);
	assert_int_equal(lay(80, 24, 13).inspector.height, 7);
	assert_int_equal(lay(80, 24, 3).inspector.height, 8);
	assert_int_equal(lay(80, 24, 3).plot.height, 0);
	assert_false(lay(80, 24, 3).is_framed);
}

static void a_long_sentence_gets_its_lines_up_to_half_of_the_body(void **state)
{
	struct box body = { 0, 3, 80, 20 };

	(void)state;
	assert_int_equal(layout_panels(body, 100, 24, true, 2).inspector.height, 5);
	assert_int_equal(layout_panels(body, 100, 24, true, 6).inspector.height, 8);
	assert_int_equal(layout_panels(body, 100, 24, true, 30).inspector.height, 10);
	body.height = 12;
	assert_int_equal(layout_panels(body, 100, 16, true, 30).inspector.height, 6);
}

static void on_a_large_screen_frames_grow(void **state)
{
	(void)state;
	assert_int_equal(lay(120, 30, 2).inspector.height, 13);
	assert_int_equal(lay(250, 70, 20).inspector.height, 28);
	assert_int_equal(lay(250, 70, 200).inspector.height, 9);
}

static void panels_fill_the_width_without_overlap(void **state)
{
	static const int sizes[][3] = { { 120, 30, 2 }, { 120, 36, 2 }, { 180, 45, 3 }, { 300, 100, 3 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct layout layout = lay(sizes[i][0], sizes[i][1], 12);

		assert_true(layout.is_framed);
		assert_int_equal(layout.list.height + layout.inspector.height, sizes[i][1] - 4);
		assert_int_equal(layout.inspector.y, layout.list.y + layout.list.height);
		assert_int_equal(layout.plot.x, layout.inspector.width);
		assert_int_equal(layout.events.height > 0, sizes[i][2] == 3);
		assert_int_equal(
			layout.inspector.width + layout.plot.width + layout.events.width, sizes[i][0]);
	}
}

static void nobody_wants_panels(void **state)
{
	struct layout layout = layout_panels((struct box){ 0, 3, 120, 32 }, 5, 36, false, 4);

	(void)state;
	assert_int_equal(layout.list.height, 32);
	assert_int_equal(layout.inspector.height + layout.plot.height + layout.events.height, 0);
}

/* ---- inspector ---- */

static void assert_said(struct snapshot *snapshot, const char *id, const char *title, const char *part)
{
	struct page *page = page_new(78);
	struct canvas *canvas = canvas_new(80, 12, false);
	char text[256], line[512];
	bool is_said = false;

	inspector_title(snapshot, target_find(snapshot, id), text, sizeof(text));
	assert_string_equal(text, title);
	inspector_write(snapshot, target_find(snapshot, id), page);
	page_draw(page, canvas, 0, 0, 12, 0);
	for (int y = 0; y < 12; y++)
		is_said = is_said || strstr(canvas_row_text(canvas, y, line, sizeof(line)), part);
	if (!is_said)
		fail_msg("%s: '%s' is not said", id, part);
	canvas_free(canvas);
	page_free(page);
	snapshot_free(snapshot);
}

static void the_command_says_where_it_is_typed(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct verdict *verdict = &snapshot->verdict_list[snapshot->endpoints[7].verdicts.first];

	(void)state;
	verdict->run = "sudo systemctl restart vllm";
	verdict->run_on = "tower";
	assert_said(snapshot, "http://tower.tail1234.ts.net:8000",
		"tower :8000 ── not-listening, proven, for at least 3 min",
		"run on tower  sudo systemctl restart vllm");
}

static void what_stood_at_the_start_is_at_least_as_old(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->verdict_list[snapshot->endpoints[7].verdicts.first].was_before = true;
	assert_said(snapshot, "http://tower.tail1234.ts.net:8000",
		"tower :8000 ── not-listening, proven, for at least 3 min", "nothing listens on port 8000");
}

static void a_healthy_engine_says_what_it_does(void **state)
{
	(void)state;
	assert_said(sample_fleet(), "http://gpu1.tail1234.ts.net:11434", "gpu1 :11434",
		"Ollama 1.2.3, 2 of 14 models loaded, 41 tok/s");
}

static void a_peer_without_a_server_says_where_it_is(void **state)
{
	(void)state;
	assert_said(sample_fleet(), "macmini", "macmini", "last seen 3 h ago");
}

/* ---- one row for one engine ---- */

/* gpu1 by HTTPS, too, with the same models; the sample has no tenth endpoint to spare but the last. */
static struct snapshot *with_two_ways(void)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *second = &snapshot->endpoints[9];

	*second = snapshot->endpoints[0];
	second->url = "https://gpu1.tail1234.ts.net";
	second->at = "s:443";
	return snapshot;
}

static void a_port_and_its_likely_mount_are_one_row(void **state)
{
	struct snapshot *snapshot = with_two_ways();

	(void)state;
	take_same_engine(snapshot);
	assert_int_equal(snapshot->endpoints[0].lead, 9);
	assert_int_equal(snapshot->endpoints[9].lead, 9);
	assert_int_equal(snapshot->endpoints[9].others, 1);
	snapshot->endpoints[9].state = STATE_FAULT;
	take_same_engine(snapshot);
	assert_int_equal(snapshot->endpoints[9].lead, 0);
	assert_int_equal(snapshot->endpoints[0].worst, 9);
	assert_ptr_equal(fleet_worst(snapshot, 0), &snapshot->endpoints[9]);
	snapshot_free(snapshot);
}

static void two_ports_with_the_same_models_are_two_engines(void **state)
{
	struct snapshot *snapshot = with_two_ways();

	(void)state;
	snapshot->endpoints[9].url = "http://gpu1.tail1234.ts.net:11435";
	take_same_engine(snapshot);
	assert_int_equal(snapshot->endpoints[0].lead, 0);
	assert_int_equal(snapshot->endpoints[9].lead, 9);
	snapshot_free(snapshot);
}

static void a_mount_that_may_lead_to_either_of_two_ports_stands_alone(void **state)
{
	struct snapshot *snapshot = with_two_ways();

	(void)state;
	snapshot->endpoints[8] = snapshot->endpoints[0];
	snapshot->endpoints[8].url = "http://gpu1.tail1234.ts.net:11435";
	take_same_engine(snapshot);
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		assert_int_equal(snapshot->endpoints[i].lead, i);
	snapshot_free(snapshot);
}

static void an_own_mount_and_its_backend_are_one_row(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		snapshot->endpoints[i].engine_id = (int)i + 1;
	snapshot->endpoints[2].engine_id = 5; /* whatever its models are */
	take_same_engine(snapshot);
	assert_int_equal(snapshot->endpoints[4].lead, 2);
	assert_int_equal(snapshot->endpoints[2].others, 1);
	snapshot_free(snapshot);
}

/* ---- folds ---- */

static size_t collect(struct rows *rows, const struct snapshot *snapshot, const char *filter, bool is_open)
{
	const struct folds folds = { .is_all = is_open };

	rows_collect(rows, &view_fleet, snapshot, rows_order(&view_fleet), filter, &folds);
	return rows->count;
}

static void what_is_folded_follows_its_row_when_opened(void **state)
{
	struct snapshot *snapshot = with_two_ways();
	struct rows rows = { 0 };
	size_t at = 0;

	(void)state;
	take_same_engine(snapshot);
	assert_int_equal(collect(&rows, snapshot, "", false), 10); /* 9 engines, and the line of the peers */
	assert_int_equal(rows.items[9], fleet_peers_line(snapshot));
	assert_int_equal(collect(&rows, snapshot, "", true), 15);
	while (rows.items[at] != 9)
		at++;
	assert_int_equal(rows.items[at + 1], 0);
	rows_fini(&rows);
	snapshot_free(snapshot);
}

static void a_filter_finds_what_is_folded(void **state)
{
	struct snapshot *snapshot = with_two_ways();
	struct rows rows = { 0 };

	(void)state;
	take_same_engine(snapshot);
	assert_int_equal(collect(&rows, snapshot, "printer", false), 1);
	assert_int_equal(rows.items[0], fleet_peers_line(snapshot));
	assert_int_equal(collect(&rows, snapshot, "printer", true), 2);
	assert_int_equal(collect(&rows, snapshot, "at::11434 gpu1", false), 1);
	assert_int_equal(rows.items[0], 9);
	rows_fini(&rows);
	snapshot_free(snapshot);
}

static void a_peer_with_a_fault_of_its_own_is_not_hidden(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct rows rows = { 0 };

	(void)state;
	snapshot->peers[5].verdicts =
		snapshot->peers[8].verdicts; /* the phone is relayed, which is degraded */
	snapshot->verdict_list[snapshot->peers[8].verdicts.first].severity = SEVERITY_DEGRADED;
	assert_int_equal(collect(&rows, snapshot, "phone", false), 1);
	assert_int_equal(rows.items[0], snapshot->endpoint_count + 5);
	rows_fini(&rows);
	snapshot_free(snapshot);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_screens_have_the_list_alone),
		cmocka_unit_test(the_inspector_takes_what_rows_leave_and_at_least_a_few_lines),
		cmocka_unit_test(a_long_sentence_gets_its_lines_up_to_half_of_the_body),
		cmocka_unit_test(on_a_large_screen_frames_grow),
		cmocka_unit_test(panels_fill_the_width_without_overlap),
		cmocka_unit_test(nobody_wants_panels),
		cmocka_unit_test(the_command_says_where_it_is_typed),
		cmocka_unit_test(what_stood_at_the_start_is_at_least_as_old),
		cmocka_unit_test(a_healthy_engine_says_what_it_does),
		cmocka_unit_test(a_peer_without_a_server_says_where_it_is),
		cmocka_unit_test(a_port_and_its_likely_mount_are_one_row),
		cmocka_unit_test(two_ports_with_the_same_models_are_two_engines),
		cmocka_unit_test(a_mount_that_may_lead_to_either_of_two_ports_stands_alone),
		cmocka_unit_test(an_own_mount_and_its_backend_are_one_row),
		cmocka_unit_test(what_is_folded_follows_its_row_when_opened),
		cmocka_unit_test(a_filter_finds_what_is_folded),
		cmocka_unit_test(a_peer_with_a_fault_of_its_own_is_not_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
