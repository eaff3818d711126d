/* What is known while it is recorded: the last observation of each kind and key, and the lines of the period.
 *
 * A segment begins with all of it, so that a replay can begin there. */
#ifndef TSLLM_RECORDING_KNOWN_H
#define TSLLM_RECORDING_KNOWN_H

#include "probes/base/mem.h"
#include "probes/base/when.h"
#include "probes/model/observation.h"

struct known;
struct ledger;

struct known *known_new(void);
void known_free(struct known *known);
void known_see(struct known *known, const struct observation *observation, struct when when);
/* Ends the period: adds its lines to text. */
void known_end_period(struct known *known, struct when now, struct bytes *text);
/* Begins a segment: adds all that is known to text, as a period of its own. What was seen since the last period
 * is part of it, and since when an endpoint is gone, if the ledger (or NULL) knows that. */
void known_begin_segment(
	struct known *known, const struct ledger *ledger, struct when now, struct bytes *text);

#endif
