/* Reads a log and goes on as it grows: a file, or the output of a command. Read-only; a command ends when this does. */
#ifndef TSLLM_IO_LOG_FOLLOW_H
#define TSLLM_IO_LOG_FOLLOW_H

#include "probes/io/log_place.h"

struct uv_loop_s;
struct log_follow;

struct log_reader {
	void (*bytes)(void *data, const char *bytes, size_t length);
	/* Nothing more comes. why: what went wrong, as a sentence; "": it is the end of the log. It may free. */
	void (*ended)(void *data, const char *why);
	void *data;
};

/* follows: goes on after the last line. place is copied. Nothing is called before it returns. */
struct log_follow *log_follow_new(
	struct uv_loop_s *loop, const struct log_place *place, bool follows, const struct log_reader *reader);
void log_follow_free(struct log_follow *log_follow);

#endif
