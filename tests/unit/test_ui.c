/* Keys: what they change, and that the selection stays with its row. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/log_lines.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/table/columns.h"
#include "tui/ui/kept.h"
#include "tui/ui/ui.h"

#define WIDTH 120
#define HEIGHT 24
#define HEADS 3 /* line of the column heads */

/* A user in front of a fleet. */
struct seat {
	struct ui *ui;
	struct snapshot *snapshot;
	struct canvas *canvas;
};

static void look(struct seat *seat)
{
	ui_draw(seat->ui, seat->snapshot, seat->canvas);
}

static struct seat sit(struct snapshot *snapshot)
{
	struct seat seat = { ui_new(), snapshot, canvas_new(WIDTH, HEIGHT, false) };

	look(&seat);
	return seat;
}

static void leave(struct seat *seat)
{
	ui_free(seat->ui);
	canvas_free(seat->canvas);
	snapshot_free(seat->snapshot);
}

static unsigned press(struct seat *seat, int key)
{
	unsigned answer = ui_key(seat->ui, seat->snapshot, key);

	look(seat);
	return answer;
}

static void type(struct seat *seat, const char *text)
{
	for (; *text; text++)
		press(seat, (unsigned char)*text);
}

static bool row_has(const struct seat *seat, int y, const char *part)
{
	char text[1024];

	return strstr(canvas_row_text(seat->canvas, y, text, sizeof(text)), part) != NULL;
}

static bool screen_has(const struct seat *seat, const char *part)
{
	for (int y = 0; y < HEIGHT; y++)
		if (row_has(seat, y, part))
			return true;
	return false;
}

/* The line that is marked; -1: none. */
static int selected_line(const struct seat *seat)
{
	for (int y = 0; y < HEIGHT; y++)
		if (canvas_row(seat->canvas, y)[0].attributes & CELL_SELECTED)
			return y;
	return -1;
}

static bool selected_is(const struct seat *seat, const char *part)
{
	return selected_line(seat) >= 0 && row_has(seat, selected_line(seat), part);
}

static void the_worst_row_is_first_and_selected(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_int_equal(selected_line(&seat), HEADS + 1);
	assert_true(selected_is(&seat, "down"));
	assert_true(selected_is(&seat, "tower"));
	leave(&seat);
}

static void nothing_chosen_stays_on_the_worst_row(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	seat.snapshot->endpoints[0].state = STATE_DOWN;
	look(&seat);
	assert_int_equal(selected_line(&seat), HEADS + 1);
	assert_true(selected_is(&seat, "gpu1"));
	leave(&seat);
}

static void the_selection_follows_its_row_when_the_order_changes(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'j');
	press(&seat, PRESS_DOWN);
	assert_true(selected_is(&seat, "studio"));
	assert_int_equal(selected_line(&seat), HEADS + 3);
	seat.snapshot->endpoints[6].state = STATE_DOWN;
	look(&seat);
	assert_int_equal(selected_line(&seat), HEADS + 1);
	assert_true(selected_is(&seat, "studio"));
	press(&seat, 'I');
	assert_true(selected_is(&seat, "studio"));
	leave(&seat);
}

static void a_selected_row_that_goes_away_leaves_its_place(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'j');
	assert_true(selected_is(&seat, "nas"));
	seat.snapshot->endpoints[5] = seat.snapshot->endpoints[9];
	seat.snapshot->endpoint_count = 9;
	look(&seat);
	assert_int_equal(selected_line(&seat), HEADS + 2);
	assert_true(selected_is(&seat, "studio"));
	leave(&seat);
}

static void moving_stops_at_both_ends(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'k');
	assert_int_equal(selected_line(&seat), HEADS + 1);
	press(&seat, 'G');
	press(&seat, 'j');
	press(&seat, PRESS_PAGE_DOWN);
	assert_true(selected_is(&seat, "4 peers"));
	press(&seat, 'g');
	assert_int_equal(selected_line(&seat), HEADS + 1);
	leave(&seat);
}

static void the_list_scrolls_so_that_the_selected_row_is_seen(void **state)
{
	struct seat seat = sit(sample_crowd(500, 5));

	(void)state;
	press(&seat, 'v');
	press(&seat, 't');
	press(&seat, 'G');
	assert_int_equal(selected_line(&seat), HEIGHT - 2);
	press(&seat, PRESS_PAGE_UP);
	press(&seat, PRESS_PAGE_UP);
	assert_true(selected_line(&seat) > HEADS);
	press(&seat, PRESS_HOME);
	assert_int_equal(selected_line(&seat), HEADS + 1);
	leave(&seat);
}

static void numbers_and_tab_change_the_view(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '2');
	assert_true(screen_has(&seat, "[2 Paths]"));
	press(&seat, PRESS_TAB);
	assert_true(screen_has(&seat, "[3 Models]"));
	press(&seat, PRESS_TAB);
	assert_true(screen_has(&seat, "[4 Serve]"));
	press(&seat, PRESS_TAB);
	assert_true(screen_has(&seat, "[5 Clients]"));
	press(&seat, PRESS_TAB);
	assert_true(screen_has(&seat, "[6 Events]"));
	press(&seat, PRESS_TAB);
	assert_true(screen_has(&seat, "[7 History]"));
	press(&seat, PRESS_TAB);
	assert_true(screen_has(&seat, "[1 Fleet]"));
	press(&seat, PRESS_BACK_TAB);
	assert_true(screen_has(&seat, "[7 History]"));
	leave(&seat);
}

static void each_view_keeps_its_own_selection(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'j');
	press(&seat, '2');
	assert_int_equal(selected_line(&seat), HEADS + 1);
	press(&seat, '1');
	assert_true(selected_is(&seat, "nas"));
	leave(&seat);
}

static void a_field_filter_keeps_only_its_rows(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "path:derp");
	assert_true(row_has(&seat, HEIGHT - 1, "filter: path:derp_"));
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, HEADS + 1, "studio"));
	assert_false(screen_has(&seat, "gpu1"));
	press(&seat, PRESS_ESCAPE);
	assert_true(screen_has(&seat, "gpu1"));
	leave(&seat);
}

static void words_of_a_filter_must_all_hold_and_an_exclamation_mark_negates(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, PRESS_F4);
	type(&seat, "server:ollama !state:fault !PI");
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, HEADS + 1, "gpu1"));
	assert_false(row_has(&seat, HEADS + 2, "ollama"));
	assert_int_equal(canvas_row(seat.canvas, HEADS + 2)[12].character, ' ');
	leave(&seat);
}

static void a_filter_finds_models_and_urls_that_no_column_shows(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "model:gpt-oss peer:gpu1");
	assert_true(row_has(&seat, HEADS + 1, "gpu1"));
	press(&seat, PRESS_ESCAPE);
	press(&seat, '\\');
	type(&seat, "https://gpu2.tail1234");
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, HEADS + 1, "/llama"));
	leave(&seat);
}

static void a_filter_by_a_column_that_is_not_here_names_those_that_are(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "tag:gpu");
	assert_true(screen_has(&seat, "no column “tag” here; there are state peer server model toks"));
	leave(&seat);
}

static void a_column_is_meant_by_its_head_too_in_any_case(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "SERVER:vllm");
	press(&seat, PRESS_ENTER);
	assert_false(screen_has(&seat, "has no column"));
	assert_true(row_has(&seat, HEADS + 1, "vLLM"));
	leave(&seat);
}

static void a_filter_that_nothing_matches_says_so(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "no such thing");
	assert_true(screen_has(&seat, "nothing matches the filter"));
	press(&seat, PRESS_ENTER);
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, HEIGHT - 1, "Enter does nothing here"));
	leave(&seat);
}

static void a_filter_belongs_to_its_view(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "server:vllm");
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, 2, "filter server:vllm"));
	press(&seat, '2');
	assert_false(row_has(&seat, 2, "filter"));
	assert_true(screen_has(&seat, "studio"));
	press(&seat, '1');
	assert_false(screen_has(&seat, "studio"));
	leave(&seat);
}

/* Those that users of htop, k9s, btop and less know, wherever they are pressed. */
static void every_key_does_something_or_says_that_it_does_not(void **state)
{
	static const char letters[] =
		"abcdefghijklmnoprstuvwxyzABCDEFGHIJKLMNOPRSTUVWXYZ0 <>[]{}+-,./\\?:;!@#$%^&*()_='|~";
	static const int others[] = { PRESS_UP, PRESS_DOWN, PRESS_LEFT, PRESS_RIGHT, PRESS_PAGE_UP,
		PRESS_PAGE_DOWN, PRESS_HOME, PRESS_END, PRESS_TAB, PRESS_BACK_TAB, PRESS_ENTER, PRESS_ESCAPE,
		PRESS_BACKSPACE, PRESS_DELETE, PRESS_INSERT, PRESS_F1, PRESS_F1 + 1, PRESS_F3, PRESS_F4,
		PRESS_F1 + 4, PRESS_F6, PRESS_F7, PRESS_F8, PRESS_F1 + 8, PRESS_CTRL_A, PRESS_CTRL_B,
		PRESS_CTRL_D, PRESS_CTRL_E, PRESS_CTRL_F, PRESS_CTRL_L, PRESS_CTRL_U, PRESS_CTRL_W };
	static const char *const places[] = { "1", "2", "3", "4", "5", "6", "7", "1?", "1\n", "2\n", "3\n",
		"4\n", "6\n" };
	size_t count = strlen(letters);

	(void)state;
	for (size_t place = 0; place < ARRAY_LEN(places); place++)
		for (size_t i = 0; i < count + ARRAY_LEN(others); i++) {
			struct seat seat = sit(sample_fleet());
			int key = i < count ? letters[i] : others[i - count];

			type(&seat, places[place]);
			if (!ui_key(seat.ui, seat.snapshot, key))
				fail_msg("key 0x%x is silent after %s", (unsigned)key, places[place]);
			leave(&seat);
		}
}

static void space_reads_on_in_a_page(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '?');
	assert_true(screen_has(&seat, "MOVE"));
	press(&seat, ' ');
	assert_false(screen_has(&seat, "MOVE"));
	leave(&seat);
}

static void a_page_in_place_of_the_rows_has_nothing_to_open(void **state)
{
	struct seat seat = sit(sample_nobody_serves());

	(void)state;
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, HEIGHT - 1, "Enter does nothing here"));
	press(&seat, 'y');
	assert_true(row_has(&seat, HEIGHT - 1, "y does nothing here"));
	assert_true(screen_has(&seat, "No LLM server was found"));
	leave(&seat);
}

static void escape_in_a_prompt_brings_the_old_filter_back(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "studio");
	press(&seat, PRESS_ENTER);
	press(&seat, '\\');
	type(&seat, "xyz");
	press(&seat, PRESS_BACKSPACE);
	assert_true(row_has(&seat, HEIGHT - 1, "filter: studioxy_"));
	press(&seat, PRESS_ESCAPE);
	assert_true(selected_is(&seat, "studio"));
	leave(&seat);
}

static void keys_are_text_while_a_prompt_is_open(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '/');
	assert_int_equal(press(&seat, 'q') & UI_QUIT, 0);
	assert_true(row_has(&seat, HEIGHT - 1, "search: q_"));
	leave(&seat);
}

static void searching_moves_the_selection_and_n_goes_on(void **state)
{
	struct seat seat = sit(sample_fleet());
	int first;

	(void)state;
	press(&seat, '/');
	type(&seat, "gpu2");
	press(&seat, PRESS_ENTER);
	assert_true(selected_is(&seat, "gpu2"));
	assert_true(screen_has(&seat, "gpu1"));
	first = selected_line(&seat);
	press(&seat, 'n');
	assert_true(selected_is(&seat, "gpu2"));
	assert_int_not_equal(selected_line(&seat), first);
	press(&seat, 'N');
	assert_int_equal(selected_line(&seat), first);
	leave(&seat);
}

static void sorting_goes_by_the_next_column_and_turns_round(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 's');
	assert_true(row_has(&seat, HEADS, "PEER↑"));
	assert_true(row_has(&seat, HEADS + 1, "gpu1"));
	press(&seat, 'I');
	assert_true(row_has(&seat, HEADS, "PEER↓"));
	assert_true(row_has(&seat, HEADS + 2, "vps"));
	leave(&seat);
}

static void unknown_numbers_come_last_in_both_directions(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '2');
	for (int i = 0; i < 20 && !row_has(&seat, 2, "by RTT"); i++)
		press(&seat, '>');
	assert_true(row_has(&seat, HEADS, "RTT ms↓"));
	assert_true(row_has(&seat, HEADS + 1, "studio"));
	assert_true(row_has(&seat, HEADS + 7, "–"));
	press(&seat, 'I');
	assert_true(row_has(&seat, HEADS + 1, "nas"));
	assert_true(row_has(&seat, HEADS + 6, "studio"));
	assert_true(row_has(&seat, HEADS + 7, "–"));
	leave(&seat);
}

static void pause_is_told_and_shown(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_int_equal(press(&seat, 'p'), UI_REDRAW);
	assert_true(ui_is_paused(seat.ui));
	assert_true(row_has(&seat, 2, "PAUSED"));
	press(&seat, 'Z');
	assert_false(ui_is_paused(seat.ui));
	leave(&seat);
}

static void enter_opens_the_detail_of_the_selected_row_and_escape_closes_it(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'j');
	press(&seat, PRESS_ENTER);
	assert_true(screen_has(&seat, "https://nas.tail1234.ts.net"));
	assert_true(screen_has(&seat, "host-check"));
	assert_true(screen_has(&seat, "→ OLLAMA_HOST=0.0.0.0"));
	press(&seat, '?');
	assert_true(screen_has(&seat, "LOOK"));
	press(&seat, PRESS_ESCAPE);
	assert_true(screen_has(&seat, "host-check"));
	press(&seat, PRESS_ESCAPE);
	assert_true(selected_is(&seat, "nas"));
	leave(&seat);
}

static void the_detail_of_what_went_away_says_so(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, PRESS_ENTER);
	seat.snapshot->endpoint_count = 3;
	look(&seat);
	assert_true(screen_has(&seat, "no longer there"));
	leave(&seat);
}

static void an_event_opens_what_it_is_about(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '6');
	press(&seat, 'j');
	press(&seat, PRESS_ENTER);
	assert_true(screen_has(&seat, "studio.tail1234.ts.net"));
	assert_true(screen_has(&seat, "SERVERS"));
	leave(&seat);
}

static void a_page_scrolls_and_stops_at_its_end(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'h');
	press(&seat, PRESS_END);
	assert_true(screen_has(&seat, "FIGURES"));
	press(&seat, 'j');
	press(&seat, PRESS_HOME);
	assert_true(screen_has(&seat, "MOVE"));
	leave(&seat);
}

static void assert_offers_what_can_be_copied(struct seat *seat, int offered[2])
{
	bool url = row_has(seat, HEIGHT - 1, "copy URL"), fix = row_has(seat, HEIGHT - 1, "copy fix");

	assert_int_equal((press(seat, 'y') & UI_COPY) != 0, url);
	assert_int_equal((press(seat, 'Y') & UI_COPY) != 0, fix);
	offered[0] += url;
	offered[1] += fix;
}

static void what_cannot_be_copied_is_not_offered(void **state)
{
	struct seat seat = sit(sample_fleet());
	int offered[2] = { 0, 0 };

	(void)state;
	canvas_free(seat.canvas);
	seat.canvas = canvas_new(200, HEIGHT, false);
	for (size_t i = 0; i < seat.snapshot->verdict_count; i += 2)
		seat.snapshot->verdict_list[i].run = "systemctl restart it"; /* the others have a hint */
	for (int view = '1'; view <= '6'; view++) {
		press(&seat, view);
		for (int row = 0; row < 16; row++) {
			assert_offers_what_can_be_copied(&seat, offered);
			press(&seat, PRESS_ENTER);
			assert_offers_what_can_be_copied(&seat, offered);
			press(&seat, PRESS_ESCAPE);
			press(&seat, 'j');
		}
	}
	assert_in_range(offered[0], 10, 6 * 16 * 2 - 10);
	assert_in_range(offered[1], 10, 6 * 16 * 2 - 10);
	leave(&seat);
}

static void a_long_command_is_copied_whole(void **state)
{
	struct seat seat = sit(sample_fleet());
	char run[3000];

	(void)state;
	snprintf(run, sizeof(run), "echo %0*d", (int)sizeof(run) - 10, 7);
	for (size_t i = 0; i < seat.snapshot->verdict_count; i++)
		seat.snapshot->verdict_list[i].run = run;
	assert_true(press(&seat, 'Y') & UI_COPY);
	assert_string_equal(ui_copied_text(seat.ui), run);
	leave(&seat);
}

static void copying_gives_the_url_or_the_peers_full_name(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'j');
	assert_true(press(&seat, 'y') & UI_COPY);
	assert_string_equal(ui_copied_text(seat.ui), "https://nas.tail1234.ts.net");
	assert_true(row_has(&seat, HEIGHT - 1, "to the terminal's clipboard: https://nas"));
	press(&seat, '2');
	assert_false(row_has(&seat, HEIGHT - 1, "clipboard"));
	press(&seat, 'y');
	assert_string_equal(ui_copied_text(seat.ui), "studio.tail1234.ts.net");
	leave(&seat);
}

static void a_model_opens_its_server_and_copies_what_a_client_takes(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '3');
	press(&seat, 'y');
	assert_string_equal(ui_copied_text(seat.ui), "http://gpu1.tail1234.ts.net:11434/v1");
	press(&seat, PRESS_ENTER);
	assert_true(screen_has(&seat, "base URL for clients: http://gpu1.tail1234.ts.net:11434/v1"));
	assert_true(screen_has(&seat, "✔ engine   Ollama"));
	press(&seat, 'y');
	assert_string_equal(ui_copied_text(seat.ui), "http://gpu1.tail1234.ts.net:11434");
	leave(&seat);
}

static void what_the_loop_must_do_is_answered_in_bits(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_true(press(&seat, 'q') & UI_QUIT);
	assert_true(press(&seat, PRESS_F10) & UI_QUIT);
	assert_true(press(&seat, 'r') & UI_PROBE_NOW);
	assert_true(press(&seat, PRESS_CTRL_C) & UI_QUIT);
	assert_int_equal(press(&seat, 'q') & UI_LEAVE, 0);
	assert_true(press(&seat, 'Q') & UI_QUIT);
	assert_true(press(&seat, 'Q') & UI_LEAVE);
	assert_true(press(&seat, 'T') & UI_NEXT_THEME);
	assert_true(press(&seat, PRESS_CTRL_L) & UI_CLEAR);
	leave(&seat);
}

static void q_and_escape_close_what_is_open_and_then_q_quits(void **state)
{
	static const int closing[] = { 'q', PRESS_ESCAPE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(closing); i++) {
		struct seat seat = sit(sample_fleet());

		press(&seat, PRESS_ENTER);
		press(&seat, '?');
		assert_int_equal(press(&seat, closing[i]) & UI_QUIT, 0);
		assert_false(screen_has(&seat, "LOOK"));
		assert_int_equal(selected_line(&seat), -1);
		assert_int_equal(press(&seat, closing[i]) & UI_QUIT, 0);
		assert_int_equal(selected_line(&seat), HEADS + 1);
		press(&seat, PRESS_F6);
		assert_int_equal(press(&seat, closing[i]) & UI_QUIT, 0);
		assert_false(screen_has(&seat, "Sort by"));
		assert_true(press(&seat, 'q') & UI_QUIT);
		leave(&seat);
	}
}

static void ctrl_c_and_f10_quit_from_everywhere(void **state)
{
	static const int opening[] = { 'g', '?', PRESS_ENTER, PRESS_F6, '/', '\\' };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(opening); i++) {
		struct seat seat = sit(sample_fleet());

		press(&seat, opening[i]);
		assert_true(press(&seat, PRESS_CTRL_C) & UI_QUIT);
		assert_true(press(&seat, PRESS_F10) & UI_QUIT);
		leave(&seat);
	}
}

static void a_key_that_does_nothing_says_so(void **state)
{
	static const struct {
		int key;
		const char *said;
	} keys[] = { { '%', "no key %; ?" }, { 'd', "no key d;" }, { ':', "no key :;" },
		{ PRESS_F1 + 4, "no key F5;" },
		{ PRESS_F1 + 8, "no key F9;" }, { 24, "no key Ctrl-X;" }, { PRESS_DELETE, "no key Del;" },
		{ 0xe9, "no key é;" }, { 0x202e, "no key like that;" } };
	struct seat seat = sit(sample_fleet());

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		assert_int_equal(press(&seat, keys[i].key), UI_REDRAW);
		assert_true(row_has(&seat, HEIGHT - 1, keys[i].said));
	}
	press(&seat, 'j');
	assert_false(row_has(&seat, HEIGHT - 1, "no key"));
	leave(&seat);
}

static void what_was_said_ends_after_five_seconds(void **state)
{
	struct seat seat = sit(sample_fleet());
	struct when now = { .mono_ms = 1000, .wall_ms = 1 };

	(void)state;
	ui_say(seat.ui, "something");
	assert_true(ui_expire(seat.ui, now));
	now.mono_ms += 4900;
	assert_true(ui_expire(seat.ui, now));
	look(&seat);
	assert_true(row_has(&seat, HEIGHT - 1, "something"));
	now.mono_ms += 200;
	assert_false(ui_expire(seat.ui, now));
	look(&seat);
	assert_false(screen_has(&seat, "something"));
	assert_true(row_has(&seat, HEIGHT - 1, "q quit"));
	leave(&seat);
}

static void a_notice_has_its_own_line_until_it_is_dismissed_or_its_time_is_over(void **state)
{
	struct seat seat = sit(sample_fleet());
	struct when now = { .mono_ms = 1000, .wall_ms = 1 };

	(void)state;
	ui_notice(seat.ui, "config:3: unknown key 'x\x1b[2J'", 0);
	ui_notice(seat.ui, "first run", 30000);
	ui_notice(seat.ui, "config:4: too", 0);
	look(&seat);
	assert_true(row_has(&seat, 3, "config:3: unknown key 'x\\x1b[2J'"));
	assert_true(row_has(&seat, 3, "2 more: Esc"));
	assert_true(row_has(&seat, HEIGHT - 1, "q quit"));
	assert_int_equal(selected_line(&seat), HEADS + 2);
	assert_false(ui_expire(seat.ui, now));
	press(&seat, PRESS_ESCAPE);
	assert_true(row_has(&seat, 3, "first run"));
	assert_true(ui_expire(seat.ui, now));
	now.mono_ms += 31000;
	ui_expire(seat.ui, now);
	look(&seat);
	assert_true(row_has(&seat, 3, "config:4: too"));
	press(&seat, press_at(PRESS_CLICK, 5, 3));
	assert_int_equal(selected_line(&seat), HEADS + 1);
	leave(&seat);
}

static void a_long_notice_is_wrapped(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	canvas_free(seat.canvas);
	seat.canvas = canvas_new(60, HEIGHT, false);
	ui_notice(seat.ui,
		"first run: looking for LLM servers on the usual ports of your own and tagged machines "
		"(to stop: discover = off)",
		30000);
	look(&seat);
	assert_true(row_has(&seat, 3, "first run: looking for LLM servers"));
	assert_true(row_has(&seat, 3, "Esc closes"));
	assert_true(row_has(&seat, 5, "(to stop: discover = off)"));
	assert_true(row_has(&seat, 6, "STATE"));
	press(&seat, press_at(PRESS_CLICK, 3, 5));
	assert_true(row_has(&seat, 3, "STATE"));
	leave(&seat);
}

static void a_ping_is_of_another_machine_and_its_answers_are_told(void **state)
{
	struct seat seat = sit(sample_fleet());
	struct peer *peer;

	(void)state;
	press(&seat, 'j');
	assert_true(selected_is(&seat, "nas"));
	assert_true(press(&seat, 'P') & UI_PING);
	assert_true(row_has(&seat, HEIGHT - 1, "pinging nas …"));
	peer = &seat.snapshot->peers[seat.snapshot->endpoints[5].peer];
	assert_string_equal(ui_pinged(seat.ui), peer->id);
	ui_see_pings(seat.ui, seat.snapshot);
	peer->pings[PING_DISCO] =
		(struct ping){ seat.snapshot->taken.wall_ms, 2.1, "direct 192.168.1.4:41641" };
	ui_see_pings(seat.ui, seat.snapshot);
	look(&seat);
	assert_true(row_has(&seat, HEIGHT - 1, "pinging nas …"));
	peer->pings[PING_TSMP] = (struct ping){ seat.snapshot->taken.wall_ms, NAN, "" };
	ui_see_pings(seat.ui, seat.snapshot);
	look(&seat);
	assert_true(row_has(
		&seat, HEIGHT - 1, "nas  disco 2.1 ms, direct 192.168.1.4:41641  TSMP: no answer"));
	assert_string_equal(ui_pinged(seat.ui), "");
	press(&seat, PRESS_ENTER);
	assert_true(screen_has(&seat, "TSMP   ping: no answer"));
	press(&seat, PRESS_ESCAPE);
	seat.snapshot->is_passive = true;
	assert_int_equal(press(&seat, 'P') & UI_PING, 0);
	assert_true(row_has(&seat, HEIGHT - 1, "not pinged: --passive"));
	leave(&seat);
}

static void a_canary_is_sent_only_after_y(void **state)
{
	static const int others[] = { 'n', ' ', PRESS_ENTER, PRESS_ESCAPE, 'c', PRESS_CLICK };
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_int_equal(press(&seat, 'c') & UI_CANARY, 0);
	assert_true(row_has(&seat, HEIGHT - 1, "no canary: "));
	press(&seat, '3');
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_int_equal(press(&seat, 'c') & UI_CANARY, 0);
		assert_true(screen_has(&seat, "Send a canary? y sends it, any other key does not."));
		assert_int_equal(press(&seat, others[i]) & (UI_CANARY | UI_QUIT), 0);
		assert_true(row_has(&seat, HEIGHT - 1, "no canary was sent"));
	}
	press(&seat, 'c');
	assert_true(press(&seat, 'y') & UI_CANARY);
	assert_true(*ui_canary_plan(seat.ui)->model);
	seat.snapshot->has_running_canary = true;
	ui_see_canary(seat.ui, seat.snapshot);
	look(&seat);
	assert_true(row_has(&seat, HEIGHT - 1, "canary: its engine is polled"));
	assert_int_equal(press(&seat, 'c') & UI_CANARY, 0);
	assert_true(row_has(&seat, HEIGHT - 1, "a canary is on its way: Esc ends it"));
	assert_true(press(&seat, PRESS_ESCAPE) & UI_STOP_CANARY);
	seat.snapshot->has_running_canary = false;
	ui_see_canary(seat.ui, seat.snapshot);
	look(&seat);
	assert_true(row_has(&seat, HEIGHT - 1, "canary: not sent"));
	seat.snapshot->is_passive = true;
	assert_int_equal(press(&seat, 'c') & UI_CANARY, 0);
	assert_true(row_has(&seat, HEIGHT - 1, "no canary: --passive sends nothing to peers"));
	leave(&seat);
}

static void a_shell_is_on_the_rows_machine_and_no_name_becomes_an_option(void **state)
{
	static const struct {
		const char *fqdn, *host;
	} names[] = { { "nas.tail1234.ts.net", "nas.tail1234.ts.net" }, { "-oProxyCommand=x", "" },
		{ "a b", "" }, { "$(x)", "" }, { "u@h", "" }, { "", "" } };
	struct seat seat = sit(sample_fleet());
	struct peer *peer;
	bool by_tailscale;

	(void)state;
	press(&seat, 'j');
	peer = &seat.snapshot->peers[seat.snapshot->endpoints[5].peer];
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *host = *names[i].host ? names[i].host : peer->addresses[0];

		peer->fqdn = names[i].fqdn;
		peer->has_ssh = i % 2;
		assert_true(press(&seat, 'S') & UI_SHELL);
		assert_string_equal(ui_shell_host(seat.ui, &by_tailscale), host);
		assert_int_equal(by_tailscale, i % 2);
	}
	peer->is_self = true;
	assert_int_equal(press(&seat, 'S') & UI_SHELL, 0);
	assert_true(row_has(&seat, HEIGHT - 1, "this row is this machine"));
	leave(&seat);
}

static void a_prompt_is_edited_like_a_line_of_a_shell(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '\\');
	type(&seat, "path:derp  nas");
	press(&seat, PRESS_CTRL_W);
	assert_true(row_has(&seat, HEIGHT - 1, "filter: path:derp  _"));
	press(&seat, PRESS_CTRL_U);
	assert_true(row_has(&seat, HEIGHT - 1, "filter: _"));
	type(&seat, "ac");
	press(&seat, PRESS_LEFT);
	press(&seat, 0x65e5);
	press(&seat, 0xe9);
	assert_true(row_has(&seat, HEIGHT - 1, "filter: a日éc"));
	assert_false(row_has(&seat, HEIGHT - 1, "_"));
	press(&seat, PRESS_BACKSPACE);
	press(&seat, PRESS_BACKSPACE);
	assert_true(row_has(&seat, HEIGHT - 1, "filter: ac"));
	press(&seat, PRESS_CTRL_A);
	press(&seat, PRESS_DELETE);
	press(&seat, PRESS_BACKSPACE);
	press(&seat, 'x');
	press(&seat, PRESS_CTRL_E);
	press(&seat, 'y');
	press(&seat, PRESS_DELETE);
	assert_true(row_has(&seat, HEIGHT - 1, "filter: xcy_"));
	press(&seat, PRESS_HOME);
	press(&seat, PRESS_RIGHT);
	press(&seat, '-');
	press(&seat, PRESS_END);
	assert_true(row_has(&seat, HEIGHT - 1, "filter: x-cy_"));
	press(&seat, PRESS_ESCAPE);
	assert_true(screen_has(&seat, "gpu1"));
	leave(&seat);
}

static void a_prompt_that_is_full_or_longer_than_the_line_stays_whole(void **state)
{
	struct seat seat = sit(sample_fleet());
	char text[1024];

	(void)state;
	canvas_free(seat.canvas);
	seat.canvas = canvas_new(40, HEIGHT, false);
	press(&seat, '/');
	for (int i = 0; i < 300; i++)
		press(&seat, i % 2 ? 0x65e5 : 'a' + i % 26);
	canvas_row_text(seat.canvas, HEIGHT - 1, text, sizeof(text));
	assert_true(text[strlen(text) - 1] == '_');
	assert_null(strstr(text, "\xef\xbf\xbd"));
	for (int i = 0; i < 300; i++)
		press(&seat, i % 3 ? PRESS_LEFT : PRESS_BACKSPACE);
	assert_true(row_has(&seat, HEIGHT - 1, "search: "));
	press(&seat, PRESS_CTRL_U);
	press(&seat, PRESS_END);
	press(&seat, PRESS_CTRL_U);
	assert_true(row_has(&seat, HEIGHT - 1, "search: _"));
	leave(&seat);
}

static void a_search_without_a_hit_says_so_as_it_is_typed(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '/');
	type(&seat, "gpu2");
	assert_false(screen_has(&seat, "no row has"));
	type(&seat, "xyz");
	assert_true(row_has(&seat, HEIGHT - 1, "no row has “gpu2xyz”"));
	press(&seat, PRESS_CTRL_W);
	assert_false(screen_has(&seat, "no row has"));
	type(&seat, "qqq");
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, HEIGHT - 1, "no row has “qqq”"));
	press(&seat, 'n');
	assert_true(row_has(&seat, HEIGHT - 1, "no row has “qqq”"));
	leave(&seat);
}

static void a_column_is_meant_as_it_is_printed_or_by_its_id(void **state)
{
	static const char *const names[] = { "STATE:ok", "state:OK", "State:ok", "TOK/S:41", "toks:41",
		"model:qwen",
		"MODEL:qwen", "model:qwen", "rttms:2", "Spark:▁", "!TTFBms:9" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct seat seat = sit(sample_fleet());

		press(&seat, '\\');
		for (const char *at = names[i]; *at;)
			press(&seat, (int)text_next(&at));
		assert_false(screen_has(&seat, "no column"));
		press(&seat, PRESS_ENTER);
		assert_true(selected_line(&seat) >= 0);
		leave(&seat);
	}
}

static void an_unknown_column_is_said_at_once_but_not_what_only_has_a_colon(void **state)
{
	static const struct {
		const char *filter;
		bool is_unknown;
	} filters[] = { { "tag:gpu", true }, { "gpu1 !stat:ok", true }, { "rtt2:4", true },
		{ "llama3.3:70b", false },
		{ "http://x:1", false }, { ":11434", false }, { "state:ok", false }, { "host:", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct seat seat = sit(sample_fleet());

		press(&seat, '\\');
		type(&seat, filters[i].filter);
		assert_int_equal(row_has(&seat, HEIGHT - 1, "no column “"), filters[i].is_unknown);
		leave(&seat);
	}
}

static void the_columns_that_there_are_are_all_named_on_a_narrow_screen(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	canvas_free(seat.canvas);
	seat.canvas = canvas_new(60, HEIGHT, false);
	press(&seat, '\\');
	type(&seat, "tag:gpu");
	assert_true(row_has(&seat, HEIGHT - 1, "no column “tag” here"));
	assert_true(row_has(&seat, HEADS + 1, "no column “tag” here; there are state peer server"));
	assert_true(row_has(&seat, HEADS + 2, "since") || row_has(&seat, HEADS + 3, "since"));
	assert_true(row_has(&seat, HEADS + 2, "why") || row_has(&seat, HEADS + 3, "why"));
	leave(&seat);
}

static void the_list_of_columns_sorts_by_the_chosen_one_and_again_the_other_way(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, PRESS_F6);
	assert_true(screen_has(&seat, "Sort by"));
	assert_true(screen_has(&seat, "LOADED"));
	press(&seat, PRESS_DOWN);
	press(&seat, 'j');
	press(&seat, 'k');
	press(&seat, PRESS_ENTER);
	assert_false(screen_has(&seat, "Sort by"));
	assert_true(row_has(&seat, HEADS, "PEER↑"));
	press(&seat, PRESS_F6);
	press(&seat, PRESS_ENTER);
	assert_true(row_has(&seat, HEADS, "PEER↓"));
	press(&seat, PRESS_F6);
	press(&seat, PRESS_DOWN);
	press(&seat, PRESS_ESCAPE);
	assert_true(row_has(&seat, HEADS, "PEER↓"));
	press(&seat, PRESS_F6);
	press(&seat, press_at(PRESS_CLICK, 4, HEADS + 1));
	assert_true(row_has(&seat, HEADS, "STATE↓"));
	press(&seat, PRESS_F6);
	press(&seat, press_at(PRESS_CLICK, 90, HEADS + 1));
	assert_false(screen_has(&seat, "Sort by"));
	assert_true(row_has(&seat, HEADS, "STATE↓"));
	leave(&seat);
}

/* Hides RTT ms, the ninth column, in the list. */
static void hide_rtt(struct seat *seat)
{
	press(seat, PRESS_F6);
	for (int i = 0; i < 8; i++)
		press(seat, 'j');
	press(seat, ' ');
}

static void the_list_of_columns_shows_and_hides(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_true(row_has(&seat, HEADS, "RTT ms"));
	hide_rtt(&seat);
	assert_true(screen_has(&seat, "[ ] RTT ms"));
	assert_true(screen_has(&seat, "[x] PEER"));
	press(&seat, ' ');
	assert_true(screen_has(&seat, "[x] RTT ms"));
	press(&seat, ' ');
	press(&seat, PRESS_ESCAPE);
	assert_false(row_has(&seat, HEADS, "RTT ms"));
	assert_true(row_has(&seat, HEADS, "WHY"));
	press(&seat, '2');
	assert_true(row_has(&seat, HEADS, "RTT"));
	leave(&seat);
}

static void the_last_column_is_not_hidden(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, PRESS_F6);
	for (int i = 0; i < COLUMNS_MAX; i++) {
		press(&seat, ' ');
		press(&seat, 'j');
	}
	press(&seat, PRESS_ESCAPE);
	assert_true(row_has(&seat, HEADS, "WHY"));
	assert_false(row_has(&seat, HEADS, "PEER"));
	leave(&seat);
}

static void shown_columns_and_the_span_are_kept_and_nonsense_is_not(void **state)
{
	struct fault fault;
	struct kept *kept = kept_new("", &fault);
	struct seat seat = sit(sample_fleet());

	(void)state;
	hide_rtt(&seat);
	press(&seat, PRESS_ESCAPE);
	press(&seat, ']');
	ui_keep(seat.ui, kept);
	assert_string_equal(kept_get(kept, "columns"), "Fleet:-rttms");
	assert_string_equal(kept_get(kept, "span"), "3600");
	leave(&seat);
	seat = sit(sample_fleet());
	ui_take_kept(seat.ui, kept);
	press(&seat, PRESS_CTRL_L);
	assert_false(row_has(&seat, HEADS, "RTT ms"));
	assert_int_equal(ui_span_ms(seat.ui), 3600000);
	kept_set(kept, "columns", "Fleet:-rttms Fleet:+nosuch Nowhere:-peer Fleet:*why Fleet:-health Fleet:+why x");
	kept_set(kept, "span", "12345");
	ui_take_kept(seat.ui, kept);
	press(&seat, PRESS_CTRL_L);
	assert_true(row_has(&seat, HEADS, "WHY"));
	assert_int_equal(ui_span_ms(seat.ui), 3600000);
	leave(&seat);
	kept_free(kept);
}

static void without_a_row_there_are_no_panels(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_true(screen_has(&seat, "──"));
	press(&seat, '\\');
	type(&seat, "nosuchthing");
	assert_false(screen_has(&seat, "──"));
	leave(&seat);
}

static void an_event_names_its_server_briefly_and_is_found_by_url(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '6');
	press(&seat, '\\');
	type(&seat, "peer:https://nas.tail1234");
	assert_true(row_has(&seat, HEADS + 1, "nas s:443"));
	assert_false(row_has(&seat, HEADS + 1, "https"));
	assert_false(screen_has(&seat, "macmini"));
	leave(&seat);
}

static void a_count_is_of_rows_and_a_filter_has_its_name(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_true(row_has(&seat, 0, "✖ 2 down  ▲ 1 degraded  ● 6 ok  … 1 unknown"));
	press(&seat, '\\');
	type(&seat, "health:degraded");
	assert_true(row_has(&seat, HEADS + 1, "▲ slow"));
	assert_false(row_has(&seat, HEADS + 2, "●"));
	press(&seat, PRESS_CTRL_U);
	type(&seat, "health:ok");
	assert_true(screen_has(&seat, "busy"));
	assert_false(screen_has(&seat, "✖ fault"));
	leave(&seat);
}

/* Without a history there is nothing to plot. */
static void no_frame_is_empty(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	canvas_free(seat.canvas);
	seat.canvas = canvas_new(120, 36, false);
	press(&seat, PRESS_CTRL_L);
	for (int y = 12; y < 36; y++)
		assert_false(row_has(&seat, y, "││"));
	leave(&seat);
}

static void stepping_visits_drawn_columns_only_and_goes_back(void **state)
{
	struct seat seat = sit(sample_fleet());
	int steps = 0;

	(void)state;
	canvas_free(seat.canvas);
	seat.canvas = canvas_new(80, HEIGHT, false);
	look(&seat);
	do {
		press(&seat, '>');
		assert_true(row_has(&seat, HEADS, "↑") || row_has(&seat, HEADS, "↓"));
		steps++;
	} while (steps < 30 && !row_has(&seat, HEADS, "STATE↓"));
	assert_in_range(steps, 3, 12);
	press(&seat, '<');
	assert_true(row_has(&seat, 2, "by WHY"));
	press(&seat, '>');
	assert_true(row_has(&seat, HEADS, "STATE↓"));
	leave(&seat);
}

/* The cell of the line where that text begins. */
static int cell_of(const struct seat *seat, int y, const char *part)
{
	char text[1024];
	char *found = strstr(canvas_row_text(seat->canvas, y, text, sizeof(text)), part);

	if (!found)
		fail_msg("no %s in: %s", part, text);
	*found = '\0';
	return text_cells(text);
}

static void a_click_on_a_count_filters_by_it_and_another_clears_it(void **state)
{
	static const int widths[] = { 120, 60 };
	static const char *const counts[] = { "2 down", "✖ 2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		struct seat seat = sit(sample_fleet());
		int x;

		canvas_free(seat.canvas);
		seat.canvas = canvas_new(widths[i], HEIGHT, false);
		press(&seat, '3');
		x = cell_of(&seat, 0, counts[i]);
		press(&seat, press_at(PRESS_CLICK, x, 0));
		assert_true(row_has(&seat, 2, "[1 Fleet]"));
		assert_true(row_has(&seat, HEADS + 1, "✖ down"));
		assert_true(row_has(&seat, HEADS + 2, "✖ fault"));
		assert_false(screen_has(&seat, "● ok"));
		press(&seat, press_at(PRESS_CLICK, x, 0));
		assert_true(screen_has(&seat, "● ok"));
		assert_false(row_has(&seat, 2, "filter"));
		assert_int_equal(press(&seat, press_at(PRESS_CLICK, 0, 0)), 0);
		leave(&seat);
	}
}

static void a_click_on_the_key_bar_presses_the_key(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, press_at(PRESS_CLICK, cell_of(&seat, HEIGHT - 1, "filter"), HEIGHT - 1));
	assert_true(row_has(&seat, HEIGHT - 1, "filter: _"));
	press(&seat, press_at(PRESS_CLICK, 60, HEIGHT - 1));
	press(&seat, PRESS_ESCAPE);
	press(&seat, press_at(PRESS_CLICK, cell_of(&seat, HEIGHT - 1, "?"), HEIGHT - 1));
	assert_true(screen_has(&seat, "LOOK"));
	press(&seat, press_at(PRESS_CLICK, cell_of(&seat, HEIGHT - 1, "back"), HEIGHT - 1));
	assert_false(screen_has(&seat, "LOOK"));
	press(&seat, press_at(PRESS_CLICK, cell_of(&seat, HEIGHT - 1, "sort"), HEIGHT - 1));
	assert_true(screen_has(&seat, "Sort by"));
	press(&seat, press_at(PRESS_CLICK, cell_of(&seat, HEIGHT - 1, "close"), HEIGHT - 1));
	assert_true(
		press(&seat, press_at(PRESS_CLICK, cell_of(&seat, HEIGHT - 1, "quit"), HEIGHT - 1)) & UI_QUIT);
	leave(&seat);
}

static void the_clock_shows_minutes_where_there_is_room(void **state)
{
	struct seat seat = sit(sample_fleet());
	char text[1024];

	(void)state;
	canvas_row_text(seat.canvas, 0, text, sizeof(text));
	assert_true(strlen(text) > 5 && text[strlen(text) - 3] == ':');
	leave(&seat);
}

static void in_a_replay_nothing_is_asked_and_no_shell_is_opened(void **state)
{
	static const int keys[] = { 'r', 'P', 'S', 'c' };
	struct seat seat = sit(sample_fleet());

	(void)state;
	seat.snapshot->replay.is_on = true;
	seat.snapshot->replay.speed = 1;
	press(&seat, 'j');
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		assert_int_equal(press(&seat, keys[i]) & (UI_PROBE_NOW | UI_PING | UI_SHELL | UI_CANARY), 0);
		assert_true(row_has(&seat, HEIGHT - 1, "not in a replay"));
	}
	leave(&seat);
}

static void in_a_replay_the_key_bar_has_the_keys_that_move_in_it(void **state)
{
	static const int pages[] = { '1', PRESS_ENTER, '7' };
	struct seat seat = sit(sample_fleet());

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		seat.snapshot->replay.is_on = false;
		press(&seat, pages[i]);
		assert_false(row_has(&seat, HEIGHT - 1, "E e event"));
		seat.snapshot->replay.is_on = true;
		look(&seat);
		assert_true(row_has(&seat, HEIGHT - 1, "p pause  E e event  - + speed"));
		assert_false(row_has(&seat, HEIGHT - 1, "ask now") || row_has(&seat, HEIGHT - 1, "P ping"));
		press(&seat, PRESS_ESCAPE);
	}
	press(&seat, '1');
	assert_true(press(&seat, press_at(PRESS_CLICK, cell_of(&seat, HEIGHT - 1, "event"), HEIGHT - 1)) & UI_STEER);
	assert_int_equal(ui_steer(seat.ui), STEER_EVENT_ON);
	leave(&seat);
}

static void a_click_selects_and_a_second_one_opens(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, press_at(PRESS_CLICK, 5, HEADS + 3));
	assert_true(selected_is(&seat, "studio"));
	press(&seat, press_at(PRESS_CLICK, 5, HEADS + 3));
	assert_true(screen_has(&seat, "relayed"));
	assert_int_equal(selected_line(&seat), -1);
	leave(&seat);
}

static void a_click_on_a_head_sorts_and_on_a_tab_switches(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, press_at(PRESS_CLICK, 14, HEADS));
	assert_true(row_has(&seat, HEADS, "PEER↑"));
	press(&seat, press_at(PRESS_CLICK, 14, HEADS));
	assert_true(row_has(&seat, HEADS, "PEER↓"));
	press(&seat, press_at(PRESS_CLICK, 12, 2));
	assert_true(screen_has(&seat, "[2 Paths]"));
	assert_int_equal(press(&seat, press_at(PRESS_CLICK, 100, HEIGHT - 2)), 0);
	press(&seat, press_at(PRESS_WHEEL_DOWN, 5, 8));
	assert_int_equal(selected_line(&seat), HEADS + 2);
	leave(&seat);
}

/* The cell where that title begins in the line of the heads. */
static int head_at(const struct seat *seat, const char *title)
{
	char text[1024];
	const char *found = strstr(canvas_row_text(seat->canvas, HEADS, text, sizeof(text)), title);

	if (!found)
		fail_msg("no %s in: %s", title, text);
	text[found - text] = '\0';
	return text_cells(text);
}

static void a_click_anywhere_on_a_head_sorts_by_its_column(void **state)
{
	static const char *const titles[] = { "PEER", "SERVER", "MODEL", "PATH", "TTFT ms" };
	struct seat seat = sit(sample_fleet());
	char note[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		for (int end = 0; end < 2; end++) {
			int x = head_at(&seat, titles[i]) + (end ? (int)strlen(titles[i]) - 1 : 0);

			press(&seat, press_at(PRESS_CLICK, x, HEADS));
			snprintf(note, sizeof(note), "by %s", titles[i]);
			assert_true(row_has(&seat, 2, note));
		}
	leave(&seat);
}

/* Keys and clicks that come in one read: nothing is drawn between them. */
static unsigned send(struct seat *seat, int key)
{
	return ui_key(seat->ui, seat->snapshot, key);
}

static void heads_of(struct snapshot *snapshot, int view, char *text, size_t size)
{
	struct seat seat = sit(snapshot);

	press(&seat, view);
	canvas_row_text(seat.canvas, HEADS, text, size);
	leave(&seat);
}

static void a_click_sorts_no_view_but_the_one_that_was_drawn(void **state)
{
	(void)state;
	for (int from = '1'; from <= '6'; from++) {
		for (int to = '1'; to <= '6'; to++) {
			char expected[1024], shown[1024];

			if (to == from)
				continue;
			heads_of(sample_fleet(), to, expected, sizeof(expected));
			for (int x = 0; x < WIDTH; x += 3) {
				struct seat seat = sit(sample_fleet());

				press(&seat, from);
				send(&seat, to);
				send(&seat, press_at(PRESS_CLICK, x, HEADS));
				look(&seat);
				canvas_row_text(seat.canvas, HEADS, shown, sizeof(shown));
				assert_string_equal(shown, expected);
				leave(&seat);
			}
		}
	}
}

static void a_click_selects_no_row_of_a_view_that_was_not_drawn_yet(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	send(&seat, '2');
	assert_int_equal(send(&seat, press_at(PRESS_CLICK, 5, HEADS + 3)), 0);
	send(&seat, press_at(PRESS_CLICK, 5, HEADS + 3));
	look(&seat);
	assert_true(screen_has(&seat, "[2 Paths]"));
	assert_int_equal(selected_line(&seat), HEADS + 1);
	leave(&seat);
}

static void a_tab_is_the_one_that_was_seen(void **state)
{
	struct seat seat = sit(sample_fleet());
	char tabs[1024], *column;

	(void)state;
	for (int view = '1'; view <= '6'; view++) {
		press(&seat, '1');
		column = strstr(canvas_row_text(seat.canvas, 2, tabs, sizeof(tabs)), "3 Models");
		assert_non_null(column);
		send(&seat, view);
		press(&seat, press_at(PRESS_CLICK, (int)(column - tabs), 2));
		assert_true(screen_has(&seat, "[3 Models]"));
	}
	leave(&seat);
}

static void a_row_that_is_clicked_is_the_one_that_was_seen(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	assert_true(row_has(&seat, HEADS + 3, "studio"));
	send(&seat, 's');
	press(&seat, press_at(PRESS_CLICK, 5, HEADS + 3));
	assert_true(selected_is(&seat, "studio"));
	assert_int_not_equal(selected_line(&seat), HEADS + 3);
	leave(&seat);
}

static void a_click_on_a_row_that_has_gone_since_does_nothing(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, 'g');
	seat.snapshot->endpoint_count = 0;
	seat.snapshot->peer_count = 2;
	for (int y = HEADS + 1; y < HEIGHT; y++)
		assert_int_equal(send(&seat, press_at(PRESS_CLICK, 5, y)) & ~(unsigned)UI_REDRAW, 0);
	seat.snapshot->peer_count = 0;
	for (int y = HEADS + 1; y < HEIGHT; y++)
		assert_int_equal(send(&seat, press_at(PRESS_CLICK, 5, y)), 0);
	send(&seat, press_at(PRESS_WHEEL_DOWN, 5, HEADS + 1));
	look(&seat);
	assert_int_equal(selected_line(&seat), -1);
	leave(&seat);
}

static void nothing_can_be_clicked_before_the_first_frame_or_where_there_is_no_room(void **state)
{
	struct seat seat = { ui_new(), sample_fleet(), canvas_new(30, 6, false) };

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int y = 0; y < HEIGHT; y++)
			for (int x = 0; x < WIDTH; x += 7)
				assert_int_equal(send(&seat, press_at(PRESS_CLICK, x, y)), 0);
		look(&seat);
	}
	send(&seat, PRESS_ENTER);
	assert_int_equal(ui_key(seat.ui, seat.snapshot, 'q'), UI_REDRAW | UI_QUIT); /* no page is open */
	leave(&seat);
}

static void a_detail_that_opens_or_closes_takes_the_rows_from_the_mouse(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	send(&seat, PRESS_ENTER);
	assert_int_equal(send(&seat, press_at(PRESS_CLICK, 5, HEADS + 3)), 0);
	assert_int_equal(send(&seat, press_at(PRESS_CLICK, 14, HEADS)), 0);
	look(&seat);
	send(&seat, PRESS_ESCAPE);
	assert_int_equal(send(&seat, press_at(PRESS_CLICK, 5, HEADS + 3)), 0);
	look(&seat);
	assert_int_equal(selected_line(&seat), HEADS + 1);
	leave(&seat);
}

static void a_key_after_that_of_a_view_is_about_that_view(void **state)
{
	struct seat seat = sit(sample_nobody_serves());

	(void)state;
	send(&seat, '2');
	send(&seat, PRESS_ENTER);
	look(&seat);
	assert_true(screen_has(&seat, "studio.tail1234.ts.net"));
	press(&seat, PRESS_ESCAPE);
	send(&seat, '1');
	send(&seat, PRESS_ENTER);
	look(&seat);
	assert_true(row_has(&seat, HEIGHT - 1, "Enter does nothing here"));
	leave(&seat);
}

static void a_click_that_leaves_the_view_closes_the_prompt_and_keeps_what_was_typed(void **state)
{
	static const int clicks[][2] = { { 12, 2 }, { 5, HEADS + 2 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(clicks); i++) {
		struct seat seat = sit(sample_fleet());

		press(&seat, press_at(PRESS_CLICK, 5, HEADS + 2));
		assert_true(selected_is(&seat, "nas"));
		press(&seat, '\\');
		type(&seat, "nas");
		press(&seat, press_at(PRESS_CLICK, clicks[i][0], clicks[i][1]));
		assert_false(row_has(&seat, HEIGHT - 1, "filter:"));
		press(&seat, '1');
		assert_true(row_has(&seat, 2, "[1 Fleet]"));
		assert_true(row_has(&seat, 2, "filter nas"));
		press(&seat, '2');
		assert_false(row_has(&seat, 2, "filter"));
		leave(&seat);
	}
}

static void what_is_typed_is_what_can_be_seen(void **state)
{
	static const int hidden[] = { 0x202e, 0x200b, 0x2066, 0x1bca0, 0xfeff, 0xad, 0x9b, 0x7f + 1, 0xe0041,
		0xd800, 0x10ffff };
	static const int prompts[] = { '/', '\\' };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prompts); i++) {
		struct seat seat = sit(sample_fleet());

		press(&seat, prompts[i]);
		press(&seat, 'a');
		for (size_t k = 0; k < ARRAY_LEN(hidden); k++)
			assert_int_equal(press(&seat, hidden[k]), 0);
		press(&seat, 0xe9);
		press(&seat, 0x65e5);
		assert_true(row_has(&seat, HEIGHT - 1, ": aé日_"));
		leave(&seat);
	}
}

static void what_is_said_is_cleaned_and_ends_in_a_whole_character(void **state)
{
	struct seat seat = sit(sample_fleet());
	char text[600] = "", shown[1024];

	(void)state;
	ui_say(seat.ui, "no theme \"a\xe2\x80\xae\x1b[2J\"");
	look(&seat);
	assert_true(row_has(&seat, HEIGHT - 1, "no theme \"a\\u{202e}\\x1b[2J\""));
	for (int i = 0; i < 100; i++)
		strcat(text, "é€");
	for (int i = 0; i < 5; i++) {
		ui_say(seat.ui, text + (size_t)i % 2 * 2);
		look(&seat);
		assert_null(strstr(
			canvas_row_text(seat.canvas, HEIGHT - 1, shown, sizeof(shown)), "\xef\xbf\xbd"));
	}
	leave(&seat);
}

/* Its lines are shown as they come, from the end on, until the user scrolls up. */
static void a_log_is_followed_until_it_is_scrolled(void **state)
{
	struct seat seat = sit(sample_fleet());
	struct log_text log = { .what = "the journal of ollama.service" };
	char line[32];

	(void)state;
	press(&seat, PRESS_ENTER);
	assert_int_equal(press(&seat, 'l') & UI_LOG, UI_LOG);
	assert_non_null(strstr(ui_logged(seat.ui), "http"));
	ui_show_log(seat.ui, &log);
	for (int i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "line %d\n", i);
		log_lines_add(&log.lines, line, strlen(line));
	}
	look(&seat);
	assert_true(screen_has(&seat, "the journal of ollama.service"));
	assert_true(screen_has(&seat, "line 99") && !screen_has(&seat, "line 9 "));
	press(&seat, 'g');
	log_lines_add(&log.lines, "cudaMalloc failed: out of memory\n", 33);
	look(&seat);
	assert_true(screen_has(&seat, "line 0") && !screen_has(&seat, "cudaMalloc"));
	press(&seat, 'G');
	assert_true(screen_has(&seat, "cudaMalloc") && screen_has(&seat, "= the GPU has too little"));
	log_lines_add(&log.lines, "the last\n", 9);
	look(&seat);
	assert_true(screen_has(&seat, "the last"));
	press(&seat, '?');
	assert_string_not_equal(ui_logged(seat.ui), "");
	press(&seat, PRESS_ESCAPE);
	press(&seat, PRESS_ESCAPE);
	assert_string_equal(ui_logged(seat.ui), "");
	assert_true(screen_has(&seat, "base URL for clients"));
	log_lines_fini(&log.lines);
	leave(&seat);
}

static void a_log_that_cannot_be_read_says_what_to_type(void **state)
{
	struct seat seat = sit(sample_fleet());
	const struct log_text log = { .why = "this user may not read the system's journal",
		.run = "sudo journalctl --unit=a",
		.run_on = "gpu1",
		.hint = "or not" };

	(void)state;
	press(&seat, 'l');
	ui_show_log(seat.ui, &log);
	look(&seat);
	assert_true(screen_has(&seat, "this user may not read the system's journal"));
	assert_true(screen_has(&seat, "run on gpu1 sudo journalctl --unit=a") &&
		    screen_has(&seat, "hint or not"));
	assert_int_equal(press(&seat, 'Y') & UI_COPY, UI_COPY);
	assert_string_equal(ui_copied_text(seat.ui), "sudo journalctl --unit=a");
	press(&seat, '2');
	assert_string_equal(ui_logged(seat.ui), "");
	leave(&seat);
}

static void only_a_server_has_a_log_and_only_now(void **state)
{
	struct seat seat = sit(sample_fleet());

	(void)state;
	press(&seat, '2');
	assert_int_equal(press(&seat, 'l') & UI_LOG, 0);
	assert_true(screen_has(&seat, "no server in this row"));
	press(&seat, '1');
	seat.snapshot->replay.is_on = true;
	assert_int_equal(press(&seat, 'l') & UI_LOG, 0);
	assert_true(screen_has(&seat, "not in a replay"));
	leave(&seat);
}

static void every_key_can_be_pressed_in_every_state(void **state)
{
	static struct snapshot *(*const makers[])(void) = { sample_fleet, sample_start, sample_no_daemon,
		sample_nobody_serves, sample_hostile };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		struct seat seat = sit(makers[i]());

		for (int key = 1; key < 300; key++)
			press(&seat, key * 7 % 256);
		press(&seat, PRESS_ESCAPE);
		for (int key = PRESS_UP; key < PRESS_UP + 32; key++)
			press(&seat, key);
		for (int y = 0; y < HEIGHT; y++)
			press(&seat, press_at(PRESS_CLICK, y * 5, y));
		assert_non_null(seat.ui);
		leave(&seat);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_row_is_first_and_selected),
		cmocka_unit_test(nothing_chosen_stays_on_the_worst_row),
		cmocka_unit_test(the_selection_follows_its_row_when_the_order_changes),
		cmocka_unit_test(a_selected_row_that_goes_away_leaves_its_place),
		cmocka_unit_test(moving_stops_at_both_ends),
		cmocka_unit_test(the_list_scrolls_so_that_the_selected_row_is_seen),
		cmocka_unit_test(numbers_and_tab_change_the_view),
		cmocka_unit_test(each_view_keeps_its_own_selection),
		cmocka_unit_test(a_field_filter_keeps_only_its_rows),
		cmocka_unit_test(words_of_a_filter_must_all_hold_and_an_exclamation_mark_negates),
		cmocka_unit_test(a_filter_finds_models_and_urls_that_no_column_shows),
		cmocka_unit_test(a_filter_that_nothing_matches_says_so),
		cmocka_unit_test(a_filter_by_a_column_that_is_not_here_names_those_that_are),
		cmocka_unit_test(a_column_is_meant_by_its_head_too_in_any_case),
		cmocka_unit_test(a_filter_belongs_to_its_view),
		cmocka_unit_test(every_key_does_something_or_says_that_it_does_not),
		cmocka_unit_test(space_reads_on_in_a_page),
		cmocka_unit_test(a_page_in_place_of_the_rows_has_nothing_to_open),
		cmocka_unit_test(escape_in_a_prompt_brings_the_old_filter_back),
		cmocka_unit_test(keys_are_text_while_a_prompt_is_open),
		cmocka_unit_test(searching_moves_the_selection_and_n_goes_on),
		cmocka_unit_test(sorting_goes_by_the_next_column_and_turns_round),
		cmocka_unit_test(unknown_numbers_come_last_in_both_directions),
		cmocka_unit_test(pause_is_told_and_shown),
		cmocka_unit_test(enter_opens_the_detail_of_the_selected_row_and_escape_closes_it),
		cmocka_unit_test(the_detail_of_what_went_away_says_so),
		cmocka_unit_test(an_event_opens_what_it_is_about),
		cmocka_unit_test(a_page_scrolls_and_stops_at_its_end),
		cmocka_unit_test(what_cannot_be_copied_is_not_offered),
		cmocka_unit_test(a_long_command_is_copied_whole),
		cmocka_unit_test(copying_gives_the_url_or_the_peers_full_name),
		cmocka_unit_test(a_model_opens_its_server_and_copies_what_a_client_takes),
		cmocka_unit_test(what_the_loop_must_do_is_answered_in_bits),
		cmocka_unit_test(q_and_escape_close_what_is_open_and_then_q_quits),
		cmocka_unit_test(ctrl_c_and_f10_quit_from_everywhere),
		cmocka_unit_test(a_key_that_does_nothing_says_so),
		cmocka_unit_test(what_was_said_ends_after_five_seconds),
		cmocka_unit_test(a_notice_has_its_own_line_until_it_is_dismissed_or_its_time_is_over),
		cmocka_unit_test(a_long_notice_is_wrapped),
		cmocka_unit_test(a_ping_is_of_another_machine_and_its_answers_are_told),
		cmocka_unit_test(a_canary_is_sent_only_after_y),
		cmocka_unit_test(a_shell_is_on_the_rows_machine_and_no_name_becomes_an_option),
		cmocka_unit_test(in_a_replay_nothing_is_asked_and_no_shell_is_opened),
		cmocka_unit_test(in_a_replay_the_key_bar_has_the_keys_that_move_in_it),
		cmocka_unit_test(a_prompt_is_edited_like_a_line_of_a_shell),
		cmocka_unit_test(a_prompt_that_is_full_or_longer_than_the_line_stays_whole),
		cmocka_unit_test(a_search_without_a_hit_says_so_as_it_is_typed),
		cmocka_unit_test(a_column_is_meant_as_it_is_printed_or_by_its_id),
		cmocka_unit_test(an_unknown_column_is_said_at_once_but_not_what_only_has_a_colon),
		cmocka_unit_test(the_columns_that_there_are_are_all_named_on_a_narrow_screen),
		cmocka_unit_test(the_list_of_columns_sorts_by_the_chosen_one_and_again_the_other_way),
		cmocka_unit_test(the_list_of_columns_shows_and_hides),
		cmocka_unit_test(the_last_column_is_not_hidden),
		cmocka_unit_test(shown_columns_and_the_span_are_kept_and_nonsense_is_not),
		cmocka_unit_test(without_a_row_there_are_no_panels),
		cmocka_unit_test(an_event_names_its_server_briefly_and_is_found_by_url),
		cmocka_unit_test(a_count_is_of_rows_and_a_filter_has_its_name),
		cmocka_unit_test(no_frame_is_empty),
		cmocka_unit_test(stepping_visits_drawn_columns_only_and_goes_back),
		cmocka_unit_test(a_click_on_a_count_filters_by_it_and_another_clears_it),
		cmocka_unit_test(a_click_on_the_key_bar_presses_the_key),
		cmocka_unit_test(the_clock_shows_minutes_where_there_is_room),
		cmocka_unit_test(a_click_selects_and_a_second_one_opens),
		cmocka_unit_test(a_click_on_a_head_sorts_and_on_a_tab_switches),
		cmocka_unit_test(a_click_anywhere_on_a_head_sorts_by_its_column),
		cmocka_unit_test(a_click_sorts_no_view_but_the_one_that_was_drawn),
		cmocka_unit_test(a_click_selects_no_row_of_a_view_that_was_not_drawn_yet),
		cmocka_unit_test(a_tab_is_the_one_that_was_seen),
		cmocka_unit_test(a_row_that_is_clicked_is_the_one_that_was_seen),
		cmocka_unit_test(a_click_on_a_row_that_has_gone_since_does_nothing),
		cmocka_unit_test(nothing_can_be_clicked_before_the_first_frame_or_where_there_is_no_room),
		cmocka_unit_test(a_detail_that_opens_or_closes_takes_the_rows_from_the_mouse),
		cmocka_unit_test(a_key_after_that_of_a_view_is_about_that_view),
		cmocka_unit_test(a_click_that_leaves_the_view_closes_the_prompt_and_keeps_what_was_typed),
		cmocka_unit_test(what_is_typed_is_what_can_be_seen),
		cmocka_unit_test(what_is_said_is_cleaned_and_ends_in_a_whole_character),
		cmocka_unit_test(a_log_is_followed_until_it_is_scrolled),
		cmocka_unit_test(a_log_that_cannot_be_read_says_what_to_type),
		cmocka_unit_test(only_a_server_has_a_log_and_only_now),
		cmocka_unit_test(every_key_can_be_pressed_in_every_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
