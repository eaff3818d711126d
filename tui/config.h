/* The configuration file, INI: its keys, their values, and what is wrong with it.
 *
 * One table of keys drives reading, checking, fault messages and --print-config. A fault names file, line and
 * what was expected; only that line is skipped. */
#ifndef TSLLM_TUI_CONFIG_H
#define TSLLM_TUI_CONFIG_H

#include "probes/base/fault.h"
#include "probes/model/settings.h"

#include <stdio.h>

typedef void config_fault_fn(void *data, const struct fault *fault);

/* $XDG_CONFIG_HOME/tsllm-top/config, or under ~/.config; "" if there is no home. */
const char *config_default_path(char *path, size_t size);

/* Reads path into settings; NULL: the default path, which may be missing. -1: the file cannot be read, which
 * was reported. */
int config_read(const char *path, struct settings *settings, config_fault_fn *say, void *data);

/* Sets one key, as the file or a command-line option does. directory: the base of relative paths, NULL: they
 * are left as they are. -1 and a fault, without file and line, if the key or its value is not valid. */
int config_set(struct settings *settings, const char *key, const char *value, const char *directory,
	struct fault *fault);

/* Where the key was set last: "FILE:LINE" or "--OPTION"; "": nowhere. */
const char *config_place(const struct settings *settings, const char *key);
void config_note_place(struct settings *settings, const char *key, const char *place);

/* The environment overrides the configuration and is overridden by the command line. */
void config_environment(struct settings *settings);

/* Prints settings as a file that reads back as the same settings. */
void config_print(FILE *file, const struct settings *settings);

#endif
