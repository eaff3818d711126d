/* Where output goes: standard output, or a file that is written whole. */
#ifndef TSLLM_TUI_PRINT_TO_H
#define TSLLM_TUI_PRINT_TO_H

#include "probes/model/settings.h"
#include "tui/options.h"

struct fault;

/* What an output is told: the file, the size, the view. Colours only on a terminal. */
struct print_to print_to_new(const struct options *options, const struct settings *settings, bool is_ascii);
void print_to_fini(struct print_to *to);
/* Whether the file of --output could be written now, so that a wrong path is found before anything is asked. -1 and a
 * fault if not. */
int print_to_check(const struct options *options, struct fault *fault);
/* Prints the snapshot to the file of --output; the old file stays if that fails (-1 and a fault). */
int print_to_file(const struct print_to *to, const struct options *options, const struct snapshot *snapshot,
	struct fault *fault);

#endif
