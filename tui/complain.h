/* One line on standard error about what the user asked for, clean, and without what could be a secret in it. */
#ifndef TSLLM_TUI_COMPLAIN_H
#define TSLLM_TUI_COMPLAIN_H

#include <stdbool.h>
#include <stdio.h>

/* is_redacted: without names, and without what stands in 'quotes'. */
void complain_text(FILE *errors, bool is_redacted, const char *text);
/* The same of a text that may begin with the path of the configuration, as it was given ("": it was not). */
void complain_file(FILE *errors, bool is_redacted, const char *path, const char *text);
/* "what: why"; wrong usage: EX_USAGE. */
int complain_about(FILE *errors, const char *what, const char *why);
/* The same of an option that getopt_long() did not take: its letter, or 0 and the word that
 * names it, whose value after a = may be a key in the wrong place. */
int complain_option(FILE *errors, int letter, const char *word, const char *why);

#endif
