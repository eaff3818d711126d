/* A rule: one row that says when something is wrong, how bad it is, what to say and how to fix it. */
#ifndef TSLLM_VERDICTS_RULE_H
#define TSLLM_VERDICTS_RULE_H

#include "probes/ledger/state.h"
#include "probes/model/verdict_codes.h"

/* What a rule sees. peer, endpoint and mount are NULL where the row has none. */
struct evidence {
	const struct ledger *ledger;
	const struct known_peer *peer;
	const struct known_endpoint *endpoint;
	const struct obs_mount *mount;
	const struct known_endpoint *backend; /* of the mount */
	const struct known_endpoint *queried; /* mounts_queried() of endpoint */
	struct when now;
};

/* What a rule found: pre-set from its row, raised or told in more detail by the evidence. */
struct finding {
	enum severity severity;
	enum state state;
	char detail[400]; /* %{detail} */
	char fix[400];    /* replaces the row's fix when not empty */
};

struct rule {
	const char *code; /* CODE_… */
	enum layer layer;
	enum severity severity;
	enum state state;
	bool (*holds)(const struct evidence *evidence, struct finding *finding);
	const char *text; /* with %{variables} */
	const char *fix;
	bool explains; /* rules of higher layers are silent once it holds */
};

/* Each table ends with a row without a code. An endpoint is judged by three of them, from the bottom up. */
extern const struct rule daemon_rules[], peer_rules[], unasked_rules[], reach_rules[], work_rules[],
	http_rules[], engine_rules[], mount_rules[];

/* What the tables of rules share. */
/* Fills the detail with what it speaks instead. */
bool http_backend_speaks_no_tls(const struct known_endpoint *backend, struct finding *finding);
/* Adds for how long requests wait, and the time to the first token, where they are known. */
void work_say_wait(const struct evidence *evidence, char *text, size_t size);

#endif
