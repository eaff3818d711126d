/* Finds out which family a server is of: one request at a time, at most three, the harmless one first.
 *
 * Start with identify_init(), request the path in ask, pass the answer to identify_step(), and go on until
 * ask is NULL. Then family is set; if it is NULL, the server is not an LLM server, or does not say that it is
 * one. */
#ifndef TSLLM_SERVERS_IDENTIFY_H
#define TSLLM_SERVERS_IDENTIFY_H

#include "probes/servers/family.h"

#define RECOGNISE_MAX 3 /* requests */

struct identification {
	const char *ask; /* the path to request now; NULL: done */
	const struct family *family;
	const struct family *likely;    /* the best guess so far */
	const struct family *gateway;   /* the best guess among gateways */
	const struct family *excluded;  /* it was tried, and the server answered otherwise; NULL: none */
	const struct family *confirmed; /* the best guess whose confirming answer said at least LIKELY */
	const char *asked[RECOGNISE_MAX];
	size_t asked_count;
	bool shuns_models;
	bool stays_on_host; /* set by the caller before a step: a redirect leads to the same host and port */
	bool is_proxy;      /* a proxy or a login page answered and hides the engine */
};

void identify_init(struct identification *identification);
void identify_step(struct identification *identification, const struct answer *answer);

#endif
