/* The servers that discovery has found, in this run or an earlier one, as the state file keeps them. */
#ifndef TSLLM_ENDPOINTS_FOUND_H
#define TSLLM_ENDPOINTS_FOUND_H

#include "probes/endpoints/state_file.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"

/* Each change is written to the file at once. */
struct found {
	const struct settings *settings;
	struct remembered remembered;
};

void found_load(struct found *found, const struct settings *settings);
void found_add(struct found *found, const char *url, const char *family);
void found_drop(struct found *found, const char *url);
/* Keeps since when nothing listens at the stopped ones. */
void found_keep_stops(struct found *found, const struct ledger *ledger);
/* Copies the URL of one that stopped long ago; false: there is none. */
bool found_is_over(
	const struct found *found, const struct ledger *ledger, struct when now, char *url, size_t size);
void found_fini(struct found *found);

#endif
