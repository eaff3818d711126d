/* Events: the last changes in order of time. */
#ifndef TSLLM_LEDGER_EVENTS_H
#define TSLLM_LEDGER_EVENTS_H

#include "probes/ledger/state.h"

/* Copies the texts; the code must be a constant. Number, time and times are set here. The same text about the
 * same thing within ten minutes is folded into one event. */
void events_note(struct ledger *ledger, const struct event *event, struct when now);
/* The same about this endpoint, which gives who and machine. */
void events_note_endpoint(struct ledger *ledger, const struct known_endpoint *endpoint,
	const struct event *event, struct when now);
void events_free(struct ledger *ledger);

#endif
