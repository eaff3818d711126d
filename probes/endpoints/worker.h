/* A worker: the role that asks at one door. Private to the watch, which says when.
 *
 * It has at most one call open, gives every answer to the ledger, and tells the pool when a poll has ended or
 * when the door is none for us. */
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
	/* The poll is over; is_gone: the pool frees the worker and nobody touches it again. */
	void (*ended)(void *pool, struct worker *worker, bool is_gone);
};

struct worker {
	const struct worker_world *world;
	struct endpoint_spec spec; /* texts owned */
	struct url url;
	const struct family *family;
	struct identification identification;
	bool is_recognising, has_doubts;
	struct http_call *call;        /* NULL: it says nothing now */
	const char *path;              /* being asked */
	const struct request *request; /* NULL while recognising */
	bool is_primary, is_fresh;
	size_t step;
	int64_t asked_at[REQUESTS_MAX]; /* monotonic ms of the last answer to each request, 0: never */
	int primary_status;             /* HTTP, of the last primary answer */
	int64_t due;                    /* of the next poll, monotonic ms */
	struct when polled;             /* the end of the last */
	unsigned silences, failures, polls;
	bool is_settled; /* asked often enough to be judged */
	bool was_good;
};

struct worker *worker_new(
	const struct worker_world *world, const struct endpoint_spec *spec); /* NULL: no URL */
void worker_free(struct worker *worker);
void worker_renew(
	struct worker *worker, const struct endpoint_spec *spec); /* its peer and address may have changed */
void worker_declare(const struct worker *worker); /* tells the ledger of its door, once that is a server's */
void worker_poll(struct worker *worker);
void worker_break_off(struct worker *worker);    /* what is being asked, without a word about it */
int64_t worker_gap(const struct worker *worker); /* ms to the next poll */
/* Whatever its name is and whoever told it, an address of the tailnet leads into the tailnet: only while that
 * runs, and only by its way. */
bool worker_is_of_tailnet(const struct worker *worker);
void worker_fill_request(const struct worker *worker, const char *full, struct http_request *request);

#endif
