/* Options that exclude each other. */
#ifndef TSLLM_TUI_OPTIONS_CHECK_H
#define TSLLM_TUI_OPTIONS_CHECK_H

#include "tui/options.h"

/* options->output: NULL without --format. Reports what is wrong; returns 0 or 64 (EX_USAGE). */
int options_check(const struct options *options, FILE *errors);
/* The same about recordings. */
int options_check_settings(const struct options *options, const struct settings *settings, FILE *errors);

#endif
