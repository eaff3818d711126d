/* Fills the %{variables} of a rule's texts from its evidence. */
#ifndef TSLLM_VERDICTS_FILL_H
#define TSLLM_VERDICTS_FILL_H

#include "probes/verdicts/rule.h"

/* %{detail} is what the rule found. An unknown variable is left out. */
const char *fill_text(struct arena *arena, const char *text, const struct evidence *evidence,
	const struct finding *finding);
/* %{peer}: the peer's name; without a peer, the host of the endpoint's URL. */
void fill_peer(const struct evidence *evidence, char *text, size_t size);

#endif
