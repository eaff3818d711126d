/* Internal to config: helpers that its files share. config_keys.c has the keys, config_kinds.c their kinds of value,
 * config_amounts.c amounts with a unit, config_listen.c where to listen, config_paths.c paths, config_words.c what a fault may repeat, config.c how a
 * file is read. */
#ifndef TSLLM_TUI_CONFIG_KEYS_H
#define TSLLM_TUI_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct fault;

/* The value as a fault shows it: escaped, short, and without what could be a password in a URL. */
const char *config_show(char *to, size_t size, const char *value);
/* Whether a key in the file has this name: _ and - are the same. */
bool config_is_key(const char *name, const char *given);
/* Fills the fault for an unknown key. It may be a pasted API key, so it is repeated only if it looks like a
 * word. Returns -1. */
int config_refuse_key(const char *given, const char *expected, struct fault *fault);
/* Expands "~/" and paths relative to directory (NULL: none are). The caller frees it. */
char *config_path(const char *value, const char *directory);
/* config_set() for a key of a section [peer NAME]. */
struct peer_settings;
int config_set_peer(struct peer_settings *peer, const char *name, const char *value, const char *directory,
	struct fault *fault);
void config_replace(char **text, char *owned);

#endif
