/* Inside of config: helpers that its files share. config_keys.c knows what a key may hold, config_words.c what a
 * fault may repeat, config.c how a file is read. */
#ifndef TSLLM_TUI_CONFIG_KEYS_H
#define TSLLM_TUI_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct fault;

/* value for a fault: clean, short, and without what could be a password in a URL. */
const char *config_show(char *to, size_t size, const char *value);
/* Whether a key in the file is the one of this name: _ and - are the same. */
bool config_is_key(const char *name, const char *given);
/* Fills the fault about a key that there is none of. It may be a pasted API key, so it is only repeated where
 * it looks like a word; -1. */
int config_refuse_key(const char *given, const char *expected, struct fault *fault);
/* Expands "~/" and what is relative to directory (NULL: nothing is); heap. */
char *config_path(const char *value, const char *directory);
void config_replace(char **text, char *owned);

#endif
