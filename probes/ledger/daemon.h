/* What is known about the daemon. */
#ifndef TSLLM_LEDGER_DAEMON_H
#define TSLLM_LEDGER_DAEMON_H

#include "probes/ledger/state.h"

void daemon_see_trouble(struct ledger *ledger, const struct observation *observation, struct when now);
void daemon_see_names(struct ledger *ledger, const struct observation *observation, struct when now);
void daemon_see_prefs(struct ledger *ledger, const struct observation *observation, struct when now);
void daemon_see_lock(struct ledger *ledger, const struct observation *observation, struct when now);
void daemon_see_machine(struct ledger *ledger, const struct observation *observation, struct when now);
void daemon_free(struct ledger *ledger);

#endif
