/* Requests about a subject that are made once, or once in a while: those in flight, and those that need not be made again yet. */
#ifndef TSLLM_ENDPOINTS_QUESTIONS_H
#define TSLLM_ENDPOINTS_QUESTIONS_H

#include "probes/io/http.h"
#include "probes/ledger/ledger.h"

/* Two are the same if all of it is equal. */
struct subject {
	int kind; /* the asker's own */
	const char *url, *peer_id, *title;
};

struct asker {
	struct http *http;
	struct ledger *ledger;
	void (*read)(struct ledger *ledger, const struct subject *about, const struct answer *answer);
	void (*changed)(void *data); /* after that */
	void *data;
	size_t open_max, asked_max;
	int64_t again_ms; /* when it may be asked again; 0: never */
};

struct questions;
struct questions *questions_new(const struct asker *asker);
void questions_free(struct questions *questions); /* NULL: nothing */
bool questions_may_ask(struct questions *questions, const struct subject *about, struct when now);
/* After questions_may_ask(). */
void questions_ask(struct questions *questions, const struct subject *about,
	const struct http_request *request, struct when now);
size_t questions_open(const struct questions *questions); /* requests in flight */

#endif
