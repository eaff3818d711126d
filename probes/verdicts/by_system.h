/* What a fix says on each operating system: words in the text of a fix, as %{restart}. */
#ifndef TSLLM_VERDICTS_BY_SYSTEM_H
#define TSLLM_VERDICTS_BY_SYSTEM_H

#include "probes/verdicts/rule.h"

struct system; /* a row of the table */

/* Whether what the evidence is about is this machine. */
bool by_system_is_here(const struct evidence *evidence);
const struct system *by_system_of(const struct evidence *evidence);
const struct system *by_system_here(const struct ledger *ledger);
/* Whether commands can be typed there, tailscale among them. */
bool by_system_has_shell(const struct system *system);
/* Puts the system's words into the text of a fix; other variables stay. machine: what is known of this
 * machine, or NULL for another. */
void by_system_fill(const struct system *system, const struct obs_machine *machine, const char *text,
	char *to, size_t size);
/* All texts of the table, one by one; NULL at the end. */
const char *by_system_text(size_t index);

#endif
