/* Bytes from outside to what the program prints, in all its forms: see chain.h.
 *
 * With --print before the files, what comes of each is printed: so two versions of the program can be
 * compared byte for byte. */
#define _GNU_SOURCE
#include "tests/fuzz/chain.h"
#include "tests/fuzz/outputs.h"

#include "probes/base/text.h"
#include "probes/report/redact.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the command line asked for. */
struct manner {
	bool prints;
	bool is_hasty; /* libFuzzer runs: of some inputs, the costly outputs are left out */
};

static struct manner *manner(void)
{
	static struct manner of_this_run;

	return &of_this_run;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc < 2 || (*argv)[1][0] != '-')
		return 0;
	manner()->prints = strcmp((*argv)[1], "--print") == 0;
	manner()->is_hasty = !manner()->prints;
	if (manner()->is_hasty)
		return 0;
	(*argv)[1] = (*argv)[0];
	++*argv;
	--*argc;
	return 0;
}

/* Prints a snapshot in every form, and holds each against what it must not show. */
static void show(const struct snapshot *snapshot, const char *secret)
{
	for (enum form form = 0; form < FORM_COUNT; form++) {
		struct printed output = output_of(snapshot, form);

		check_output(&output, form);
		check(!strstr(output.text, PLANTED_KEY), "no output shows the key");
		if (secret)
			check(!text_contains_fold(output.text, secret),
				"a name that is to be hidden is not shown");
		if (manner()->prints)
			printf("==== %s%s\n%s", secret ? "redacted " : "", form_name(form), output.text);
		free(output.text);
	}
}

/* What was observed does not change by being looked at. */
static void check_second_look(struct chain *chain, const struct snapshot *first)
{
	struct snapshot *second = take_snapshot(chain->ledger, chain->now);

	for (enum form form = 0; form < FORM_COUNT; form++) {
		struct printed one = output_of(first, form), other = output_of(second, form);

		check(strcmp(one.text, other.text) == 0, "two snapshots of one judgement are the same");
		free(one.text);
		free(other.text);
	}
	snapshot_free(second);
}

static void look_redacted(struct snapshot *snapshot)
{
	struct redactor *redactor = redactor_new("/home/zqhome17");

	redactor_apply(redactor, snapshot);
	check_snapshot(snapshot);
	show(snapshot, PLANTED_SIGN);
	redactor_free(redactor);
}

static void look(struct chain *chain, unsigned chance)
{
	struct snapshot *snapshot;

	judge(chain->ledger, chain->now);
	snapshot = take_snapshot(chain->ledger, chain->now);
	check_second_look(chain, snapshot);
	check_snapshot(snapshot);
	show(snapshot, NULL);
	if (!manner()->is_hasty || chance % 4 == 0)
		check_views(snapshot, 120, 40);
	if (!manner()->is_hasty || chance % 4 == 1)
		look_redacted(snapshot);
	snapshot_free(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const char *at = text;
	size_t left = size;
	struct section section;
	struct chain chain;
	unsigned sum = 0;
	bool is_fair = !memmem(text, size, PLANTED_KEY, strlen(PLANTED_KEY));

	for (size_t i = 0; i < size; i++) {
		is_fair = is_fair && strncasecmp(text + i, PLANTED_SIGN, strlen(PLANTED_SIGN)) != 0;
		sum += (unsigned char)text[i];
	}
	chain_init(&chain);
	while (is_fair && fuzz_section(&section, &at, &left))
		chain_do(&chain, &section);
	if (is_fair)
		look(&chain, sum);
	chain_fini(&chain);
	free(text);
	return 0;
}
