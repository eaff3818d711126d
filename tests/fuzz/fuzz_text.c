/* Outside text is made harmless, whatever room there is, and times are read and written. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/text.h"
#include "probes/base/when.h"
#include "probes/io/secret.h"
#include "tui/term/cell_text.h"

#include <stdlib.h>
#include <string.h>

static void check_cleaning(const char *text, size_t length, size_t room)
{
	char *once = malloc(room), *twice = malloc(room);

	text_clean(once, room, text, length);
	check_text(once, room - 1);
	text_clean(twice, room, once, strlen(once));
	check(strcmp(once, twice) == 0, "clean text stays as it is");
	check(text_cells(once) >= 0 && text_cells(once) <= 2 * (int)strlen(once), "a text has a width");
	for (const char *at = once; *at;)
		check(text_is_shown(text_next(&at)), "every character of a clean text is shown");
	free(once);
	free(twice);
}

static void check_time(const char *text)
{
	int64_t at = when_parse(text);
	char written[32];

	check(!at || when_parse(when_format(at, written, sizeof(written))) == at,
		"a time reads back as the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = fuzz_copy(data + 1, size - 1);
	check_cleaning(text, size - 1, 4 + (size_t)data[0]);
	check_cleaning(text, size - 1, TEXT_CAP + 1);
	check_time(text);
	check(text_number(text, 65535) <= 65535, "a number is no more than the most");
	free(text);
	return 0;
}
