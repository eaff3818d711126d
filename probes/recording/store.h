/* The directory of recordings: a name for the next file, and which old ones go. Files with other names are left
 * alone. */
#ifndef TSLLM_RECORDING_STORE_H
#define TSLLM_RECORDING_STORE_H

#include "probes/base/when.h"

#include <stdint.h>

/* "DIRECTORY/20261123-004546.tsllm", and with a number if there is one already. */
void store_name(const char *directory, struct when now, char *path, size_t size);
/* Removes the oldest files but that one, until what is left has at most that many bytes, and none was written to
 * before that time (wall ms). */
void store_prune(const char *directory, const char *current, int64_t bytes_most, int64_t oldest);

#endif
