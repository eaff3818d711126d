/* Writes all that a ledger sees to a file, or to files in a directory.
 *
 * A period is written at once when it ends, so a program that is killed loses one at most. Every ten minutes a
 * segment begins. If the file cannot be written, what is in it stays, and it is tried again each minute. */
#ifndef TSLLM_RECORDING_RECORDER_H
#define TSLLM_RECORDING_RECORDER_H

#include "probes/recording/segment_head.h"

struct fault;
struct ledger;
struct observation;
struct recorder;

struct recorder_target {
	const char *file;       /* "": the directory */
	const char *directory;  /* files are named after the time; it is created */
	int64_t bytes_most;     /* of all files in the directory; the oldest are removed */
	int64_t age_most_ms;    /* likewise */
	int64_t begins, ends;   /* wall ms: only what is seen in between is written; 0: all */
};

/* NULL and a fault: it cannot be recorded there. While another program records to the directory, that is this one's
 * trouble. note: what was cut off from what a killed program wrote; "". */
struct recorder *recorder_new(
	const struct recorder_target *target, struct when now, struct fault *note, struct fault *fault);
/* A ledger begins that knows nothing yet. Call it before anything is seen. head: its run, boot and times are filled
 * in, where they are not known. */
void recorder_begin_run(struct recorder *recorder, const struct segment_head *head);
void recorder_free(struct recorder *recorder); /* writes the rest */
/* The ledger that takes in what is recorded: a segment begins with what only it knows, too. Not before it is called,
 * and not after the ledger was freed, anything may be seen. */
void recorder_follow(struct recorder *recorder, const struct ledger *ledger);
/* The boot of the machine that records; "": unknown. */
const char *recorder_boot(const struct recorder *recorder);
const char *recorder_path(const struct recorder *recorder); /* of the file that is open */
/* Call it before the ledger sees the observation, because that may take it over. */
void recorder_see(struct recorder *recorder, const struct observation *observation, struct when when);
void recorder_hear(void *recorder, const struct observation *observation, struct when when); /* the same */
/* Ends the period, if it is over. */
void recorder_tick(struct recorder *recorder, struct when now);
/* Why nothing can be written now; "". */
const char *recorder_trouble(const struct recorder *recorder);

#endif
