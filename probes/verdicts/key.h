/* API keys: wanted, missing, withheld, wrong, or demanded by a proxy in front of the engine. */
#ifndef TSLLM_VERDICTS_KEY_H
#define TSLLM_VERDICTS_KEY_H

#include "probes/verdicts/rule.h"

/* The engine wants a key, according to this endpoint or to the one through which it is queried. */
bool key_is_wanted(const struct evidence *e);
/* Something in front of the engine refused us: the answer is not in an engine's format. */
bool key_is_for_proxy(const struct evidence *e);

/* Predicates of rows in http.c. */
bool key_no_grant(const struct evidence *e, struct finding *f);
bool key_withheld_is_missed(const struct evidence *e, struct finding *f);
bool key_withheld_is_not_needed(const struct evidence *e, struct finding *f);
bool key_is_asked_for(const struct evidence *e, struct finding *f);
bool key_is_rejected(const struct evidence *e, struct finding *f);
bool key_proxy_wants_login(const struct evidence *e, struct finding *f);

#endif
