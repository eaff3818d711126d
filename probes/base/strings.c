/* An array with linear search: the lists of this program are short or rarely searched. */
#include "probes/base/strings.h"

#include "probes/base/mem.h"

#include <stdlib.h>
#include <string.h>

void strings_add(struct strings *strings, const char *text)
{
	*VEC_PUSH(strings) = mem_copy(text);
}

bool strings_has(const struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strcmp(strings->items[i], text) == 0)
			return true;
	return false;
}

void strings_remove(struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++) {
		if (strcmp(strings->items[i], text) != 0)
			continue;
		free(strings->items[i]);
		strings->items[i] = strings->items[--strings->count];
		return;
	}
}

void strings_forget(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	strings->count = 0;
}

void strings_fini(struct strings *strings)
{
	strings_forget(strings);
	free(strings->items);
	*strings = (struct strings){ NULL, 0, 0 };
}
