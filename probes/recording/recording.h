/* A recording that is read: one file, or the files of a directory, as a list of segments in order of time. */
#ifndef TSLLM_RECORDING_RECORDING_H
#define TSLLM_RECORDING_RECORDING_H

#include "probes/recording/segment_head.h"

struct fault;
struct recording;

#define RECORDING_SUFFIX ".tsllm"

/* NULL and a fault: it cannot be read, is none, or has a newer schema. */
struct recording *recording_open(const char *path, struct fault *fault);
void recording_free(struct recording *recording);
size_t recording_count(const struct recording *recording); /* at least 1 */
const struct segment_head *recording_head(const struct recording *recording, size_t segment);
/* The lines of a segment after its head; empty if it can no longer be read. */
void recording_lines(const struct recording *recording, size_t segment, struct bytes *text);
/* Whether the file that is open is a recording that this program may add to. Sets end to where it ends: that
 * of the last frame, which may be torn. An empty file is one. -1 and a fault: not. */
struct frame;
int recording_check(int fd, const char *path, struct frame *last, struct fault *fault);

#endif
