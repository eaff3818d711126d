/* A place: a model at a server, how soon it answers there, and what it costs to ask. Private to probes/take.
 *
 * The order of places is one table of figures, the lower the better, looked at in turn: whose it is, how soon a
 * request is answered, how many wait before, how near it is, how fast it writes. A place whose server is stale, stalled
 * or in trouble is refused, with the reason why nobody should be sent there; that its verdict is muted makes
 * it no better. */
#ifndef TSLLM_TAKE_RANK_H
#define TSLLM_TAKE_RANK_H

#include "probes/take/builder.h"

/* What the order is made of: the first that differs decides. */
enum rank_by {
	RANK_USE,       /* 0: it can be picked */
	RANK_CLASS,     /* enum offer_class */
	RANK_READINESS, /* a model that is loaded and has room, before those that make one wait for a load */
	RANK_QUEUE,     /* requests that wait */
	RANK_TROUBLE,   /* 1: it works, and something is wrong with it */
	RANK_PATH,
	RANK_WORK, /* 1: it works on something */
	RANK_DISTANCE,
	RANK_SPEED,
	RANK_URL, /* 0: by name and certificate, 1: by name, 2: by an address, which may change */
	RANK_COUNT
};

/* What the places at one endpoint have in common. */
struct site {
	size_t index;
	const struct endpoint *row;
	const struct peer *peer; /* NULL: not known */
	const struct known_endpoint *known, *queried;
	enum offer_class class_; /* of what it runs itself */
	const char *refusal;     /* "": it can be picked */
	bool is_troubled;        /* slow, failing now and then, or turning requests away */
};

struct candidate {
	struct offer offer;
	const char *model, *url;
	int engine_id;
	bool is_refused;
	double figures[RANK_COUNT]; /* NAN, what is not known, comes last */
};

struct site rank_site(const struct builder *s, size_t endpoint);
struct candidate rank_candidate(const struct builder *s, const struct site *site, size_t model);
/* By model, the best first; for qsort. */
int rank_compare(const void *a, const void *b);

#endif
