/* Unpacks zstd frames. */
#ifndef TSLLM_RECORDING_FRAME_TEXT_H
#define TSLLM_RECORDING_FRAME_TEXT_H

#include "probes/base/mem.h"
#include "probes/recording/frames.h"

#define FRAME_TEXT_MOST ((size_t)128 * 1024 * 1024)

/* Adds what is in the frame, whole or not, to text, to the first newline or to its end. -1: it is damaged, cannot be
 * read, or has more than most bytes; what came before was added, and some of it may be wrong. */
int frame_text_read(int fd, const struct frame *frame, size_t most, bool only_first_line, struct bytes *text);

#endif
