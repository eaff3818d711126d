/* Inside of config: helpers that its two files share. config_keys.c knows what a key may hold, config.c how a
 * file is read. */
#ifndef TSLLM_TUI_CONFIG_KEYS_H
#define TSLLM_TUI_CONFIG_KEYS_H

#include <stddef.h>

/* value for a fault: clean and short. */
const char *config_show(char *to, size_t size, const char *value);
/* Expands "~/" and what is relative to directory (NULL: nothing is); heap. */
char *config_path(const char *value, const char *directory);
void config_replace(char **text, char *owned);

#endif
