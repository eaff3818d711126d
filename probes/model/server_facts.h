/* Constant facts about a server family, for rules, ranks and hints. Each family defines its own in its file
 * in probes/servers. The ledger gets a list of them (struct ledger_terms), because rules may not use that
 * room.
 *
 * Zero and NULL are right for most servers, and for a server that was not recognised. */
#ifndef TSLLM_MODEL_SERVER_FACTS_H
#define TSLLM_MODEL_SERVER_FACTS_H

#include "probes/model/client_api.h"

#include <stdbool.h>

enum server_kind {
	SERVER_ENGINE,
	SERVER_GATEWAY,  /* forwards to engines that may be anywhere */
	SERVER_FRONT_END /* a web UI, not an engine */
};

/* Where a kind of server writes its log when it was installed as its documentation says; NULL each: nowhere usual. */
struct usual_log {
	const char *unit;     /* of systemd */
	const char *file;     /* below the home directory, on macOS and wherever it is no service */
	const char *windows;  /* what to type in PowerShell */
	const char *anywhere; /* a command of its own that shows it, on all systems */
};

/* How it streams an answer: what a canary may ask for, and what it may conclude. */
struct stream_habits {
	bool counts_tokens; /* it takes stream_options.include_usage, and counts in the last event */
	bool reports_times; /* in the Ollama API it says how long the load, the prompt and the tokens took */
	bool holds_headers; /* they come when work on the request begins, not before */
	bool cuts_answers;  /* a request cuts off the answers that others are waiting for */
};

struct server_facts {
	const char *name, *title; /* "ollama", "Ollama" */
	enum server_kind kind;
	const char *api; /* path of its OpenAI API below the base URL; NULL: "/v1", "": none */
	int ports[6];    /* default ports, zero-terminated */
	/* The first version that speaks an API, see client_api.h. NULL for chat completions: as api says; for
	 * Ollama's: never. */
	const char *speaks[API_COUNT];

	bool is_asked_rarely;        /* once a minute: what it answers may be work for others */
	bool stays_asleep;           /* a request does not wake it */
	bool unloads_idle;           /* it may unload a model that nobody asks, after a time */
	bool checks_host;            /* bound to localhost, it refuses requests for another host name */
	bool has_open_list;          /* its list needs no key, even if its API does */
	bool health_outlives_engine; /* its HTTP threads answer some paths even if the engine hangs */
	const char *empty_error;     /* what a 5xx without a body means */
	const char *figures_path;    /* the request that tells its queue and speed; NULL: none does */
	/* Status and part of the JSON error of its answer when its queue is full. */
	int full_status;
	const char *full_words;

	struct stream_habits streams;

	/* Hints. A complete fix may contain %{variables}. */
	const char *listen_option; /* makes it listen on all addresses; NULL: "--host 0.0.0.0" */
	const char *get_model_fix;
	const char *context_fix;    /* gives its models a longer context */
	const char *figures_fix;    /* if it says that its figures are switched off */
	const char *trust_host_fix; /* for a server that checks the Host header */
	struct usual_log log;
	const char *relays_by; /* what lets it list models of another machine as its own, without saying so */
	const char *no_guard;  /* a setting that looks like one that asks for a key, and does not */
	/* For --audit. management: what its API does besides asking models, for anyone whom it asks for no key;
	 * NULL: nothing known. companions: what it opens on ports beside its own, ended by port 0. */
	const char *management;
	struct companion_port {
		int port;
		const char *title;
	} companions[3];
};

extern const struct server_facts server_facts_unknown;

/* Searches a list that ends with NULL, or is NULL; server_facts_unknown if the name is not in it. */
const struct server_facts *server_facts_named(const struct server_facts *const *list, const char *name);
/* The only one of them with that default port; server_facts_unknown if none or several have it. */
const struct server_facts *server_facts_of_port(const struct server_facts *const *list, int port);
/* Whether a server on that port is probably one of them. False for the usual ports of web servers. */
bool server_facts_is_llm_port(const struct server_facts *const *list, int port);
/* Whether `tailscale serve` and Funnel offer HTTPS on that port. */
bool server_facts_is_serve_port(int port);
const char *server_facts_api(const struct server_facts *facts);
/* Whether a server of that version speaks an API; of a server that was not recognised, nothing is known. */
struct spoken server_facts_spoken(const struct server_facts *facts, enum client_api api, const char *version);

#endif
