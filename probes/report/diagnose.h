/* The diagnosis: what is known of one peer or one endpoint, layer by layer from the bottom up.
 *
 * Each layer has a mark, evidence in figures, and its verdicts. All of it is taken from the snapshot; nothing
 * is judged again. Layers above the one that explains a failure were not reached, and say so. */
#ifndef TSLLM_REPORT_DIAGNOSE_H
#define TSLLM_REPORT_DIAGNOSE_H

#include "probes/model/snapshot.h"
#include "probes/report/line.h"

#define DIAGNOSIS_LINES 4
#define DIAGNOSIS_VERDICTS 16

/* Indices into a snapshot's arrays. Both −1: this machine's daemon alone. endpoint −1: the peer with all its
 * endpoints. peer −1: an endpoint outside the tailnet, or on this machine's loopback. */
struct diagnosis_target {
	int peer, endpoint;
};

enum mark {
	MARK_OK,
	MARK_NOTE, /* works, but there is something to know */
	MARK_BAD,
	MARK_UNKNOWN, /* not asked, or not reported */
	MARK_SKIPPED, /* a lower layer explains it, or it does not apply */
	MARK_COUNT
};

struct layer_report {
	enum layer layer;
	enum mark mark;
	bool is_silence; /* unknown, because what was asked did not answer */
	char lines[DIAGNOSIS_LINES][LINE_BYTES]; /* evidence */
	size_t line_count;
	const struct verdict *verdicts[DIAGNOSIS_VERDICTS]; /* of the snapshot, worst first in each row */
	size_t verdict_count;
};

/* What makes a path: the networks of both ends (this one with its verdicts), and tailscaled's pings along the
 * path and inside the tunnel. */
enum step { STEP_HERE, STEP_THERE, STEP_DISCO, STEP_TSMP, STEP_COUNT };

struct diagnosis {
	struct layer_report layers[LAYER_COUNT];
	struct layer_report steps[STEP_COUNT]; /* of the path's layer; MARK_SKIPPED: not shown here */
	enum layer block; /* the lowest layer that explains why nothing above it answers; LAYER_COUNT: none */
	/* The worst verdict; of several as bad, the one on the lowest layer. NULL: nothing is broken. */
	const struct verdict *blame;
};

/* word: a base URL, or a peer's name, FQDN, address or node id, in any case. A URL that is not a known
 * endpoint means the peer at its host. false: nothing matches. */
bool diagnose_find(const struct snapshot *snapshot, const char *word, struct diagnosis_target *target);
/* Finds up to count names of peers that are spelled much like word; returns how many. */
size_t diagnose_near(const struct snapshot *snapshot, const char *word, const char **names, size_t count);
/* Fills the diagnosis. For a peer the layers above the path are empty: each of its endpoints has a diagnosis
 * of its own. */
void diagnose(const struct snapshot *snapshot, struct diagnosis_target target, struct diagnosis *diagnosis);
const char *diagnose_step_name(enum step step);
/* Whether the endpoint belongs to that peer; this machine's loopback belongs to this machine. */
bool diagnose_owns(const struct snapshot *snapshot, int peer, const struct endpoint *endpoint);
/* The exit status for this target alone; NULL: for everything, as in the snapshot. */
enum status diagnose_status(const struct snapshot *snapshot, const struct diagnosis_target *target);
/* What this machine serves at a mount: its backend, and the endpoint under its name on the tailnet. */
void diagnose_mount(
	const struct snapshot *snapshot, const struct mount *mount, struct layer_report *layer_report);

#endif
