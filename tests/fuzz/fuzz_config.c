/* A configuration file: it is read, and what is printed of it reads back as the same. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/text.h"
#include "tui/config.h"

#include <stdlib.h>
#include <string.h>

static void complain(void *data, const struct fault *fault)
{
	size_t *count = data;

	check_text(fault->text, sizeof(fault->text));
	++*count;
}

/* What settings read from these bytes print; how many faults were found in them. */
static char *print(const void *bytes, size_t size, size_t *faults)
{
	struct settings settings;
	size_t length;
	char *text;
	FILE *file = open_memstream(&text, &length);

	*faults = 0;
	settings_init(&settings);
	config_read(fuzz_file(bytes, size), &settings, complain, faults);
	config_print(file, &settings);
	fclose(file);
	check(strlen(text) == length, "a printed configuration is text");
	settings_fini(&settings);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t faults;
	char *once = print(data, size, &faults), *twice = print(once, strlen(once), &faults);

	check(!faults, "a printed configuration has no fault");
	check(strcmp(once, twice) == 0, "a printed configuration reads back as the same");
	free(once);
	free(twice);
	return 0;
}
