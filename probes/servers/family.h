/* A server family: which server it is, which requests are safe to send to it, and what the answers mean.
 *
 * Each family is one file with a const table, listed in probes/servers/families.c. Its functions are pure: no
 * I/O, no clock, no state. Nothing is implied: a path that is not in the table is never requested. The first
 * request whose rhythm is EVERY_POLL is the primary one: it tells whether the server is up. In a family without
 * one it is the last, and between two of them the server is only connected to, or asked for its root page. */
#ifndef TSLLM_SERVERS_FAMILY_H
#define TSLLM_SERVERS_FAMILY_H

#include "probes/io/answer.h"
#include "probes/model/obs.h"
#include "probes/model/server_facts.h"

enum rhythm { EVERY_POLL, EVERY_MINUTE, AT_START };

enum sureness { NOT_IT, LIKELY, SURE };

struct request {
	const char *path; /* under the endpoint's base URL */
	enum cost cost;
	enum rhythm rhythm;
	/* Reads one answer: any outcome that was HTTP, with any status. Returns true if this family answers
	 * like that here, in whatever state it is. Fills in what the answer tells. */
	bool (*read)(const struct answer *answer, struct reading *reading);
	bool is_llama_metrics; /* `llama-metrics = off` in the configuration switches it off */
};

struct family {
	struct server_facts facts; /* what rules, ranks and hints know of it */
	/* What the answer to `GET path` says about being this family. */
	enum sureness (*recognise)(const char *path, const struct answer *answer);
	const char *confirm; /* the path to request if it is only LIKELY; NULL: none */
	bool shuns_models; /* `GET /v1/models` does harm here: never request it once this family is LIKELY */
	const struct request *requests;
	size_t request_count;
};

extern const struct family *const families[]; /* NULL-ended; in order of trust, openai-compatible last */

const struct family *family_by_name(const char *name); /* NULL: none */
size_t family_primary(const struct family *family);    /* index of its primary request */
const struct server_facts *const *family_facts(void);  /* of all of them, NULL-ended */

#endif
