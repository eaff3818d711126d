/* Who is meant by a word. */
#include "probes/model/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char *const addresses[] = { "100.64.0.2", "fd7a:115c:a1e0::2", NULL };
static const struct names gpu1 = { .id = "n2CNTRL",
	.name = "gpu1",
	.host_name = "Ada’s Box",
	.fqdn = "gpu1.tail4c1d.ts.net",
	.suffix = "tail4c1d.ts.net",
	.addresses = addresses };

static void a_machine_is_meant_by_each_of_its_names_in_any_case(void **state)
{
	(void)state;
	assert_true(names_mean(&gpu1, "gpu1"));
	assert_true(names_mean(&gpu1, "GPU1"));
	assert_true(names_mean(&gpu1, "gpu1."));
	assert_true(names_mean(&gpu1, "gpu1.tail4c1d.ts.net"));
	assert_true(names_mean(&gpu1, "Gpu1.Tail4c1d.TS.net."));
	assert_true(names_mean(&gpu1, "100.64.0.2"));
	assert_true(names_mean(&gpu1, "FD7A:115c:a1e0::2"));
	assert_true(names_mean(&gpu1, "n2CNTRL"));
	assert_true(names_mean(&gpu1, "ada’s box"));
}

static void and_by_no_part_of_one(void **state)
{
	static const char *const words[] = { "", ".", "gpu", "gpu10", "gpu1.tail4c1d", "tail4c1d.ts.net",
		"100.64.0.20", "100.64.0", "n2", "gpu1.tail4c1d.ts.net.evil.example" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_false(names_mean(&gpu1, words[i]));
}

static void a_short_name_is_one_of_this_tailnet(void **state)
{
	const struct names shared = { .fqdn = "gpu1.tailother.ts.net", .suffix = "tail4c1d.ts.net" },
			   lost = { .fqdn = "gpu1.tailother.ts.net", .suffix = "" },
			   nameless = { .id = "n3", .fqdn = "", .addresses = addresses };

	(void)state;
	assert_false(names_mean(&shared, "gpu1"));
	assert_true(names_mean(&shared, "gpu1.tailother.ts.net"));
	assert_false(names_mean(&lost, "gpu1"));
	assert_false(names_mean(&nameless, "gpu1"));
	assert_true(names_mean(&nameless, "100.64.0.2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_meant_by_each_of_its_names_in_any_case),
		cmocka_unit_test(and_by_no_part_of_one),
		cmocka_unit_test(a_short_name_is_one_of_this_tailnet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
