/* This machine's exit node, which carries all that leaves the tailnet. */
#ifndef TSLLM_VERDICTS_EXIT_NODE_H
#define TSLLM_VERDICTS_EXIT_NODE_H

#include "probes/ledger/state.h"

/* One is chosen and cannot be used: offline, or no longer in the tailnet. Fills in "NAME is offline". */
bool exit_node_is_gone(const struct ledger *ledger, char *text, size_t size);

#endif
