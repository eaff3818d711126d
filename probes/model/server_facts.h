/* What is fixed of a server family, as rules, ranks and hints need it. Each family has one, const, in its own file of
 * probes/servers; the ledger is given the list of them (struct ledger_terms), because rules may not use that room.
 *
 * Zero and NULL are what holds of most servers, and of a server that nobody recognised. */
#ifndef TSLLM_MODEL_SERVER_FACTS_H
#define TSLLM_MODEL_SERVER_FACTS_H

#include <stdbool.h>

enum server_kind {
	SERVER_ENGINE,
	SERVER_GATEWAY,  /* hands on to engines that may be anywhere */
	SERVER_FRONT_END /* a web UI, not an engine */
};

struct server_facts {
	const char *name, *title; /* "ollama", "Ollama" */
	enum server_kind kind;
	const char *api; /* where its OpenAI API is, under the base URL; NULL: "/v1", "": nowhere */
	int ports[6];    /* where it listens by default, 0-ended */

	bool stays_asleep;           /* a request does not wake it */
	bool checks_host;            /* bound to localhost, it refuses requests that name another host */
	bool health_outlives_engine; /* its HTTP threads answer some paths while a hung engine leaves others open */
	const char *empty_error; /* what a 5xx without a body says of it */
	/* The status and a part of the JSON error with which it turns requests away when its queue is full. */
	int full_status;
	const char *full_words;

	/* Hints. A whole fix may hold %{variables}. */
	const char *listen_option; /* makes it listen on all addresses; NULL: "--host 0.0.0.0" */
	const char *get_model_fix;
	const char *trust_host_fix; /* where it checks the host that a request names */
};

extern const struct server_facts server_facts_unknown;

/* In a list that ends with NULL, or is NULL itself. What is not in it is unknown. */
const struct server_facts *server_facts_named(const struct server_facts *const *list, const char *name);
/* The only one of them that listens on that port by default. */
const struct server_facts *server_facts_of_port(const struct server_facts *const *list, int port);
/* Whether a server on that port is likely one of them: not where any web server may be. */
bool server_facts_is_llm_port(const struct server_facts *const *list, int port);
/* Whether `tailscale serve` and Funnel offer HTTPS on that port. */
bool server_facts_is_serve_port(int port);
const char *server_facts_api(const struct server_facts *facts);

#endif
