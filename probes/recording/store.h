/* The directory of recordings: whose it is, a name for the next file, and which old ones go. Files with other names
 * are left alone. */
#ifndef TSLLM_RECORDING_STORE_H
#define TSLLM_RECORDING_STORE_H

#include "probes/base/when.h"

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct strings;

/* A descriptor of the directory, which is created if it is missing; while it is open, no other program records there.
 * -1 and a fault: it cannot be had, or another one does (is_taken). */
int store_own(const char *directory, bool *is_taken, struct fault *fault);
/* Whether that descriptor is still the directory's: it may have been moved away. */
bool store_is_owned(const char *directory, int owned);
/* "DIRECTORY/20261123-004546.tsllm", and with a number if there is one already. */
void store_name(const char *directory, struct when now, char *path, size_t size);
/* The files with such names that were written to since then (wall ms), but for that one, the oldest first. -1 and a
 * fault: the directory cannot be read. */
int store_files(const char *directory, const char *current, int64_t since, struct strings *paths,
	struct fault *fault);
/* Removes the oldest files but that one, until what is left has at most that many bytes, and none was written to
 * before that time (wall ms). */
void store_prune(const char *directory, const char *current, int64_t bytes_most, int64_t oldest);

#endif
