/* The lines of a report: how a rung, a peer and a door look. Private to the doctor. */
#ifndef TSLLM_OUT_DOCTOR_LINES_H
#define TSLLM_OUT_DOCTOR_LINES_H

#include "probes/report/diagnose.h"
#include "tui/table/page.h"

/* Which program looked when, from where. */
void doctor_head(struct page *page, const struct snapshot *snapshot);
void doctor_layer(struct page *page, const struct snapshot *snapshot, const struct layer_report *layer_report,
	const char *name);
void doctor_layers(struct page *page, const struct snapshot *snapshot, const struct diagnosis *diagnosis,
	enum layer from, enum layer to);
/* What makes the path. with_unknown: also what nobody asked about. */
void doctor_steps(struct page *page, const struct snapshot *snapshot, const struct diagnosis *diagnosis,
	enum step from, bool with_unknown);
/* Above its rungs: an empty line, and who it is. */
void doctor_peer(struct page *page, const struct peer *peer);
void doctor_endpoint(struct page *page, const struct endpoint *endpoint);
/* One that is well, or that is not reached because of its host: a line. */
void doctor_peer_briefly(struct page *page, const struct peer *peer, const struct diagnosis *diagnosis);
void doctor_endpoint_briefly(
	struct page *page, const struct snapshot *snapshot, const struct endpoint *endpoint);

#endif
