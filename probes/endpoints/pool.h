/* The workers: one role a door, not one thread.
 *
 * A worker says what is due at its door, asks one question at a time, retries what proves nothing, backs off
 * where nobody answers, and gives every answer to the ledger. At most 64 of them talk at once. A candidate is
 * a door that discovery wants to know about: the ledger hears of it only once a family is recognised behind
 * it. */
#ifndef TSLLM_ENDPOINTS_POOL_H
#define TSLLM_ENDPOINTS_POOL_H

#include "probes/io/http.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"
#include "probes/servers/family.h"

struct uv_loop_s;

struct endpoint_spec {
	const char *url;     /* normal form: the key */
	const char *peer_id; /* "" outside the tailnet and on loopback */
	const char *address; /* the IP to dial; "": the name has none here */
	enum found_by found_by;
	bool is_pinned, is_own;
	bool is_of_tailnet;    /* asked only while the tailnet runs, as whatever has a peer is */
	bool is_resolving;     /* its name has no address yet: nothing is asked */
	bool is_key_withheld;  /* a key is configured and would go to somebody unproven over plain HTTP */
	bool is_mount;         /* our own serve mount: it may well be no LLM server */
	bool is_backend_asked; /* the engine behind it is asked at another spec: only the primary question
				  here */
	const char *target;    /* of the mount: another one is another server; NULL: no mount of ours */
	bool is_candidate;
	const char *family; /* remembered name; "" */
	const char *key;    /* that may be sent there; "": none; copied, never shown */
};

struct pool_result {
	const struct endpoint_spec *spec;
	const struct family *family; /* NULL: no LLM server, or nobody answered */
	enum outcome outcome;        /* of the last question */
	int status;
};

struct pool_hooks {
	void *data;
	void (*changed)(void *data); /* the ledger learned something */
	/* A candidate was recognised (before its first answer reaches the ledger) or given up (and is dropped
	 * after). */
	void (*judged)(void *data, const struct pool_result *result);
	void (*silent)(void *data, const struct endpoint_spec *spec); /* a connect got no answer */
};

struct pool;

struct pool *pool_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, bool is_once, const struct pool_hooks *hooks);
void pool_free(struct pool *pool);
/* A known URL: its address and peer are renewed. What discovery finds is not watched beside a URL that leads to the
 * same server; what the user pins is. */
void pool_add(struct pool *pool, const struct endpoint_spec *spec);
void pool_drop(struct pool *pool, const char *url);
bool pool_has(const struct pool *pool, const char *url);
/* The same, or one that differs only in how its peer is named: "http://gpu1:8080" is http://gpu1.TAILNET:8080. */
bool pool_has_server(const struct pool *pool, const char *url, const char *peer_id);
/* After a status or none: whatever is being asked of the tailnet while it does not run for certain is broken
 * off. */
void pool_halt(struct pool *pool);
/* After a status: whoever was silent at a host that is heard again is asked at once. */
void pool_wake(struct pool *pool);
void pool_ask_now(struct pool *pool, const char *url);     /* NULL: all */
void pool_set_proxy(struct pool *pool, const char *proxy); /* for peers; "": none */
/* Doors that were not asked often enough yet to be judged. */
size_t pool_unfinished(const struct pool *pool);
/* Fills what is needed to ask this door again (URL of path, address, key, proxy, CA); false: no such door. */
bool pool_request(const struct pool *pool, const char *url, const char *path, char *full, size_t size,
	struct http_request *request);

#endif
