/* What a proxy says of the engine behind it. */
#ifndef TSLLM_VERDICTS_PROXY_ANSWER_H
#define TSLLM_VERDICTS_PROXY_ANSWER_H

#include "probes/verdicts/rule.h"

extern const char proxy_answer_start_tunnel[], proxy_answer_correct_tls[];

bool proxy_answer_engine_is_silent(const struct evidence *e, struct finding *f);
bool proxy_answer_engine_is_dead(const struct evidence *e, struct finding *f);

#endif
