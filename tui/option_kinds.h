/* Internal to options: what each kind of option does with its value. */
#ifndef TSLLM_TUI_OPTION_KINDS_H
#define TSLLM_TUI_OPTION_KINDS_H

#include "probes/base/fault.h"
#include "tui/options.h"

#include <stddef.h>
#include <stdio.h>

struct parse {
	struct options *options;
	struct settings *settings;
	const char *operand, *stray; /* the first and second operand; NULL: none */
	FILE *errors;
	struct fault fault;
};

struct option_row {
	const char *name, *argument; /* argument NULL: takes none */
	int (*take)(struct parse *parse, const struct option_row *row, const char *value);
	const char *key; /* in the configuration, for take_key() */
	size_t offset;   /* of the member of struct options, for the others */
	const char *help;
};

/* Each sets what its row names, or fills the fault and returns -1. */
int option_take_flag(struct parse *parse, const struct option_row *row, const char *value);
int option_take_text(struct parse *parse, const struct option_row *row, const char *value);
int option_take_key(struct parse *parse, const struct option_row *row, const char *value);
int option_take_endpoint(struct parse *parse, const struct option_row *row, const char *value);
int option_take_theme(struct parse *parse, const struct option_row *row, const char *value);
int option_take_key_off(struct parse *parse, const struct option_row *row, const char *value);
int option_take_format(struct parse *parse, const struct option_row *row, const char *value);
int option_take_allow(struct parse *parse, const struct option_row *row, const char *value);
int option_take_count(struct parse *parse, const struct option_row *row, const char *value);
int option_take_mouse(struct parse *parse, const struct option_row *row, const char *value);
int option_take_setting(struct parse *parse, const struct option_row *row, const char *value);
int option_take_demo(struct parse *parse, const struct option_row *row, const char *value);
int option_take_time(struct parse *parse, const struct option_row *row, const char *value);

#endif
