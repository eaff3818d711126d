/* The file of remembered servers: what is read of it is kept when it is read again. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/url.h"
#include "probes/endpoints/state_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct remembered load(const void *bytes, size_t size)
{
	struct remembered remembered = { 0 };
	struct fault fault;

	check(state_file_load(&remembered, fuzz_file(bytes, size), &fault) == 0, "a small file is read");
	return remembered;
}

/* As state_file_save() writes it. */
static char *print(const struct remembered *remembered)
{
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	for (size_t i = 0; i < remembered->count; i++)
		fprintf(file, "%s\t%s\n", remembered->items[i].url, remembered->items[i].family);
	fclose(file);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct remembered once = load(data, size), twice;
	char *first = print(&once), *second;
	struct url url;

	for (size_t i = 0; i < once.count; i++) {
		check(url_split(&url, once.items[i].url) == 0, "a server has a URL");
		check_url(&url);
		check_text(once.items[i].family, strlen(first));
	}
	twice = load(first, strlen(first));
	second = print(&twice);
	check(strcmp(first, second) == 0, "what is remembered reads back as the same");
	free(first);
	free(second);
	state_file_fini(&once);
	state_file_fini(&twice);
	return 0;
}
