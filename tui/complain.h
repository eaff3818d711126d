/* One line on standard error about what the user typed, escaped and without possible secrets. */
#ifndef TSLLM_TUI_COMPLAIN_H
#define TSLLM_TUI_COMPLAIN_H

#include <stdbool.h>
#include <stdio.h>

/* is_redacted: leaves out names and everything in 'quotes'. */
void complain_text(FILE *errors, bool is_redacted, const char *text);
/* The same for a text that may begin with the path of the configuration as typed ("": not given). */
void complain_file(FILE *errors, bool is_redacted, const char *path, const char *text);
/* Prints "what: why" for wrong usage; returns EX_USAGE. */
int complain_about(FILE *errors, const char *what, const char *why);
/* The same for an option that getopt_long() rejected: its letter, or 0 and the word. The value after = is not
 * printed, because it may be a key in the wrong place. */
int complain_option(FILE *errors, int letter, const char *word, const char *why);

#endif
