/* What an earlier start of the program recorded: read back into the history and the events of this one.
 *
 * It is replayed in a ledger of its own, so that no verdict of then is taken for one of now. */
#ifndef TSLLM_PROBES_READ_BACK_H
#define TSLLM_PROBES_READ_BACK_H

#include "probes/base/when.h"

#include <stdbool.h>

struct fault;
struct history;
struct ledger;
struct read_back;
struct recorder;

/* What the recorder's directory holds of the 24 hours before now. NULL and a fault: it cannot be read. */
struct read_back *read_back_new(
	const char *directory, const struct recorder *recorder, struct when now, struct fault *fault);
void read_back_free(struct read_back *back);
/* Goes on for a few milliseconds. False: it is complete. fault: what cannot be used, and is left out; "". */
bool read_back_go_on(struct read_back *back, struct history *history, struct fault *fault);
/* Complete: of all that was read, with its events; NULL: there was nothing. */
const struct ledger *read_back_ledger(const struct read_back *back);

#endif
