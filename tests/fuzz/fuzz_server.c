/* What servers answer: recognised, read by every family, digested.
 *
 * An input is a recording as curl prints it, or several in sections: recognition is given one after the
 * other, the last one for all further questions. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/mem.h"
#include "probes/endpoints/digest.h"
#include "probes/servers/identify.h"

#include <stdlib.h>
#include <string.h>

static void recognise(const char *text, size_t length)
{
	struct identification identification;
	struct section section;
	struct answer answer;

	identify_init(&identification);
	answer_init(&answer);
	while (identification.ask) {
		if (fuzz_section(&section, &text, &length)) {
			answer_fini(&answer);
			answer_from_recording(&answer, section.body, section.length);
		}
		check(identification.asked_count <= RECOGNISE_MAX, "recognition asks no more than it may");
		identify_step(&identification, &answer);
	}
	answer_fini(&answer);
}

static void read_as(const struct family *family, const struct answer *answer, struct arena *arena)
{
	struct reading reading;

	for (size_t i = 0; i < family->request_count; i++) {
		reading_init(&reading, arena);
		if (answer->outcome == OUTCOME_ANSWERED)
			family->requests[i].read(answer, &reading);
		check_reading(&reading);
	}
}

static void read_all(const char *text, size_t length)
{
	struct arena *arena = arena_new();
	struct obs_answer obs;
	struct answer answer;

	if (answer_from_recording(&answer, text, length) == 0) {
		digest_answer(&obs, &answer, "https://gpu1.tail4c1d.ts.net:8443", "/v1/models", arena);
		check_answer(&obs);
		for (size_t i = 0; families[i]; i++)
			read_as(families[i], &answer, arena);
	}
	answer_fini(&answer);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const char *at = text;
	size_t left = size;
	struct section section;

	recognise(text, size);
	while (fuzz_section(&section, &at, &left))
		read_all(section.body, section.length);
	free(text);
	return 0;
}
