/* The section of Detail for people who want to use a server: its APIs, and how to get a client's configuration. */
#ifndef TSLLM_VIEWS_FOR_CLIENTS_H
#define TSLLM_VIEWS_FOR_CLIENTS_H

#include "probes/model/snapshot.h"
#include "tui/table/page.h"

/* Writes nothing about a server that cannot be used now, or whose API is not known. */
void for_clients_write(const struct endpoint *endpoint, struct page *page);

#endif
