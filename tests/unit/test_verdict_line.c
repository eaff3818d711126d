/* How a verdict is printed: in one line, in brief, and on a page. */
#include "tui/views/verdict_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define TAKEN INT64_C(1795394746123)

static const struct verdict relayed = { .code = "relayed",
	.layer = LAYER_PATH,
	.severity = SEVERITY_DEGRADED,
	.state = STATE_SLOW,
	.text = "goes through DERP fra",
	.run = "",
	.run_on = "",
	.hint = "open UDP 41641",
	.fix = "open UDP 41641",
	.since = TAKEN - 180000 };

static void a_line_ends_with_the_fix_if_there_is_one(void **state)
{
	struct verdict unfixed = relayed;
	struct value value;
	char line[128] = "on nas: ";

	(void)state;
	unfixed.fix = "";
	verdict_line_add(line, sizeof(line), &relayed);
	assert_string_equal(line, "on nas: goes through DERP fra → open UDP 41641");
	verdict_line_value(&value, "▲ ", &relayed);
	assert_string_equal(value.text, "▲ goes through DERP fra → open UDP 41641");
	assert_string_equal(value.brief, "▲ relayed → open UDP 41641");
	verdict_line_value(&value, "", &unfixed);
	assert_string_equal(value.text, "goes through DERP fra");
	assert_string_equal(value.brief, "relayed");
}

/* Line y of a page that holds this verdict alone, as a block. */
static const char *block_line(const struct verdict *verdict, int y)
{
	static char line[256];
	struct snapshot snapshot = { .taken.wall_ms = TAKEN };
	struct page *page = page_new(60);
	struct canvas *canvas = canvas_new(60, 6, false);

	verdict_line_block(page, &snapshot, verdict, 2);
	page_draw(page, canvas, 0, 0, 6, 0);
	canvas_row_text(canvas, y, line, sizeof(line));
	canvas_free(canvas);
	page_free(page);
	return line;
}

static void a_block_has_the_fix_on_a_line_of_its_own(void **state)
{
	(void)state;
	assert_string_equal(block_line(&relayed, 0), "  relayed (degraded, proven, for 3 min)");
	assert_string_equal(block_line(&relayed, 1), "    goes through DERP fra");
	assert_string_equal(block_line(&relayed, 2), "    → open UDP 41641");
	assert_string_equal(block_line(&relayed, 3), "");
}

static void a_command_stands_alone_on_its_line(void **state)
{
	struct verdict verdict = relayed;

	(void)state;
	verdict.run = "sudo tailscale netcheck";
	verdict.run_on = "nas";
	verdict.hint = "it names the side that blocks";
	assert_string_equal(block_line(&verdict, 2), "    → on nas: sudo tailscale netcheck");
	assert_string_equal(block_line(&verdict, 3), "      it names the side that blocks");
	verdict.run_on = "";
	assert_string_equal(block_line(&verdict, 2), "    → sudo tailscale netcheck");
}

static void what_is_new_or_ignored_is_said_so(void **state)
{
	struct verdict verdict = relayed;

	(void)state;
	verdict.since = TAKEN - 900;
	assert_string_equal(block_line(&verdict, 0), "  relayed (degraded, proven)");
	verdict.since = TAKEN - 13000;
	verdict.was_before = true;
	assert_string_equal(block_line(&verdict, 0), "  relayed (degraded, proven, for at least 13 s)");
	verdict.was_before = false;
	verdict.since = TAKEN - 2000;
	verdict.is_muted = true;
	assert_string_equal(block_line(&verdict, 0), "  relayed (degraded, proven, for 2 s, ignored)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_ends_with_the_fix_if_there_is_one),
		cmocka_unit_test(a_block_has_the_fix_on_a_line_of_its_own),
		cmocka_unit_test(a_command_stands_alone_on_its_line),
		cmocka_unit_test(what_is_new_or_ignored_is_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
