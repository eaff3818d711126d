/* Finds the model that a name means, and where to send requests for it.
 *
 * A pure function of a snapshot. Names are matched as people type them: the whole id; an Ollama model without
 * its ":latest"; the last part of a path without ".gguf"; a part of the id; an id that ends in "*", by which
 * LiteLLM says that it passes on any name that begins so. Servers are tried by trust (enum
 * offer_class), the most trusted first; among those of one class the strictest way that matches any model
 * decides, and if it matches several, none is picked. A part of an id and a "*" count only if no model matches in a
 * stricter way. */
#ifndef TSLLM_REPORT_PICK_H
#define TSLLM_REPORT_PICK_H

#include "probes/model/snapshot.h"

enum pick_result {
	PICK_FOUND,     /* the first of the offers is the best */
	PICK_NOWHERE,   /* the model is known, but no server that has it can be used */
	PICK_AMBIGUOUS, /* several models match: the offers are those of all of them */
	PICK_UNKNOWN    /* no model matches */
};

struct pick {
	enum pick_result result;
	struct span offers; /* of snapshot->offers: of one model; if ambiguous, from the first to the last */
	size_t way;         /* the way in which the name matched: 0 is the model's whole id */
};

struct pick pick_model(const struct snapshot *snapshot, const char *name);
/* Whether the model of that offer is one of those that this name matched. */
bool pick_fits(const struct snapshot *snapshot, const struct pick *pick, size_t offer, const char *name);

/* Whether clients on this machine can use the base URL of an endpoint. */
enum pick_url {
	PICK_URL_FINE,
	PICK_URL_BY_ADDRESS, /* its name does not resolve here: the URL has the address instead */
	PICK_URL_UNRESOLVED  /* the same, and its certificate is for the name */
};

/* Fills url with what a client on this machine should use. */
enum pick_url pick_url_of(
	const struct snapshot *snapshot, const struct endpoint *endpoint, char *url, size_t size);

#endif
