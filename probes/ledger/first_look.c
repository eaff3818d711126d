#include "probes/ledger/first_look.h"

#define FIRST_LOOK_MS 15000 /* by then a path has shown its kind */

/* By then each server was asked twice. */
static int64_t first_look_ms(const struct ledger *ledger)
{
	int64_t two_polls = ledger->terms.poll_ms * 3 / 2;

	return two_polls > FIRST_LOOK_MS ? two_polls : FIRST_LOOK_MS;
}

bool first_look_saw(const struct ledger *ledger, const struct known_endpoint *endpoint, int64_t since)
{
	struct when look = endpoint ? endpoint->asked : ledger->begun;

	return !when_known(look) || since - look.wall_ms < first_look_ms(ledger);
}
