/* The ladder: what is known of one peer, or of one door, from the ground up.
 *
 * A rung is a layer: a mark, the evidence in figures, and the verdicts that stand there. All of it is in the
 * snapshot already; nothing is judged anew. What lies above the rung that explains a failure was not reached,
 * and says so. */
#ifndef TSLLM_REPORT_DIAGNOSE_H
#define TSLLM_REPORT_DIAGNOSE_H

#include "probes/model/snapshot.h"
#include "probes/report/line.h"

#define DIAGNOSIS_LINES 4
#define DIAGNOSIS_VERDICTS 16

/* Indices into a snapshot's arrays. Both −1: this machine's daemon alone. endpoint −1: the peer with all its
 * doors. peer −1: a door outside the tailnet, or on this machine's loopback. */
struct diagnosis_target {
	int peer, endpoint;
};

enum mark {
	MARK_OK,
	MARK_NOTE, /* well, with something to know */
	MARK_BAD,
	MARK_UNKNOWN, /* nobody asked, or nothing was told */
	MARK_SKIPPED, /* a lower layer explains it, or it does not apply */
	MARK_COUNT
};

struct layer_report {
	enum layer layer;
	enum mark mark;
	char lines[DIAGNOSIS_LINES][LINE_BYTES]; /* evidence */
	size_t line_count;
	const struct verdict *verdicts[DIAGNOSIS_VERDICTS]; /* of the snapshot, worst first in each row */
	size_t verdict_count;
};

/* What makes a path: the networks of both ends, this one with its verdicts, and
 * tailscaled's pings along it and inside the tunnel. */
enum step { STEP_HERE, STEP_THERE, STEP_DISCO, STEP_TSMP, STEP_COUNT };

struct diagnosis {
	struct layer_report layers[LAYER_COUNT];
	struct layer_report
		steps[STEP_COUNT]; /* of the path's rung; MARK_SKIPPED: it has nothing to say here */
	enum layer block; /* the lowest that explains why nothing comes from above it; LAYER_COUNT: none */
	/* The worst verdict and, of those that are as bad, the lowest; NULL: nothing is broken. */
	const struct verdict *blame;
};

/* A base URL, a peer's name, full name, address or id, without case; of a URL that is no known door the peer.
 * false: there is none. */
bool diagnose_find(const struct snapshot *snapshot, const char *word, struct diagnosis_target *target);
/* Up to count names of peers that are spelled much like word; the answer is how many. */
size_t diagnose_near(const struct snapshot *snapshot, const char *word, const char **names, size_t count);
/* Lays the ladder. For a peer the rungs above the path say nothing: each of its doors has its own ladder. */
void diagnose(const struct snapshot *snapshot, struct diagnosis_target target, struct diagnosis *diagnosis);
const char *diagnose_step_name(enum step step);
/* Whether a door belongs to that peer, this machine's loopback to this machine. */
bool diagnose_owns(const struct snapshot *snapshot, int peer, const struct endpoint *endpoint);
/* What the exit status says of this target alone; NULL: of everything, as the snapshot does. */
enum status diagnose_status(const struct snapshot *snapshot, const struct diagnosis_target *target);
/* What this machine serves at a mount: its backend, and the way through its name on the tailnet. */
void diagnose_mount(
	const struct snapshot *snapshot, const struct mount *mount, struct layer_report *layer_report);

#endif
