/* Bytes from outside to what the program prints, in all its forms: see chain.h.
 *
 * With --print before the files, what comes of each is printed: so two versions of the program can be compared
 * byte for byte. */
#define _GNU_SOURCE
#include "tests/fuzz/chain.h"
#include "tests/fuzz/outputs.h"

#include "probes/base/text.h"
#include "probes/model/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool *is_printing(void)
{
	static bool prints;

	return &prints;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc < 2 || strcmp((*argv)[1], "--print") != 0)
		return 0;
	*is_printing() = true;
	(*argv)[1] = (*argv)[0];
	++*argv;
	--*argc;
	return 0;
}

/* Prints a snapshot in every form, and holds each against what it must not show. */
static void show(const struct snapshot *snapshot, const char *secret)
{
	for (enum form form = 0; form < FORM_COUNT; form++) {
		struct output output = output_of(snapshot, form);

		check_output(&output, form);
		check(!strstr(output.text, PLANTED_KEY), "no output shows the key");
		if (secret)
			check(!text_contains_fold(output.text, secret), "a name that is to be hidden is not shown");
		if (*is_printing())
			printf("==== %s%s\n%s", secret ? "redacted " : "", form_name(form), output.text);
		free(output.text);
	}
}

/* What was observed does not change by being looked at. */
static void check_second_look(struct chain *chain, const struct snapshot *first)
{
	struct snapshot *second = ledger_take(chain->ledger, chain->now);
	struct output one = output_of(first, FORM_LINE), other = output_of(second, FORM_LINE);

	check(strcmp(one.text, other.text) == 0, "two snapshots of one moment are the same");
	free(one.text);
	free(other.text);
	snapshot_free(second);
}

static void look(struct chain *chain)
{
	struct snapshot *snapshot = ledger_take(chain->ledger, chain->now);
	struct redactor *redactor = redactor_new("/home/zqhome17");

	check_second_look(chain, snapshot);
	check_snapshot(snapshot);
	show(snapshot, NULL);
	check_views(snapshot, 120, 40);
	redactor_apply(redactor, snapshot);
	check_snapshot(snapshot);
	show(snapshot, PLANTED_SIGN);
	redactor_free(redactor);
	snapshot_free(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const char *at = text;
	size_t left = size;
	struct section section;
	struct chain chain;
	bool is_fair = !memmem(text, size, PLANTED_KEY, strlen(PLANTED_KEY));

	for (size_t i = 0; i + 1 < size; i++)
		is_fair = is_fair && strncasecmp(text + i, PLANTED_SIGN, strlen(PLANTED_SIGN)) != 0;
	chain_init(&chain);
	while (is_fair && fuzz_section(&section, &at, &left))
		chain_do(&chain, &section);
	if (is_fair)
		look(&chain);
	chain_fini(&chain);
	free(text);
	return 0;
}
