/* How rules are applied: sentences filled, blame put on the lowest layer, worst first. */
#include "tests/unit/ledger_help.h"

#include "probes/ledger/endpoints.h"
#include "probes/ledger/peers.h"
#include "probes/verdicts/apply.h"
#include "probes/verdicts/fill.h"

#include "probes/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct verdict_list list;
static struct open_verdicts open_verdicts;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int end(void **state)
{
	arena_free(arena);
	free(list.items);
	free(open_verdicts.items);
	memset(&list, 0, sizeof(list));
	memset(&open_verdicts, 0, sizeof(open_verdicts));
	return forget(state);
}

static bool always(const struct evidence *e, struct finding *f)
{
	(void)e;
	snprintf(f->detail, sizeof(f->detail), "%s", "50%{peer}%s %{");
	return true;
}

static bool never(const struct evidence *e, struct finding *f)
{
	(void)e;
	(void)f;
	return false;
}

static bool with_a_fix(const struct evidence *e, struct finding *f)
{
	(void)e;
	f->fix = "another for %{host}";
	f->severity = SEVERITY_DOWN;
	f->state = STATE_DOWN;
	return true;
}

static void judge(const struct rule *rules)
{
	const struct rule *const tables[] = { rules, NULL };
	struct ledger *l = watching(GPU1 ":8443");
	struct evidence evidence = { .ledger = l,
		.endpoint = endpoint_find(l, GPU1 ":8443"),
		.peer = peer_find(l, GPU1_ID),
		.now = at(1) };

	apply_rules(tables, &evidence, &open_verdicts, arena, &list);
}

static const char *filled(const char *text)
{
	const struct rule rules[] = { { "a", LAYER_HTTP, SEVERITY_INFO, STATE_OK, always, text, "", false },
		{ 0 } };

	judge(rules);
	return list.items[list.count - 1].text;
}

static void variables_are_filled_in(void **state)
{
	(void)state;
	assert_string_equal(filled("%{peer} %{host_port} %{url} %{server} %{derp} %{fqdn}"),
		"gpu1 gpu1.tail4c1d.ts.net:8443 https://gpu1.tail4c1d.ts.net:8443 the server fra "
		"gpu1.tail4c1d.ts.net");
	assert_string_equal(filled("plain"), "plain");
	assert_string_equal(filled(""), "");
}

static void an_ipv6_address_is_in_brackets_before_its_port(void **state)
{
	struct ledger *l = watching("http://[fd00::1:2]:8080");
	struct evidence evidence = {
		.ledger = l, .endpoint = endpoint_find(l, "http://[fd00::1:2]:8080"), .now = at(1)
	};
	const struct finding nothing = { 0 };

	(void)state;
	assert_string_equal(fill_text(arena, "%{host_port}, port %{port} of %{host}", &evidence, &nothing),
		"[fd00::1:2]:8080, port 8080 of fd00::1:2");
}

static const struct verdict *fixed(const char *fix)
{
	const struct rule rules[] = {
		{ "a", LAYER_HTTP, SEVERITY_INFO, STATE_OK, always, "text", fix, false }, { 0 }
	};

	judge(rules);
	return &list.items[list.count - 1];
}

static void assert_parts(
	const char *fix, const char *run, const char *run_on, const char *hint, const char *line)
{
	const struct verdict *verdict = fixed(fix);

	assert_string_equal(verdict->run, run);
	assert_string_equal(verdict->run_on, run_on);
	assert_string_equal(verdict->hint, hint);
	assert_string_equal(verdict->fix, line);
}

static void what_degrades_a_row_never_leaves_it_ok(void **state)
{
	static const struct rule *const tables[] = { daemon_rules, peer_rules, unasked_rules, reach_rules,
		work_rules, http_rules, engine_rules, mount_rules };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct rule *rule = tables[i]; rule->code; rule++)
			if (rule->severity > SEVERITY_INFO && rule->state == STATE_OK)
				fail_msg("%s", rule->code);
}

static void a_fix_is_a_command_its_machine_and_a_hint(void **state)
{
	(void)state;
	assert_parts("open UDP in %{peer}'s network", "", "", "open UDP in gpu1's network",
		"open UDP in gpu1's network");
	assert_parts("`sudo tailscale up`", "sudo tailscale up", "", "", "sudo tailscale up");
	assert_parts("on %{peer}: `tailscale cert %{fqdn}`; then try again",
		"tailscale cert gpu1.tail4c1d.ts.net", "gpu1", "then try again",
		"on gpu1: tailscale cert gpu1.tail4c1d.ts.net; then try again");
	assert_parts("on %{peer}: read its log", "", "", "on gpu1: read its log", "on gpu1: read its log");
	assert_parts("", "", "", "", "");
}

static void a_command_that_is_only_mentioned_is_not_to_be_typed(void **state)
{
	(void)state;
	assert_parts("look at `tailscale status`", "", "", "look at `tailscale status`",
		"look at `tailscale status`");
	assert_parts("on %{peer}: what does `tailscale netcheck` say?", "", "",
		"on gpu1: what does `tailscale netcheck` say?",
		"on gpu1: what does `tailscale netcheck` say?");
	assert_parts("`broken", "", "", "`broken", "`broken");
}

static void what_has_no_value_is_empty(void **state)
{
	(void)state;
	assert_string_equal(filled("<%{target}%{mount}%{no-such-thing}%{}>"), "<>");
}

static void a_percent_sign_is_only_itself(void **state)
{
	(void)state;
	assert_string_equal(filled("100 % of %d {peer}"), "100 % of %d {peer}");
	assert_string_equal(filled("%"), "%");
}

static void a_variable_without_an_end_stays_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(filled("%{pee"), "%{pee");
	assert_string_equal(filled("%{"), "%{");
}

static void what_a_detail_holds_is_never_filled_again(void **state)
{
	(void)state;
	assert_string_equal(filled("it says: %{detail}"), "it says: 50%{peer}%s %{");
}

static void a_sentence_is_cut_at_a_whole_character(void **state)
{
	char text[1200] = "";
	const char *at_end, *said;

	(void)state;
	for (size_t i = 0; i < 390; i++)
		text_add(text, sizeof(text), "€");
	said = at_end = filled(text);
	assert_true(strlen(said) <= 700);
	while (*at_end)
		assert_int_equal(text_next(&at_end), 0x20ac);
}

static void a_finding_may_raise_its_row(void **state)
{
	const struct rule rules[] = {
		{ "a", LAYER_HTTP, SEVERITY_INFO, STATE_OK, with_a_fix, "text", "the usual", false }, { 0 }
	};

	(void)state;
	judge(rules);
	assert_string_equal(list.items[0].fix, "another for gpu1.tail4c1d.ts.net");
	assert_int_equal(list.items[0].severity, SEVERITY_DOWN);
	assert_int_equal(list.items[0].state, STATE_DOWN);
}

static void what_explains_silences_all_above_but_exposure(void **state)
{
	const struct rule rules[] = {
		{ "first", LAYER_PORT, SEVERITY_INFO, STATE_OK, always, "", "", false },
		{ "not", LAYER_PORT, SEVERITY_INFO, STATE_OK, never, "", "", true },
		{ "explains", LAYER_TLS, SEVERITY_INFO, STATE_OK, always, "", "", true },
		{ "silenced", LAYER_HTTP, SEVERITY_DOWN, STATE_OK, always, "", "", true },
		{ "exposed", LAYER_EXPOSURE, SEVERITY_INFO, STATE_OK, always, "", "", false },
		{ 0 },
	};

	(void)state;
	judge(rules);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0].code, "first");
	assert_string_equal(list.items[1].code, "explains");
	assert_string_equal(list.items[2].code, "exposed");
}

static void codes_that_hold_no_more_are_forgotten(void **state)
{
	const struct rule both[] = { { "a", LAYER_PORT, SEVERITY_INFO, STATE_OK, always, "", "", false },
		{ "b", LAYER_PORT, SEVERITY_INFO, STATE_OK, always, "", "", false }, { 0 } };
	const struct rule one[] = { { "b", LAYER_PORT, SEVERITY_INFO, STATE_OK, always, "", "", false },
		{ 0 } };

	(void)state;
	judge(both);
	assert_int_equal(open_verdicts.count, 2);
	judge(one);
	assert_int_equal(open_verdicts.count, 1);
	assert_string_equal(open_verdicts.items[0].code, "b");
}

static void the_worst_comes_first_and_the_muted_last(void **state)
{
	struct verdict verdicts[] = {
		{ .code = "muted", .severity = SEVERITY_DOWN, .layer = LAYER_DAEMON, .is_muted = true },
		{ .code = "info", .severity = SEVERITY_INFO, .layer = LAYER_DAEMON },
		{ .code = "http", .severity = SEVERITY_DOWN, .layer = LAYER_HTTP },
		{ .code = "host", .severity = SEVERITY_DOWN, .layer = LAYER_HOST },
	};
	static const char *const order[] = { "host", "http", "info", "muted" };

	(void)state;
	apply_sort(verdicts, ARRAY_LEN(verdicts));
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_string_equal(verdicts[i].code, order[i]);
	apply_sort(NULL, 0);
}

static void every_row_of_every_table_is_whole(void **state)
{
	static const struct rule *const tables[] = { daemon_rules, peer_rules, reach_rules, http_rules,
		engine_rules, mount_rules };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct rule *rule = tables[i]; rule->code; rule++) {
			assert_int_equal(
				strspn(rule->code, "abcdefghijklmnopqrstuvwxyz-"), strlen(rule->code));
			assert_true(*rule->text);
			assert_non_null(rule->holds);
			assert_non_null(rule->fix);
			assert_true(rule->severity != SEVERITY_DOWN || *rule->fix ||
				    strcmp(rule->code, "not-listening") == 0);
		}
}

#define SAYS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(variables_are_filled_in),
		SAYS(an_ipv6_address_is_in_brackets_before_its_port),
		SAYS(what_degrades_a_row_never_leaves_it_ok),
		SAYS(a_fix_is_a_command_its_machine_and_a_hint),
		SAYS(a_command_that_is_only_mentioned_is_not_to_be_typed),
		SAYS(what_has_no_value_is_empty),
		SAYS(a_percent_sign_is_only_itself),
		SAYS(a_variable_without_an_end_stays_as_it_is),
		SAYS(what_a_detail_holds_is_never_filled_again),
		SAYS(a_sentence_is_cut_at_a_whole_character),
		SAYS(a_finding_may_raise_its_row),
		SAYS(what_explains_silences_all_above_but_exposure),
		SAYS(codes_that_hold_no_more_are_forgotten),
		SAYS(the_worst_comes_first_and_the_muted_last),
		SAYS(every_row_of_every_table_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
