/* The lines of a report: how a rung, a peer and a door look. Private to the doctor. */
#ifndef TSLLM_OUT_DOCTOR_LINES_H
#define TSLLM_OUT_DOCTOR_LINES_H

#include "probes/report/diagnose.h"
#include "tui/table/page.h"

/* Which program looked when, from where. */
void lines_head(struct page *page, const struct snapshot *snapshot);
void lines_rung(
	struct page *page, const struct snapshot *snapshot, const struct rung *rung, const char *name);
void lines_rungs(struct page *page, const struct snapshot *snapshot, const struct ladder *ladder,
	enum layer from, enum layer to);
/* What makes the path. with_unknown: also what nobody asked about. */
void lines_steps(struct page *page, const struct snapshot *snapshot, const struct ladder *ladder,
	enum step from, bool with_unknown);
/* Above its rungs: an empty line, and who it is. */
void lines_peer(struct page *page, const struct peer *peer);
void lines_door(struct page *page, const struct endpoint *endpoint);
/* One that is well, or that is not reached because of its host: a line. */
void lines_peer_briefly(struct page *page, const struct peer *peer, const struct ladder *ladder);
void lines_door_briefly(struct page *page, const struct snapshot *snapshot, const struct endpoint *endpoint);

#endif
