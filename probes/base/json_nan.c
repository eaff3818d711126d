#include "probes/base/json_nan.h"

#include "probes/base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The length of such a word at the beginning; 0: there is none. */
static size_t word_at(const char *bytes, size_t length)
{
	static const char *const words[] = { "NaN", "Infinity", "-Infinity" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (length >= strlen(words[i]) && memcmp(bytes, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

char *json_nan_to_null(const char *bytes, size_t length, size_t *new_length)
{
	char *copy = mem_alloc(length + length / 3 + 2), *end = copy; /* NaN is one shorter than null */
	bool is_in_text = false, has_any = false;

	for (size_t i = 0; i < length; i++) {
		size_t word = is_in_text ? 0 : word_at(bytes + i, length - i);

		if (word) {
			memcpy(end, "null", 4);
			end += 4;
			i += word - 1;
			has_any = true;
			continue;
		}
		if (is_in_text && bytes[i] == '\\' && i + 1 < length)
			*end++ = bytes[i++];
		else if (bytes[i] == '"')
			is_in_text = !is_in_text;
		*end++ = bytes[i];
	}
	*new_length = (size_t)(end - copy);
	if (has_any)
		return copy;
	free(copy);
	return NULL;
}
