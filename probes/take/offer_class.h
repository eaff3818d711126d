/* Who owns a server. --pick checks this before anything else, because prompts and a key are sent to the
 * URL that it prints. Any machine that may join under a tag can claim to have a model loaded, so it must
 * not outrank the user's own machines. */
#ifndef TSLLM_TAKE_OFFER_CLASS_H
#define TSLLM_TAKE_OFFER_CLASS_H

#include "probes/take/builder.h"

/* The class of what an engine there runs itself. What a gateway forwards is CLASS_GATEWAY, unless the user
 * pinned it. */
enum offer_class offer_class_of(
	const struct ledger *ledger, const struct known_endpoint *endpoint, const struct peer *peer);
/* Why offers of that class are refused; "": they are allowed. */
const char *offer_class_refusal(const struct ledger *ledger, enum offer_class class_);

#endif
