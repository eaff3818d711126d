/* What was found is kept: one line an endpoint, "URL<TAB>FAMILY", so that a fresh start knocks where somebody
 * was. */
#ifndef TSLLM_ENDPOINTS_STATE_FILE_H
#define TSLLM_ENDPOINTS_STATE_FILE_H

#include <stddef.h>

struct fault;

struct remembered {
	struct {
		char *url, *family;
	} * items;
	size_t count, room;
};

/* A file that is not there is an empty one; lines that are no endpoint are skipped; at most 1,000 are read.
 * -1 where it cannot be read, or where another user wrote it or may. */
int state_file_load(struct remembered *remembered, const char *path, struct fault *fault);
void state_file_add(struct remembered *remembered, const char *url, const char *family);
void state_file_drop(struct remembered *remembered, const char *url);
/* -1 and a fault, which names its mode, where others may write in the file's directory. */
int state_file_check(const char *path, struct fault *fault);
/* Written beside, by this user alone, put on the disk and renamed over: a reader never sees half a file.
 * Makes the directory. */
int state_file_save(const struct remembered *remembered, const char *path, struct fault *fault);
void state_file_fini(struct remembered *remembered);

#endif
