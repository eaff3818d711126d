/* Answers of tailscaled that go straight to the ledger. One that cannot be read is dropped: older daemons do not
 * have every answer, and what it would tell stays unknown. */
#ifndef TSLLM_TAILSCALED_ANSWERS_H
#define TSLLM_TAILSCALED_ANSWERS_H

#include "probes/base/mem.h"
#include "probes/ledger/ledger.h"

typedef void answers_fn(struct ledger *ledger, const struct bytes *answer, struct when now);

answers_fn answers_see_metrics, answers_see_prefs, answers_see_lock;

#endif
