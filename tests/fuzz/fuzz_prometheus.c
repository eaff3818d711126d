/* /metrics, as every family that asks for it reads it. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/mem.h"
#include "probes/servers/family.h"

#include <stdlib.h>
#include <string.h>

static void read_as(const struct family *family, const struct answer *answer, struct arena *arena)
{
	for (size_t i = 0; i < family->request_count; i++) {
		struct reading reading;

		if (!strstr(family->requests[i].path, "metrics"))
			continue;
		reading_init(&reading, arena);
		family->requests[i].read(answer, &reading);
		check_reading(&reading);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct answer answer;

	answer_init(&answer);
	free(answer.headers);
	free(answer.body);
	answer.status = 200;
	answer.headers = mem_copy("Content-Type: text/plain; version=0.0.4\n");
	answer.headers_length = strlen(answer.headers);
	answer.body = fuzz_copy(data, size);
	answer.body_length = size;
	answer_examine(&answer);
	for (size_t i = 0; families[i]; i++)
		read_as(families[i], &answer, arena);
	answer_fini(&answer);
	arena_free(arena);
	return 0;
}
