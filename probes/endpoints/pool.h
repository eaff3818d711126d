/* The workers: one for each endpoint; they are not threads.
 *
 * A worker decides which requests are due at its endpoint, makes one at a time, repeats those that prove
 * nothing, backs off if nothing answers, and gives every answer to the ledger. At most 64 have a request in
 * flight. A candidate is a URL under test by discovery: it reaches the ledger only after a server family is
 * recognised there. */
#ifndef TSLLM_ENDPOINTS_POOL_H
#define TSLLM_ENDPOINTS_POOL_H

#include "probes/io/http.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"
#include "probes/servers/family.h"

struct uv_loop_s;

struct endpoint_spec {
	const char *url;     /* normalised; the key of the pool */
	const char *peer_id; /* "" outside the tailnet and on loopback */
	const char *address; /* the IP to dial; "": none known for the name */
	enum found_by found_by;
	bool is_pinned, is_own;
	bool is_of_tailnet;   /* polled only while the tailnet runs, like everything with a peer */
	bool is_resolving;    /* its name has no address yet: no request is made */
	bool is_key_withheld; /* a key is configured, but plain HTTP would send it to an unproven host */
	bool is_mount;        /* our own serve mount: may well not be an LLM server */
	/* URL of the endpoint through which the engine behind a mount is polled: only the primary request is
	 * made here, and the first one after the backend's first poll. NULL or "": none. */
	const char *backend;
	bool is_unverified; /* the backend of an https+insecure mount: tailscaled takes any certificate */
	bool is_api_only;   /* nothing of the server but /v1 is mounted there */
	const char *target; /* of the mount: a new target means another server; NULL: not our mount */
	bool is_candidate;
	const char *family; /* name from the state file; "" */
	int64_t stopped_at; /* from the state file, wall ms; 0 */
	const char *key;    /* may be sent there; "": none; copied, never shown */
};

struct pool_result {
	const struct endpoint_spec *spec;
	const struct family *family; /* NULL: no LLM server, or no answer */
	enum outcome outcome;        /* of the last request */
	int status;
};

struct pool_hooks {
	void *data;
	void (*changed)(void *data); /* the ledger has new data */
	/* A candidate was recognised (called before its first answer reaches the ledger) or given up (it is
	 * dropped afterwards). */
	void (*judged)(void *data, const struct pool_result *result);
	/* A connect to this endpoint timed out (already in the ledger), or it is asked again after that. Not
	 * called for candidates. */
	void (*silent)(void *data, const struct endpoint_spec *spec);
};

struct pool;

struct pool *pool_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, bool is_once, const struct pool_hooks *hooks);
void pool_free(struct pool *pool);
/* A known URL gets the new address and peer. An endpoint found by discovery is not added beside another URL
 * of the same server; a pinned one is. */
void pool_add(struct pool *pool, const struct endpoint_spec *spec);
void pool_drop(struct pool *pool, const char *url);
bool pool_has(const struct pool *pool, const char *url);
bool pool_is_pinned(const struct pool *pool, const char *url); /* the user pinned that URL */
/* From 0 on, until NULL; dropping one puts the last one in its place. */
const struct endpoint_spec *pool_at(const struct pool *pool, size_t i);
/* Also true for a URL that differs only in how its peer is named: http://gpu1:8080 is
 * http://gpu1.TAILNET:8080. */
bool pool_has_server(const struct pool *pool, const char *url, const char *peer_id);
/* After a status, or the failure to get one: aborts requests to the tailnet unless it certainly runs. */
void pool_halt(struct pool *pool);
/* After a status: polls immediately those endpoints that were silent and whose host is heard again. */
void pool_wake(struct pool *pool);
void pool_ask_now(struct pool *pool, const char *url);            /* NULL: all of them */
void pool_ask_in(struct pool *pool, const char *url, int64_t ms); /* no later than in ms */
/* Whether a known endpoint of that peer was not asked often enough to be judged. Discovery waits for it. */
bool pool_is_undecided(const struct pool *pool, const char *peer_id);
void pool_set_proxy(struct pool *pool, const char *proxy); /* for peers; "": none */
const char *pool_proxy(const struct pool *pool);
/* Endpoints that have not been polled often enough to be judged. */
size_t pool_unfinished(const struct pool *pool);
/* Fills a request for this endpoint (URL with path, address, key, proxy, CA). Returns false if there is none,
 * or if it must not be asked now. */
bool pool_request(const struct pool *pool, const char *url, const char *path, char *full, size_t size,
	struct http_request *request);

#endif
