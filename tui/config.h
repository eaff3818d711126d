/* The configuration file, INI: what it may say, what it says, and what is wrong with it.
 *
 * One table of keys drives reading, checking, the words of a fault and --print-config. A fault names file,
 * line and what was expected, and costs only its own line: everything else applies. */
#ifndef TSLLM_TUI_CONFIG_H
#define TSLLM_TUI_CONFIG_H

#include "probes/base/fault.h"
#include "probes/model/settings.h"

#include <stdio.h>

typedef void config_fault_fn(void *data, const struct fault *fault);

/* $XDG_CONFIG_HOME/tsllm-top/config, or under ~/.config; "" where there is no home. */
const char *config_default_path(char *path, size_t size);

/* Reads path into settings; NULL: the default path, where a missing file is fine. -1: the file cannot be
 * read, which was said. */
int config_read(const char *path, struct settings *settings, config_fault_fn *say, void *data);

/* Sets one key, as the file or a command-line option does. directory: what relative paths are relative to,
 * NULL: left as they are. -1 and a fault, without file and line, where the key or its value is none. */
int config_set(struct settings *settings, const char *key, const char *value, const char *directory,
	struct fault *fault);

/* Prints settings as a file that reads back as the same. */
void config_print(FILE *file, const struct settings *settings);

#endif
