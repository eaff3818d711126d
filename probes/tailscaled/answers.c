#include "probes/tailscaled/answers.h"

#include "probes/base/fault.h"
#include "probes/tailscaled/lock.h"
#include "probes/tailscaled/metrics.h"
#include "probes/tailscaled/prefs.h"

void answers_see_metrics(struct ledger *ledger, const struct bytes *answer, struct when now)
{
	struct obs_traffic traffic;

	if (metrics_parse(answer->text, answer->length, &traffic) == 0)
		ledger_see(
			ledger, &(struct observation){ .kind = OBSERVED_TRAFFIC, .traffic = &traffic }, now);
}

void answers_see_prefs(struct ledger *ledger, const struct bytes *answer, struct when now)
{
	struct fault fault;
	struct obs_prefs *prefs = prefs_parse(answer->text, answer->length, &fault);

	if (prefs)
		ledger_see(ledger, &(struct observation){ .kind = OBSERVED_PREFS, .prefs = prefs }, now);
}

void answers_see_lock(struct ledger *ledger, const struct bytes *answer, struct when now)
{
	struct fault fault;
	struct obs_lock *lock = lock_parse(answer->text, answer->length, &fault);

	if (lock)
		ledger_see(ledger, &(struct observation){ .kind = OBSERVED_LOCK, .lock = lock }, now);
}
