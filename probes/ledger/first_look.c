#include "probes/ledger/first_look.h"

#define FIRST_LOOK_MS 15000 /* by then each server was asked twice, and a path has shown its kind */

bool first_look_saw(const struct ledger *ledger, const struct known_endpoint *endpoint, int64_t since)
{
	struct when look = endpoint ? endpoint->asked : ledger->begun;

	return !when_known(look) || since - look.wall_ms < FIRST_LOOK_MS;
}
