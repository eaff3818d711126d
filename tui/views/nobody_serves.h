/* The page for a tailnet on which no server was found. */
#ifndef TSLLM_VIEWS_NOBODY_SERVES_H
#define TSLLM_VIEWS_NOBODY_SERVES_H

#include "tui/table/page.h"

struct snapshot;

/* Writes it, or what is wrong with tailscaled; false: neither applies. */
bool nobody_serves_write(const struct snapshot *snapshot, struct page *page);

#endif
