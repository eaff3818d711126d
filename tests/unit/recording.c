/* Reads a recording; tests run in the root of the checkout. */
#include "tests/unit/recording.h"

#include "probes/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

char *recording_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "r");
	char *bytes = NULL;
	size_t room = 0;

	assert_non_null(file);
	*length = 0;
	do {
		room = room ? room * 2 : 4096;
		bytes = mem_grow(bytes, room, 1);
		*length += fread(bytes + *length, 1, room - *length - 1, file);
	} while (*length == room - 1);
	bytes[*length] = '\0';
	fclose(file);
	return bytes;
}
