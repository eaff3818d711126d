/* The metrics, by what they are about; each table ends with a metric without a name. */
#ifndef TSLLM_OUT_EXPOSITION_TABLES_H
#define TSLLM_OUT_EXPOSITION_TABLES_H

#include "tui/out/exposition_sample.h"

extern const struct metric exposition_tailnet[], exposition_endpoints[], exposition_clients[],
	exposition_verdicts[];

#endif
