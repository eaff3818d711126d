/* What a judgement changes becomes an event: by cause, once. */
#ifndef TSLLM_VERDICTS_NOTE_H
#define TSLLM_VERDICTS_NOTE_H

#include "probes/ledger/state.h"

/* Losing the daemon or getting it back; call when this machine is judged. */
void note_daemon(struct ledger *ledger, struct when now);
/* Takes the state over. Its verdicts must be judged. is_explained: a verdict of its host, muted or not, accounts
 * for it. */
void note_endpoint(struct ledger *ledger, struct known_endpoint *endpoint, enum state to, bool is_explained,
	struct when now);
/* Makes the events of endpoints, and of troubles of machines that endpoints share; call when all are judged. */
void note_all(struct ledger *ledger, struct when now);
bool note_is_trouble(enum state state);

#endif
