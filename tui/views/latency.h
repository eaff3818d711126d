/* Where the time to the first token goes: a bar, a legend, and a sentence about them. */
#ifndef TSLLM_VIEWS_LATENCY_H
#define TSLLM_VIEWS_LATENCY_H

#include "tui/table/page.h"

/* Prints nothing if nothing was measured. with_text: includes the sentence, which the diagnosis prints
 * too. */
void latency_write(
	const struct snapshot *snapshot, const struct endpoint *endpoint, bool with_text, struct page *page);

#endif
