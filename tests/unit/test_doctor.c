/* Golden reports: what --doctor prints of whom, how wide, and in which characters. `make golden` writes them
 * anew. */
#include "tui/out/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/golden.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/out/outputs.h"
#include "tui/table/page.h"
#include "tui/views/views.h"

static const struct {
	const char *name;
	struct snapshot *(*make)(void);
	struct diagnosis_target target; /* both -1: everything */
	int width;
	bool has_colour, is_ascii;
} reports[] = {
	{ "doctor-80", sample_fleet, { -1, -1 }, 80, false, false },
	{ "doctor-120-colour", sample_fleet, { 8, -1 }, 120, true, false },
	{ "doctor-80-ascii", sample_fleet, { 9, -1 }, 80, false, true },
	{ "doctor-self", sample_fleet, { 0, -1 }, 80, false, false },
	{ "doctor-door", sample_fleet, { 4, 5 }, 80, false, false },
	{ "doctor-no-daemon", sample_no_daemon, { -1, -1 }, 80, false, false },
	{ "doctor-stale", sample_stale, { 1, -1 }, 100, false, false },
};

static char *report_of(struct snapshot *snapshot, struct diagnosis_target target, int width, bool has_colour,
	bool is_ascii, size_t *length)
{
	bool is_all = target.peer < 0 && target.endpoint < 0;
	char *text = NULL;
	FILE *stream = open_memstream(&text, length);

	doctor_print(
		&(struct print_to){
			.file = stream, .width = width, .has_colour = has_colour, .is_ascii = is_ascii },
		snapshot, is_all ? NULL : &target);
	fclose(stream);
	snapshot_free(snapshot);
	return text;
}

static void a_report_looks_as_it_did(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
		size_t length = 0;
		char *text = report_of(reports[i].make(), reports[i].target, reports[i].width,
			reports[i].has_colour, reports[i].is_ascii, &length);

		assert_golden(reports[i].name, text, length);
		free(text);
	}
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;

	for (const char *at = text; (at = strstr(at, part)); at++)
		found++;
	return found;
}

static void what_our_network_lacks_is_said_once_and_breaks_no_peer(void **state)
{
	static const struct verdict blocked = { .code = "udp-blocked",
		.layer = LAYER_PATH,
		.severity = SEVERITY_DEGRADED,
		.state = STATE_SLOW,
		.text = "",
		.run = "",
		.run_on = "",
		.hint = "",
		.fix = "" };
	struct snapshot *snapshot = sample_fleet();
	size_t length;
	char *text;

	(void)state;
	snapshot->verdict_list[snapshot->verdict_count] = blocked;
	snapshot->verdicts = (struct span){ snapshot->verdict_count++, 1 };
	text = report_of(snapshot, (struct diagnosis_target){ -1, -1 }, 80, false, false, &length);
	assert_int_equal(count(text, "  udp-blocked ("), 1);
	assert_non_null(strstr(text, "  ✖ here"));
	assert_non_null(strstr(text, "4 more peers without a server: nothing wrong is known"));
	free(text);
}

static void what_is_known_of_peers_without_a_server_is_counted(void **state)
{
	static const char *const codes[] = { "host-offline", "key-expired", "host-offline", "peer-relayed" };
	struct snapshot *snapshot = sample_fleet();
	size_t length, marked = 0;
	char *text;

	(void)state;
	for (size_t i = 1; i < snapshot->peer_count && marked < 4; i++) {
		if (snapshot->peers[i].endpoint_count || snapshot->peers[i].verdicts.count)
			continue;
		snapshot->verdict_list[snapshot->verdict_count] = (struct verdict){ .code = codes[marked++],
			.layer = LAYER_HOST,
			.text = "",
			.run = "",
			.run_on = "",
			.hint = "",
			.fix = "" };
		snapshot->peers[i].verdicts = (struct span){ snapshot->verdict_count++, 1 };
	}
	assert_int_equal(marked, 4);
	text = report_of(snapshot, (struct diagnosis_target){ -1, -1 }, 50, false, false, &length);
	assert_non_null(strstr(text, "4 more peers without a server: 2 offline, 1 with\nan expired key\n"));
	free(text);
}

/* Detail of an endpoint, as lines. */
static char *detail_of(const struct snapshot *snapshot, const struct endpoint *endpoint, int width)
{
	struct page *page = page_new(width);
	struct canvas *canvas;
	char *text = NULL, line[1024];
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	view_detail.write(snapshot, endpoint->url, page);
	canvas = canvas_new(width, (int)page_lines(page), false);
	page_draw(page, canvas, 0, 0, canvas->height, 0);
	for (int y = 0; y < canvas->height; y++)
		fprintf(stream, "%s\n", canvas_row_text(canvas, y, line, sizeof(line)));
	fclose(stream);
	canvas_free(canvas);
	page_free(page);
	return text;
}

/* But for steps that nobody asked about ("  ? disco"). */
static void a_detail_has_every_line_of_the_layers_of_a_report(void **state)
{
	struct snapshot *fleet = sample_fleet();
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < (int)fleet->endpoint_count; i++) {
		struct diagnosis_target target = { fleet->endpoints[i].peer, i };
		size_t length;
		char *text = report_of(sample_fleet(), target, 80, false, false, &length), *left = text;
		char *detail = detail_of(fleet, &fleet->endpoints[i], 80);
		bool is_layer = false;

		for (char *line; (line = strsep(&left, "\n"));) {
			is_layer = *line && (is_layer || strstr(line, " daemon "));
			lines += is_layer;
			if (is_layer && strncmp(line, "  ?", 3) != 0 && !strstr(detail, line))
				fail_msg("no line '%s' in:\n%s", line, detail);
		}
		free(detail);
		free(text);
	}
	assert_true(lines > 80);
	snapshot_free(fleet);
}

static void no_width_and_no_name_breaks_a_report(void **state)
{
	(void)state;
	for (int width = 1; width < 130; width += 7) {
		size_t length = 0;
		char *text = report_of(sample_hostile(), (struct diagnosis_target){ -1, -1 }, width, false,
			width % 2, &length);

		assert_null(strchr(text, '\033'));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_looks_as_it_did),
		cmocka_unit_test(what_our_network_lacks_is_said_once_and_breaks_no_peer),
		cmocka_unit_test(what_is_known_of_peers_without_a_server_is_counted),
		cmocka_unit_test(a_detail_has_every_line_of_the_layers_of_a_report),
		cmocka_unit_test(no_width_and_no_name_breaks_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
