/* The section about the last canary of an endpoint: what came, where the time went, and what else saw it. */
#ifndef TSLLM_VIEWS_CANARY_PAGE_H
#define TSLLM_VIEWS_CANARY_PAGE_H

#include "probes/model/snapshot.h"
#include "tui/table/page.h"

/* Writes nothing if none was sent. */
void canary_page_write(const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page);

#endif
