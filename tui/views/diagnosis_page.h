/* A diagnosis on a page, as in --doctor and Detail: its layers, the steps of the path, peers and
 * endpoints. */
#ifndef TSLLM_VIEWS_DIAGNOSIS_PAGE_H
#define TSLLM_VIEWS_DIAGNOSIS_PAGE_H

#include "probes/report/diagnose.h"
#include "tui/table/page.h"

void diagnosis_page_layer(struct page *page, const struct snapshot *snapshot,
	const struct layer_report *layer_report, const char *name);
void diagnosis_page_layers(struct page *page, const struct snapshot *snapshot,
	const struct diagnosis *diagnosis, enum layer from, enum layer to);
/* The steps of the path. with_unknown: also those that were not run. */
void diagnosis_page_steps(struct page *page, const struct snapshot *snapshot,
	const struct diagnosis *diagnosis, enum step from, bool with_unknown);
/* The heading above its layers: an empty line and the peer's names. */
void diagnosis_page_peer(struct page *page, const struct peer *peer);
void diagnosis_page_endpoint(struct page *page, const struct endpoint *endpoint);
/* One line for a peer that is well, or that cannot be reached because of its host. */
void diagnosis_page_peer_briefly(
	struct page *page, const struct peer *peer, const struct diagnosis *diagnosis);
void diagnosis_page_endpoint_briefly(
	struct page *page, const struct snapshot *snapshot, const struct endpoint *endpoint);
/* Adds "Broken at the http layer, blamed: TEXT → FIX", or that nothing is broken. blamed: "" if it is
 * obvious. */
void diagnosis_page_sum(
	char *to, size_t size, const struct verdict *blame, const char *blamed, enum status status);

#endif
