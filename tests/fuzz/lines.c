/* The lines of the capture helper, letter by letter. */
#include "tests/fuzz/lines.h"

#include "capture/wire.h"

#include <stdlib.h>

void fuzz_check_lines(const struct lines *lines)
{
	size_t length = 0;

	for (size_t i = 0; i < lines->length; i++) {
		char letter = lines->text[i];

		length++;
		if (length > WIRE_LINE_MAX || (letter != '\n' && (letter < ' ' || letter > '~')))
			abort();
		if (letter == '\n')
			length = 0;
	}
	if (length)
		abort();
}
