/* Where an endpoint's time to a first token goes: a bar, what its parts are, and the sentence about them. */
#ifndef TSLLM_VIEWS_LATENCY_H
#define TSLLM_VIEWS_LATENCY_H

#include "tui/table/page.h"

/* Nothing where nothing was measured. with_text: with the sentence, which the diagnosis has too. */
void latency_write(const struct endpoint *endpoint, bool with_text, struct page *page);

#endif
