/* What `tailscale serve` answers itself, for rules: it leads nowhere, its backend is down, or speaks another
 * protocol. */
#ifndef TSLLM_VERDICTS_SERVE_ANSWER_H
#define TSLLM_VERDICTS_SERVE_ANSWER_H

#include "probes/verdicts/rule.h"

/* Fixes. */
extern const char serve_answer_new_target[], serve_answer_start_target[], serve_answer_of_service[];

/* Conditions of rules. */
/* A backend that serve reaches by TLS is known not to speak it; sets the detail to what it speaks instead. */
bool serve_answer_target_is_plain(const struct evidence *e, struct finding *f);
bool serve_answer_has_wrong_scheme(const struct evidence *e, struct finding *f);
bool serve_answer_is_bad_gateway(const struct evidence *e, struct finding *f);
bool serve_answer_has_no_mount(const struct evidence *e, struct finding *f);

#endif
