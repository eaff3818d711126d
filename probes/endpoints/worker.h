/* A worker makes the requests to one endpoint. Private to the pool, which decides when.
 *
 * It has at most one request in flight, gives every answer to the ledger, and tells the pool when a poll has
 * ended or when the endpoint turned out not to be a server. */
#ifndef TSLLM_ENDPOINTS_WORKER_H
#define TSLLM_ENDPOINTS_WORKER_H

#include "probes/base/url.h"
#include "probes/endpoints/pool.h"
#include "probes/servers/identify.h"

#define REQUESTS_MAX 12

struct worker;

/* What all workers share. */
struct worker_world {
	struct http *http;
	const struct settings *settings;
	struct ledger *ledger;
	bool is_once;
	struct pool_hooks hooks;
	char *proxy; /* for peers; "": none */
	void *pool;
	/* The poll is over. is_gone: the pool frees the worker, which must not be used afterwards. */
	void (*ended)(void *pool, struct worker *worker, bool is_gone);
};

struct worker {
	const struct worker_world *world;
	struct endpoint_spec spec; /* owns its strings */
	struct url url;
	const struct family *family;
	struct identification identification;
	bool is_recognising, has_doubts;
	/* Of the family: the index of its primary request; a bit for each that the server does not have; whether
	 * a primary answer was as expected, so that the guess was right. */
	size_t primary;
	unsigned absent;
	bool is_proven;
	bool has_root;       /* its root answered 200 with a body */
	bool has_list;       /* its list of models came while it was recognised */
	bool is_silent;      /* to the last check between two lists */
	int64_t listed_at;   /* monotonic ms: a server of no known family was asked for its list; 0: never */
	const char *slashed; /* the path that it wants with a slash at its end; NULL: none */
	struct http_call *call;        /* NULL: no request in flight */
	const char *path;              /* of the request in flight */
	char sent[128];                /* the same as it was sent */
	const struct request *request; /* NULL while identifying */
	bool is_primary, is_fresh;
	size_t step;
	int64_t asked_at[REQUESTS_MAX]; /* monotonic ms of the last answer to each request, 0: never */
	struct {
		int64_t until; /* monotonic ms; not asked before */
		unsigned times;
	} too_big[REQUESTS_MAX]; /* answers over the cap, in a row */
	int primary_status;      /* HTTP, of the last primary answer */
	int64_t due;             /* next poll, monotonic ms */
	int64_t ask_by;          /* the poll after this one is due then at the latest; past: no matter */
	struct when polled;      /* end of the last poll */
	unsigned silences, failures, polls;
	bool has_page;    /* its root is a web page, as far as it was asked */
	/* Set by the pool before each poll: it polls spec.backend; when the engine was last asked for its list through
	 * another URL (monotonic ms, 0: never), and whether one of those was asked longer ago. */
	bool has_backend;
	int64_t other_listed_at;
	bool is_others_turn;
	bool is_decided;  /* polled often enough to be judged */
	bool was_good;
};

struct worker *worker_new(
	const struct worker_world *world, const struct endpoint_spec *spec); /* NULL: not a URL */
void worker_free(struct worker *worker);
void worker_renew(
	struct worker *worker, const struct endpoint_spec *spec); /* its peer and address may have changed */
/* Announces the endpoint to the ledger, unless it is a candidate. */
void worker_declare(const struct worker *worker);
void worker_poll(struct worker *worker);
/* It must not be asked now: aborts the request in flight without reporting it. */
void worker_break_off(struct worker *worker);
int64_t worker_gap(const struct worker *worker); /* ms to the next poll */
/* Security: a tailnet address belongs to the tailnet, whatever its name and wherever it came from: dial it
 * only while the tailnet runs, and only through the tailnet. */
bool worker_is_of_tailnet(const struct worker *worker);
void worker_hurry(struct worker *worker); /* the user wants an answer now */
void worker_fill_request(const struct worker *worker, const char *full, struct http_request *request);

/* ---- decisions (worker_plan.c) ---- */

void worker_set_family(struct worker *worker, const struct family *family);
/* Whether that request of its family is to be made in this poll. */
bool worker_is_due(const struct worker *worker, size_t index, bool is_primary, int64_t now);
/* After the answer to a request of its family: it decides when that is made next. */
void worker_note_asked(struct worker *worker, const struct answer *answer, int64_t now);
/* Whether this poll is only a check that it is there: see family.h. */
bool worker_only_connects(const struct worker *worker, int64_t now);
/* Whether a request that failed is made once more at once, on a new connection. */
bool worker_may_repeat(const struct worker *worker, const struct answer *answer, int64_t now);
/* Whether a list may be asked for again before the minute is over. */
bool worker_did_no_work(const struct worker *worker, const struct answer *answer);
/* Our own mount of something else, such as a wiki, unless the user has pinned it; or a URL where an earlier run
 * found a server and now something else answers. It is left alone, unless a server has answered there during
 * this run. A mount whose backend is polled is given up with it. */
bool worker_is_other(const struct worker *worker, const struct answer *answer);
/* Whether a path that was taken for another is missing, too: some readers expect that of their own path. */
bool worker_misses_too(const struct worker *worker, const struct answer *answer);
/* Whether an unexpected primary answer shows that it is of another family, or an older version. */
bool worker_guessed_wrong(const struct worker *worker, const struct answer *answer);
/* Older versions lack some paths: takes the next of its family as the primary one. false: none is left, or the
 * path exists. */
bool worker_next_primary(struct worker *worker, const struct answer *answer);
bool worker_is_slashed(const struct worker *worker, const char *path);
bool worker_lacks_slash(const struct worker *worker, const struct answer *answer);

#endif
