/* API keys: wanted, missing, withheld, wrong, or asked for by a proxy before the engine. */
#ifndef TSLLM_VERDICTS_KEY_H
#define TSLLM_VERDICTS_KEY_H

#include "probes/verdicts/rule.h"

/* The engine wants one, or the server behind this mount, which is asked more. */
bool key_is_wanted(const struct evidence *e);
/* What stands before it refused us, in no words of an engine. */
bool key_is_for_proxy(const struct evidence *e);

/* Predicates of rows in http.c. */
bool key_withheld_is_missed(const struct evidence *e, struct finding *f);
bool key_withheld_is_not_needed(const struct evidence *e, struct finding *f);
bool key_is_asked_for(const struct evidence *e, struct finding *f);
bool key_is_rejected(const struct evidence *e, struct finding *f);
bool key_proxy_wants_login(const struct evidence *e, struct finding *f);

#endif
