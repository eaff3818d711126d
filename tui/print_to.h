/* Where output goes: standard output, or a file that is written whole. */
#ifndef TSLLM_TUI_PRINT_TO_H
#define TSLLM_TUI_PRINT_TO_H

#include "probes/model/settings.h"
#include "tui/options.h"

struct fault;
struct redactor;

/* What an output is told: the file, the size, the view. Colours only on a terminal. */
struct print_to print_to_new(const struct options *options, const struct settings *settings, bool is_ascii);
void print_to_fini(struct print_to *to);
/* For --redact: it knows the user's own paths. */
struct redactor *print_to_redactor(const struct settings *settings);
/* Whether the file of --output could be written now, so that a wrong path is found before anything is asked. -1 and a
 * fault if not. */
int print_to_check(const struct options *options, struct fault *fault);
/* Prints, or has nothing to print, and returns the exit status. */
typedef int print_to_fn(void *data, const struct print_to *to);
/* Prints into a file, which is replaced when it is whole, and returns what print returned. The old file stays if
 * nothing was printed, and if that fails (-1 and a fault). */
int print_to_file(
	const struct print_to *to, const char *path, print_to_fn *print, void *data, struct fault *fault);

#endif
