/* Remembers found endpoints across runs, one per line: "URL<TAB>FAMILY", and where nothing listens any more
 * "<TAB>SECONDS", the time (since 1970) when that was noticed. A new run polls them without a search. */
#ifndef TSLLM_ENDPOINTS_STATE_FILE_H
#define TSLLM_ENDPOINTS_STATE_FILE_H

#include <stddef.h>
#include <stdint.h>

struct fault;

struct remembered {
	struct {
		char *url, *family;
		int64_t stopped_s; /* 0: it listens, as far as known */
	} * items;
	size_t count, room;
};

/* A missing file counts as empty; lines that are not endpoints are skipped; at most 1,000 lines are read.
 * Returns -1 if it cannot be read, or if another user owns it or may write to it. */
int state_file_load(struct remembered *remembered, const char *path, struct fault *fault);
void state_file_add(struct remembered *remembered, const char *url, const char *family);
void state_file_drop(struct remembered *remembered, const char *url);
/* Returns -1 and a fault with the directory's mode if others may write to the file's directory. */
int state_file_check(const char *path, struct fault *fault);
/* Writes a new file, readable by this user only, syncs it and renames it over the old one: a reader never
 * sees half a file. Creates the directory. */
int state_file_save(const struct remembered *remembered, const char *path, struct fault *fault);
void state_file_fini(struct remembered *remembered);

#endif
