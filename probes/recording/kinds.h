/* The table of what is recorded: a row for each kind of observation, with its members. */
#ifndef TSLLM_RECORDING_KINDS_H
#define TSLLM_RECORDING_KINDS_H

#include "probes/model/observation.h"
#include "probes/recording/shape.h"

/* The peers of a status are rows of their own, written before their status. */
#define KIND_PEER (OBSERVED_GAP + 1)
#define KIND_COUNT (OBSERVED_GAP + 2)
#define KIND_LINES 12 /* of a kind */
#define KIND_SLOW_MS 10000

/* What is repeated at the beginning of a segment. */
enum kept {
	KEPT_NOT,  /* it counts only when it is seen */
	KEPT_LAST, /* the last of each key, in the order in which they were seen */
	KEPT_FIRST /* the last of each key, where the first was seen */
};

struct kind {
	const char *name;
	const struct shape *shape; /* of struct observation, of struct obs_peer for KIND_PEER */
	enum kept kept;
	bool is_skipped_if_same; /* it says nothing by being seen again */
	int64_t again_ms;        /* of these: but after so long it does; 0: never */
	bool is_of_endpoint;     /* forgotten when its URL is dropped */
	size_t most;             /* rows; the oldest is overwritten */
	/* Which of the lines of a kind an observation goes to: in each, much the same members change. NULL: one. */
	size_t (*line)(const void *value);
	/* The rest only matters at the next status: of several before it, the last is written. NULL: never. */
	bool (*is_total)(const void *value);
	/* Of those, the ones of which one in ten seconds is enough. */
	bool (*is_slow)(const void *value);
};

extern const struct kind kinds[KIND_COUNT];

/* The columns of each kind. They are made at the first call. */
const struct columns *kinds_columns(size_t kind);
size_t kinds_find(const char *name); /* KIND_COUNT: none */

#endif
