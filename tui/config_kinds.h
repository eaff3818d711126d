/* Internal to config: the kinds of value. A kind parses a value strictly, or says what it expected, and prints
 * it back. */
#ifndef TSLLM_TUI_CONFIG_KINDS_H
#define TSLLM_TUI_CONFIG_KINDS_H

#include <stddef.h>
#include <stdio.h>

struct fault;

struct key {
	const char *name;
	const struct kind *kind;
	size_t offset; /* of its member of struct settings or struct peer_settings */
	double least, most;
};

/* Where a value goes, and what it is checked against. */
struct target {
	const struct key *key;
	void *member;
	const char *directory;
	struct fault *fault;
};

struct kind {
	int (*take)(const struct target *target, const char *value);
	/* Prints what follows "name = "; nothing if the value is unset. */
	void (*print)(FILE *file, const void *member);
};

extern const struct kind kind_seconds, kind_switch, kind_discover, kind_list, kind_ignore, kind_columns,
	kind_command, kind_ports, kind_path, kind_name_or_path, kind_proxy, kind_size, kind_age, kind_mac,
	kind_url, kind_listen;

#endif
