/* A recording that is read: one file, or the files of a directory, as a list of segments in order of time. */
#ifndef TSLLM_RECORDING_RECORDING_H
#define TSLLM_RECORDING_RECORDING_H

#include "probes/recording/segment_head.h"

struct fault;
struct recording;

#define RECORDING_SUFFIX ".tsllm"

/* NULL and a fault: it cannot be read, is none, or has a newer schema. note: what is left out for that reason, or because it
 * is damaged; "". */
struct recording *recording_open(const char *path, struct fault *note, struct fault *fault);
/* What record = DIRECTORY wrote since then (wall ms), but for the file at that path; nothing is read yet. NULL and a
 * fault: the directory cannot be read. */
struct recording *recording_of_store(
	const char *directory, const char *current, int64_t since, struct fault *fault);
/* Finds the next segment of it; false: there is none. With a fault, something of its file cannot be used, and the next call
 * goes on behind that. */
bool recording_look_on(struct recording *recording, struct fault *fault);
void recording_free(struct recording *recording);
size_t recording_count(const struct recording *recording); /* at least 1 if it was opened whole */
const struct segment_head *recording_head(const struct recording *recording, size_t segment);
/* The lines of a segment after its head. -1 and a fault: some of them are missing or wrong. */
int recording_lines(
	const struct recording *recording, size_t segment, struct bytes *text, struct fault *fault);
/* Whether the file that is open is a recording that this program may add to. Sets end to where it ends: that
 * of the last frame, which may be torn. An empty file is one. -1 and a fault: not. */
struct frame;
int recording_check(int fd, const char *path, struct frame *last, struct fault *fault);

#endif
