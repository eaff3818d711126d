/* A candidate: a model at an endpoint, how soon it answers there, and what it costs to ask. Private to
 * probes/take.
 *
 * Candidates are ordered by a table of figures, compared in turn, the lower the better: who owns the
 * server, how soon a request is answered, how many wait, how near it is, how fast it generates. If the
 * server is stale, stalled or failing, the candidate is refused, with the reason. Muting a verdict does
 * not change that. */
#ifndef TSLLM_TAKE_RANK_H
#define TSLLM_TAKE_RANK_H

#include "probes/take/builder.h"

/* The figures that make the order: the first that differs decides. */
enum rank_by {
	RANK_USE,       /* 0: it can be picked */
	RANK_CLASS,     /* enum offer_class */
	RANK_READINESS, /* loaded models with a free slot, before those that make a request wait for a load */
	RANK_QUEUE,     /* waiting requests */
	RANK_TROUBLE,   /* 1: it works, but something is wrong with it */
	RANK_PATH,
	RANK_WORK, /* 1: it is busy */
	RANK_DISTANCE,
	RANK_SPEED,
	RANK_URL, /* enum url_rank */
	RANK_COUNT
};

/* By name and certificate before an address, which may change; on this machine nothing is nearer than loopback. */
enum url_rank { URL_LOOPBACK, URL_HTTPS, URL_HTTP, URL_BY_ADDRESS, URL_UNRESOLVED };

/* What the candidates at one endpoint have in common. */
struct site {
	size_t index;
	const struct endpoint *row;
	const struct peer *peer; /* NULL: not known */
	const struct known_endpoint *known, *queried;
	enum offer_class class_; /* of what it runs itself */
	const char *refusal;     /* "": it can be picked */
	bool is_troubled;        /* slow, failing now and then, or rejecting requests */
};

struct candidate {
	struct offer offer;
	const char *model, *url;
	int engine_id;
	bool is_refused;
	double figures[RANK_COUNT]; /* NAN: unknown, ranks last */
};

struct site rank_site(const struct builder *s, size_t endpoint);
struct candidate rank_candidate(const struct builder *s, const struct site *site, size_t model);
/* For qsort(): by model, the best first. */
int rank_compare(const void *a, const void *b);

#endif
