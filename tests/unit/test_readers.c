/* Lists of models in the shapes that servers and gateways give them, and lists of something else. */
#include "probes/servers/readers.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/played.h"

static void fill(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	(void)arena;
	model->context = json_amount(entry, "context_length");
	model->size_bytes = json_amount(entry, "size");
}

/* How many models are taken of a body; -1: it is no list. The first of them is in *first. */
static int take(const char *body, struct obs_model *first, struct arena *arena)
{
	struct answer answer;
	struct reading reading;
	bool is_list;

	reading_init(&reading, arena);
	played_make(&answer, 200, "", body, strlen(body));
	is_list = readers_take_openai(&answer, fill, &reading);
	assert_int_equal(is_list, readers_is_openai_list(&answer));
	answer_fini(&answer);
	assert_true(is_list || reading.list == MODELS_NOT_LISTED);
	if (reading.model_count)
		*first = reading.models[0];
	return is_list ? (int)reading.model_count : -1;
}

static void a_list_is_read_in_each_of_its_shapes(void **state)
{
	static const struct {
		const char *body;
		int count;
	} rows[] = {
		{ "{\"object\":\"list\",\"data\":[{\"id\":\"m\"}]}", 1 },
		{ "{\"object\":\"list\",\"data\":null}", 0 },
		{ "{\"object\":\"list\",\"data\":[{\"object\":\"model\"},{\"id\":17},\"m\",{\"id\":\"m\"}]}",
			1 },
		{ "{\"data\":[{\"id\":\"m\",\"object\":\"model\"}]}", 1 },
		{ "[{\"id\":\"m\",\"object\":\"model\",\"created\":0},{\"id\":\"n\",\"object\":\"model\"}]",
			2 },
		{ "[{\"id\":\"m\",\"context_length\":8192}]", 1 },
		{ "[{\"id\":\"m\",\"owned_by\":\"acme\",\"created\":1}]", 1 },
		{ "{\"models\":[{\"id\":\"m\",\"object\":\"model\"}]}", 1 },
		{ "{\"data\":[{\"identifier\":\"m\",\"type\":\"model\",\"model_type\":\"llm\"}]}", 1 },
		{ "{\"object\":\"list\",\"data\":[{\"name\":\"m\"}]}", 1 },
		{ "[{\"model_id\":\"m\",\"type\":\"model\"}]", 1 },
		{ "{\"object\":\"list\",\"data\":[\"m\",\"n\"]}", 2 },
		{ "{\"models\":[\"m\",\"n\",\"o\"]}", 3 },
		{ "[\"m\",\"n\"]", -1 },
		{ "{\"data\":[\"m\"]}", -1 },
		{ "{\"models\":[{\"name\":\"m\",\"inputTokenLimit\":1048576}]}", 1 },
		{ "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"context_length\":NaN}]}", 1 },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obs_model first = readers_model("m", arena);

		if (take(rows[i].body, &first, arena) != rows[i].count || strcmp(first.id, "m") != 0)
			fail_msg("%s is not a list of %d", rows[i].body, rows[i].count);
	}
	arena_free(arena);
}

static void a_list_of_something_else_is_not_one_of_models(void **state)
{
	static const char *const bodies[] = {
		"[{\"id\":1,\"name\":\"Ada\"},{\"id\":2,\"name\":\"Bob\"}]",
		"[{\"id\":\"ada\",\"name\":\"Ada\",\"mail\":\"ada@example.net\"}]",
		"[{\"id\":\"f\",\"owned_by\":\"ada\"}]",
		"[]",
		"[\"m\"]",
		"{\"models\":[{\"id\":\"chair\",\"file\":\"chair.obj\"}]}",
		"{\"models\":[]}",
		"{\"object\":\"list\",\"data\":[{\"id\":\"cus_1\",\"object\":\"customer\"}]}",
		"{\"data\":[{\"mail\":\"ada@example.net\"}]}",
		"{\"success\":false,\"message\":\"the group of this user is gone\"}",
	};
	struct arena *arena = arena_new();
	struct obs_model first;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		if (take(bodies[i], &first, arena) != -1)
			fail_msg("%s is taken for a list of models", bodies[i]);
	arena_free(arena);
}

static void a_zero_means_unknown(void **state)
{
	struct arena *arena = arena_new();
	struct obs_model first;

	(void)state;
	take("[{\"id\":\"m\",\"object\":\"model\",\"context_length\":0,\"size\":0}]", &first, arena);
	assert_true(isnan(first.context) && isnan(first.size_bytes));
	take("[{\"id\":\"m\",\"object\":\"model\",\"context_length\":1,\"size\":2}]", &first, arena);
	assert_true(first.context == 1 && first.size_bytes == 2);
	arena_free(arena);
}

static bool owned(const char *owners[3], bool (*by)(const struct answer *answer, const char *owner))
{
	char body[512];
	struct answer answer;
	bool is_owned;

	snprintf(body, sizeof(body),
		"{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"owned_by\":\"%s\"},"
		"{\"id\":\"b\",\"owned_by\":\"%s\"},{\"id\":\"c\",\"owned_by\":\"%s\"}]}",
		owners[0], owners[1], owners[2]);
	played_make(&answer, 200, "", body, strlen(body));
	is_owned = by(&answer, "vllm");
	answer_fini(&answer);
	return is_owned;
}

static void an_owner_counts_if_all_entries_have_it(void **state)
{
	const char *all[] = { "vllm", "vllm", "vllm" }, *one[] = { "vllm", "openai", "vllm" },
		   *none[] = { "openai", "library", "x" };
	struct answer answer;

	(void)state;
	assert_true(owned(all, readers_owned_by) && owned(all, readers_owns_some));
	assert_true(!owned(one, readers_owned_by) && owned(one, readers_owns_some));
	assert_true(!owned(none, readers_owned_by) && !owned(none, readers_owns_some));
	played_make(&answer, 200, "", "{\"object\":\"list\",\"data\":[]}", 27);
	assert_false(readers_owned_by(&answer, "vllm"));
	answer_fini(&answer);
}

static void a_long_list_is_read_to_its_end(void **state)
{
	const int count = 2001;
	struct arena *arena = arena_new();
	char *body = mem_alloc(64 * (size_t)count);
	struct obs_model first;
	size_t length = 0;

	(void)state;
	length += (size_t)sprintf(body, "{\"object\":\"list\",\"data\":[");
	for (int i = 0; i < count; i++)
		length += (size_t)sprintf(body + length, "%s{\"id\":\"m%d\"}", i ? "," : "", i);
	sprintf(body + length, "]}");
	assert_int_equal(take(body, &first, arena), count);
	free(body);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_in_each_of_its_shapes),
		cmocka_unit_test(a_list_of_something_else_is_not_one_of_models),
		cmocka_unit_test(a_zero_means_unknown),
		cmocka_unit_test(an_owner_counts_if_all_entries_have_it),
		cmocka_unit_test(a_long_list_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
