/* The newest events, in a panel. */
#ifndef TSLLM_VIEWS_EVENTS_H
#define TSLLM_VIEWS_EVENTS_H

#include "tui/table/page.h"

struct snapshot;

/* A line each, at most that many. */
void events_write(const struct snapshot *snapshot, size_t most, struct page *page);

#endif
