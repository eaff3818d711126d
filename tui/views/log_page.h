/* The page of a server's log. */
#ifndef TSLLM_VIEWS_LOG_PAGE_H
#define TSLLM_VIEWS_LOG_PAGE_H

#include "probes/report/log_lines.h"
#include "tui/table/page.h"

void log_page_write(const struct log_text *log, struct page *page);

#endif
