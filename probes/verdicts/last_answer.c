#include "probes/verdicts/last_answer.h"

#include "probes/ledger/endpoints.h"
#include "probes/verdicts/proxy.h"

#include <string.h>

const struct last_answer *answer_of(const struct evidence *e)
{
	return &e->endpoint->last;
}

bool answer_is_known(const struct evidence *e)
{
	return when_known(answer_of(e)->at);
}

bool answer_came_to(const struct evidence *e, enum outcome outcome)
{
	return answer_is_known(e) && answer_of(e)->outcome == outcome;
}

bool answer_is_cut_off(const struct evidence *e)
{
	return (answer_came_to(e, OUTCOME_CONNECT_TIMEOUT) && e->endpoint->misses >= 2) ||
	       answer_came_to(e, OUTCOME_UNREACHABLE);
}

bool answer_has_status(const struct evidence *e, int status)
{
	return endpoint_answered(e->endpoint) && answer_of(e)->status == status;
}

bool answer_is_strange(const struct evidence *e)
{
	return endpoint_answered(e->endpoint) && !answer_of(e)->is_expected;
}

bool answer_is_success(const struct evidence *e)
{
	return answer_of(e)->status >= 200 && answer_of(e)->status < 300;
}

bool answer_is_go_404(const struct evidence *e)
{
	return answer_is_strange(e) && answer_has_status(e, 404) && answer_of(e)->has_date &&
	       strcmp(answer_of(e)->excerpt, "404 page not found\\n") == 0 && !proxy_is_named(answer_of(e));
}

bool is_outside_tailnet(const struct evidence *e)
{
	return !e->peer && !e->endpoint->is_of_tailnet && !e->endpoint->is_own;
}
