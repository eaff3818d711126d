/* Predicates on an endpoint and its last primary answer, for rules. */
#ifndef TSLLM_VERDICTS_LAST_ANSWER_H
#define TSLLM_VERDICTS_LAST_ANSWER_H

#include "probes/verdicts/rule.h"

const struct last_answer *answer_of(const struct evidence *e);
bool answer_is_known(const struct evidence *e);
bool answer_came_to(const struct evidence *e, enum outcome outcome);
/* Packets to it get lost, or there is no route. */
bool answer_is_cut_off(const struct evidence *e);
bool answer_has_status(const struct evidence *e, int status);
/* It answered, but not as its family does. */
bool answer_is_strange(const struct evidence *e);
bool answer_is_success(const struct evidence *e); /* 2xx */
/* As from tailscale serve where nothing is mounted. Other programs in Go have it too. */
bool answer_is_go_404(const struct evidence *e);
/* Where neither tailscale serve nor the tailnet policy applies. */
bool is_outside_tailnet(const struct evidence *e);

#endif
