/* The table of outputs: what --format may name, and what each row prints. */
#include "tui/out/outputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/sample_snapshot.h"

static void an_output_is_found_by_its_name_and_no_other(void **state)
{
	char names[OUTPUTS_NAMES_MAX], *left = NULL;

	(void)state;
	outputs_names(names, sizeof(names), OUTPUT_SNAPSHOT, " ");
	for (char *name = strtok_r(names, " ", &left); name; name = strtok_r(NULL, " ", &left))
		assert_string_equal(outputs_find(name)->name, name);
	assert_null(outputs_find(""));
	assert_null(outputs_find("tex"));
	assert_null(outputs_find("JSON"));
}

static void the_first_that_prints_it_is_the_default(void **state)
{
	(void)state;
	assert_string_equal(outputs_default(OUTPUT_SNAPSHOT)->name, "text");
	assert_string_equal(outputs_default(OUTPUT_RECORD)->name, "json");
	assert_string_equal(outputs_default(OUTPUT_DOCTOR)->name, "text");
	assert_string_equal(outputs_default(OUTPUT_PICK)->name, "text");
	assert_false(outputs_can(outputs_find("text"), OUTPUT_RECORD));
	assert_false(outputs_can(outputs_find("json"), OUTPUT_DOCTOR));
}

/* A record is one line, whatever the snapshot; a snapshot may have more. */
static void every_output_prints_a_snapshot_and_a_record_of_one_line(void **state)
{
	char names[OUTPUTS_NAMES_MAX], *left = NULL;
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	outputs_names(names, sizeof(names), OUTPUT_SNAPSHOT, " ");
	for (char *name = strtok_r(names, " ", &left); name; name = strtok_r(NULL, " ", &left)) {
		const struct output *output = outputs_find(name);
		char *text = NULL;
		size_t length = 0;
		FILE *stream = open_memstream(&text, &length);
		const struct print_to to = { .file = stream, .errors = stream, .width = 80, .height = 24, .theme = "default" };

		output->snapshot(&to, snapshot);
		fflush(stream);
		assert_true(length > 1 && text[length - 1] == '\n');
		if (output->record) {
			size_t start = length;

			output->record(&to, snapshot);
			fflush(stream);
			assert_ptr_equal(strchr(text + start, '\n'), text + length - 1);
		}
		fclose(stream);
		free(text);
	}
	snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_output_is_found_by_its_name_and_no_other),
		cmocka_unit_test(the_first_that_prints_it_is_the_default),
		cmocka_unit_test(every_output_prints_a_snapshot_and_a_record_of_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
