/* Finds the zstd frames of a file by the sizes in their headers, without unpacking anything. */
#ifndef TSLLM_RECORDING_FRAMES_H
#define TSLLM_RECORDING_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

struct frame {
	int64_t offset, length; /* length: of its whole blocks, with the header */
	bool is_whole;          /* it has its last block */
};

enum frame_found { FRAME_END, FRAME_FOUND, FRAME_FOREIGN };

/* The frame that begins at that offset. FRAME_FOREIGN: what is there is no frame, nor the beginning of one. A
 * frame of which not even the header is whole has length 0. */
enum frame_found frames_at(int fd, int64_t offset, struct frame *frame);
/* Where, from that offset on, another frame seems to begin; -1: nowhere. */
int64_t frames_find(int fd, int64_t offset);
/* Ends a frame that is not whole after its last whole block, and cuts off what follows. -1: errno is set. */
int frames_repair(int fd, const struct frame *frame);

#endif
