/* Events: the last changes in order of time. */
#ifndef TSLLM_LEDGER_EVENTS_H
#define TSLLM_LEDGER_EVENTS_H

#include "probes/ledger/state.h"

/* The same text about the same thing within ten minutes is folded into one event. who: a peer's name or an
 * endpoint's URL, "" for the daemon. */
void events_note(struct ledger *ledger, const char *who, enum state state, struct when now, const char *text);
void events_free(struct ledger *ledger);

#endif
