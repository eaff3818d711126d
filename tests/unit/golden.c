#include "tests/unit/golden.h"

#include "probes/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void assert_golden(const char *name, const char *text, size_t length)
{
	const char *mode = getenv("TSLLM_GOLDEN");
	char path[256], *wanted = mem_alloc(length + 2);
	bool is_writing = mode && strcmp(mode, "write") == 0;
	FILE *file;
	size_t got;

	snprintf(path, sizeof(path), "tests/golden/%s.txt", name);
	file = fopen(path, is_writing ? "w" : "r");
	if (!file)
		fail_msg("%s is not there; `make golden` writes it", path);
	got = is_writing ? fwrite(text, 1, length, file) : fread(wanted, 1, length + 1, file);
	fclose(file);
	if (got != length || (!is_writing && memcmp(wanted, text, length) != 0))
		fail_msg("%s differs; this is what came:\n%s", path, text);
	free(wanted);
}
