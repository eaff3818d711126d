/* The file that is recorded to: segments are added at its end, each one zstd frame.
 *
 * The file is this user's, mode 0600, and locked against a second program that records to it. */
#ifndef TSLLM_RECORDING_SEGMENT_OUT_H
#define TSLLM_RECORDING_SEGMENT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct segment_out;

/* NULL and a fault: it cannot be opened, or is no recording; nothing in it was changed then. note: what was cut
 * off, if the program that wrote to it was killed; "" otherwise. */
struct segment_out *segment_out_open(const char *path, struct fault *note, struct fault *fault);
/* Ends the segment that is open. */
void segment_out_free(struct segment_out *out);
/* Those that return an int: -1 and a fault if it cannot be written. Then the file was cut back to what the last flush wrote,
 * no segment is open, and another may be begun later. */
void segment_out_end(struct segment_out *out); /* if one is open; NULL: nothing */
int segment_out_begin(struct segment_out *out, struct fault *fault); /* ends the one that is open */
int segment_out_write(struct segment_out *out, const char *text, size_t length, struct fault *fault);
int segment_out_flush(struct segment_out *out, struct fault *fault);
bool segment_out_is_open(const struct segment_out *out); /* NULL: no */
bool segment_out_is_gone(const struct segment_out *out); /* somebody removed the file */
int64_t segment_out_size(const struct segment_out *out);    /* bytes of the file */
size_t segment_out_written(const struct segment_out *out); /* bytes of text in this segment */

#endif
