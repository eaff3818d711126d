/* A list of texts that owns its copies. Zeroed, it is empty. */
#ifndef TSLLM_BASE_STRINGS_H
#define TSLLM_BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char **items;
	size_t count, room;
};

void strings_add(struct strings *strings, const char *text);
bool strings_has(const struct strings *strings, const char *text);
void strings_forget(struct strings *strings); /* its texts: its room is kept */
void strings_fini(struct strings *strings);   /* all of it: it is empty then */

#endif
