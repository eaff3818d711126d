/* A list of strings that owns its copies. Zeroed, it is empty. */
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
void strings_remove(struct strings *strings, const char *text); /* if it has it; the order may change */
void strings_forget(struct strings *strings);                   /* empties it, but keeps its capacity */
void strings_fini(struct strings *strings);                     /* frees everything; the list is empty then */

#endif
