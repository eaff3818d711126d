/* The tables of figures, and what runs over them. */
#include "probes/model/fields.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	const char *name; /* in the schema */
	const struct fields *fields;
	size_t others; /* members of it that are no figures */
} kinds[] = {
	{ "engine", &fields_engine, 0 },
	{ "latency", &fields_answer, 0 },
	{ "anatomy", &fields_latency, 1 },
	{ "path", &fields_path, 11 },
	{ "peer", &fields_peer, 20 },
	{ "gpu", &fields_gpu, 2 },
	{ "model", &fields_model, 5 },
	{ "flow", &fields_flow, 12 },
};

static size_t count_members(const struct json *object)
{
	size_t count = 0;

	for (const struct json *child = json_first(object); child; child = json_next(child))
		count++;
	return count;
}

static void the_schema_has_each_figure_and_no_other(void **state)
{
	struct fault fault;
	size_t length;
	char *bytes = file_read("tests/snapshot.schema.json", 1 << 20, 0, &length, &fault);
	struct json *schema = bytes ? json_parse(bytes, length, &fault) : NULL;

	(void)state;
	assert_non_null(schema);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct json *members =
			json_member(json_member(json_member(schema, "$defs"), kinds[i].name), "properties");

		for (size_t k = 0; k < kinds[i].fields->count; k++)
			if (!json_member(members, kinds[i].fields->items[k].key))
				fail_msg("%s: no %s", kinds[i].name, kinds[i].fields->items[k].key);
		assert_int_equal(count_members(members), kinds[i].fields->count + kinds[i].others);
	}
	json_free(schema);
	free(bytes);
}

static void each_says_what_it_is_and_none_is_twice_in_a_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t k = 0; k < kinds[i].fields->count; k++) {
			assert_true(*kinds[i].fields->items[k].help);
			for (size_t m = 0; m < k; m++) {
				assert_string_not_equal(
					kinds[i].fields->items[k].key, kinds[i].fields->items[m].key);
				assert_int_not_equal(
					kinds[i].fields->items[k].offset, kinds[i].fields->items[m].offset);
			}
		}
}

static void what_is_told_replaces_and_what_is_not_stays(void **state)
{
	struct figures known, told;

	(void)state;
	fields_blank(&fields_engine, &known);
	fields_blank(&fields_engine, &told);
	assert_true(isnan(known.running) && isnan(known.inter_token_p95_ms));
	known.running = 3;
	known.waiting = 1;
	told.waiting = 0;
	fields_update(&fields_engine, &known, &told);
	assert_true(known.running == 3);
	assert_true(known.waiting == 0);
}

static void a_share_above_one_is_not_believed(void **state)
{
	struct figures known, told;

	(void)state;
	fields_blank(&fields_engine, &known);
	fields_blank(&fields_engine, &told);
	told.kv_cache = 1;
	fields_update(&fields_engine, &known, &told);
	assert_true(known.kv_cache == 1);
	told.kv_cache = 42;
	fields_update(&fields_engine, &known, &told);
	assert_true(known.kv_cache == 1);
}

static void sharing_fills_gaps_alone(void **state)
{
	struct figures mount, backend;

	(void)state;
	fields_blank(&fields_engine, &mount);
	fields_blank(&fields_engine, &backend);
	mount.running = 1;
	backend.running = 2;
	backend.slots = 4;
	fields_share(&fields_engine, &mount, &backend);
	assert_true(mount.running == 1);
	assert_true(mount.slots == 4);
	assert_true(isnan(mount.kv_cache));
}

static void what_is_old_is_forgotten_but_for_settings_and_counters(void **state)
{
	struct figures known;

	(void)state;
	fields_blank(&fields_engine, &known);
	known.running = 1;
	known.tokens_per_s = 40;
	known.kv_cache = 0.5;
	known.slots = 4;
	known.preemptions = 7;
	fields_forget_moment(&fields_engine, &known);
	assert_true(isnan(known.running) && isnan(known.tokens_per_s) && isnan(known.kv_cache));
	assert_true(known.slots == 4);
	assert_true(known.preemptions == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_has_each_figure_and_no_other),
		cmocka_unit_test(each_says_what_it_is_and_none_is_twice_in_a_table),
		cmocka_unit_test(what_is_told_replaces_and_what_is_not_stays),
		cmocka_unit_test(a_share_above_one_is_not_believed),
		cmocka_unit_test(sharing_fills_gaps_alone),
		cmocka_unit_test(what_is_old_is_forgotten_but_for_settings_and_counters),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
