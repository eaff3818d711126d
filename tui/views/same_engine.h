/* The other endpoints of an engine, on the screen. */
#ifndef TSLLM_VIEWS_SAME_ENGINE_H
#define TSLLM_VIEWS_SAME_ENGINE_H

#include "tui/table/page.h"

struct snapshot;
struct endpoint;

bool same_engine_has_others(const struct snapshot *snapshot, const struct endpoint *endpoint);
/* A line each: its URL and state. Nothing if there is no other. */
void same_engine_write(
	const struct snapshot *snapshot, const struct endpoint *endpoint, int indent, struct page *page);

#endif
