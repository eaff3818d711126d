/* Whose a server is: what --pick asks before anything else, for prompts and a key follow the URL that it prints.
 * Any machine that may join under a tag can claim to have a model loaded; the user's own cannot be outbid. */
#ifndef TSLLM_TAKE_OFFER_CLASS_H
#define TSLLM_TAKE_OFFER_CLASS_H

#include "probes/take/builder.h"

/* Of what an engine there runs itself; what a gateway hands on is CLASS_GATEWAY, unless the user pinned it. */
enum offer_class offer_class_of(
	const struct ledger *ledger, const struct known_endpoint *endpoint, const struct peer *peer);
/* Why nobody is sent there who has not allowed that class; "": it is allowed. */
const char *offer_class_refusal(const struct ledger *ledger, enum offer_class class_);

#endif
