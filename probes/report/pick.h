/* Which model does a name mean, and where should it be asked?
 *
 * A pure look into a snapshot. Names are taken as people type them: the whole id; an Ollama model without its
 * ":latest"; the last part of a path without ".gguf"; a part of the id. Among the servers that are trusted most
 * (enum offer_class), the first way in which any model fits is the one that counts, and a name that fits several
 * models there picks none; a part of an id counts only where nobody has the name. */
#ifndef TSLLM_REPORT_PICK_H
#define TSLLM_REPORT_PICK_H

#include "probes/model/snapshot.h"

enum pick_result {
	PICK_FOUND,     /* the first of the offers is the one */
	PICK_NOWHERE,   /* the model is known, and no place that has it can be used */
	PICK_AMBIGUOUS, /* offers are those of all models that fit */
	PICK_UNKNOWN    /* no model fits */
};

struct pick {
	enum pick_result result;
	struct span
		offers; /* of snapshot->offers: one model's, or, if ambiguous, from its first to its last */
	size_t way;     /* in which the name fits: 0 is the model's id itself */
};

struct pick pick_model(const struct snapshot *snapshot, const char *name);
/* Whether the model of that offer is one of those that were found by this name. */
bool pick_fits(const struct snapshot *snapshot, const struct pick *pick, size_t offer, const char *name);

#endif
