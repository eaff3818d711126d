/* Answers for tests, from recordings or made up. */
#include "tests/unit/played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/recording.h"

static const char *path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "tests/recordings/%s.http", name);
	return path;
}

bool played_exists(const char *name)
{
	char path[256];

	return access(path_of(path, sizeof(path), name), R_OK) == 0;
}

void played_load(struct answer *answer, const char *name)
{
	char path[256];
	size_t length;
	char *bytes = recording_read(path_of(path, sizeof(path), name), &length);

	if (answer_from_recording(answer, bytes, length))
		fail_msg("%s is no answer", path);
	free(bytes);
}

void played_make(struct answer *answer, int status, const char *headers, const char *body, size_t length)
{
	answer_init(answer);
	free(answer->headers);
	free(answer->body);
	answer->status = status;
	answer->headers = mem_copy(headers);
	answer->headers_length = strlen(headers);
	answer->body = mem_alloc(length + 1);
	memcpy(answer->body, body, length);
	answer->body_length = length;
	answer_examine(answer);
}
