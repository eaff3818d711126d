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
	struct http_call *call;        /* NULL: no request in flight */
	const char *path;              /* of the request in flight */
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
	bool has_backend; /* the pool polls spec.backend; set before each poll */
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
void worker_break_off(struct worker *worker);    /* aborts the request in flight without reporting it */
int64_t worker_gap(const struct worker *worker); /* ms to the next poll */
/* Security: a tailnet address belongs to the tailnet, whatever its name and wherever it came from: dial it
 * only while the tailnet runs, and only through the tailnet. */
bool worker_is_of_tailnet(const struct worker *worker);
void worker_fill_request(const struct worker *worker, const char *full, struct http_request *request);

#endif
