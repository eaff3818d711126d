/* The rules as lines, from which tests/alerts.py makes tui/share/alerts.yml: tests/golden/rules.txt */
#include "probes/ledger/state.h"
#include "probes/verdicts/by_system.h"
#include "probes/verdicts/rule.h"
#include "tests/unit/golden.h"
#include "tests/unit/ledger_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A fix for this machine is said as it is on Linux with systemd, where the service runs. */
static void print_line(FILE *file, const struct ledger *l, const char *subject, const struct rule *rule)
{
	char fix[1024];

	by_system_fill(by_system_here(l), &l->machine, rule->fix, fix, sizeof(fix));
	fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\n", subject, rule->code, layer_name(rule->layer),
		severity_name(rule->severity), rule->text, strncmp(fix, "on ", 3) == 0 ? rule->fix : fix);
}

static void the_rules_are_as_before(void **state)
{
	struct ledger *l = watching("http://gpu1:8080");
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	(void)state;
	is_on(l, "linux", INIT_SYSTEMD, "sudo ");
	for (const struct rule *const *table = rule_tables; *table; table++)
		for (const struct rule *rule = *table; rule->code; rule++)
			print_line(file, l,
				*table == daemon_rules ? "daemon"
				: *table == peer_rules ? "peer"
						       : "endpoint",
				rule);
	for (const struct other_fix *const *list = other_fixes; *list; list++)
		for (const struct other_fix *fix = *list; fix->code; fix++)
			fprintf(file, "other\t%s\t\t\t\t%s\n", fix->code, fix->text);
	fclose(file);
	assert_golden("rules", text, length);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_rules_are_as_before, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
