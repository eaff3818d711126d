/* A rule: one row that says when something is wrong, how bad it is, what to say and how to fix it. */
#ifndef TSLLM_VERDICTS_RULE_H
#define TSLLM_VERDICTS_RULE_H

#include "probes/base/text.h"
#include "probes/ledger/state.h"
#include "probes/model/verdict_codes.h"

/* What a rule can look at. peer, endpoint and mount are NULL if the row has none. */
struct evidence {
	const struct ledger *ledger;
	const struct known_peer *peer;
	const struct known_endpoint *endpoint;
	const struct obs_mount *mount;
	const struct known_endpoint *backend; /* of the mount */
	const struct known_endpoint *queried; /* mounts_queried() of endpoint */
	struct when now;
};

/* What a rule found: preset from its row; the predicate may change it and add detail. */
struct finding {
	enum severity severity;
	enum state state;
	char detail[400];     /* %{detail} */
	char value[400];      /* %{value}, for the fix */
	char helper[64];      /* %{helper}: the machine that does it, for its hint */
	const char *fix;      /* instead of the row's; NULL: that */
	bool is_inferred;     /* of struct verdict; preset: false */
	char cause[TEXT_CAP]; /* of struct verdict */
};

struct rule {
	const char *code; /* CODE_… */
	enum layer layer;
	enum severity severity;
	enum state state;
	bool (*holds)(const struct evidence *evidence, struct finding *finding);
	const char *text; /* with %{variables} */
	const char *fix;
	bool explains; /* once it holds, later rules are skipped, but for the exposure layer */
};

/* A fix that a predicate chooses instead of its row's. */
struct other_fix {
	const char *code, *text;
};

/* Each table ends with a row without a code. An endpoint is judged by name, serve (if it is a mount
 * of our own), cause, reach, tls, work, http and engine rules, in that order. */
extern const struct rule daemon_rules[], peer_rules[], unasked_rules[], name_rules[], serve_rules[],
	cause_rules[], reach_rules[], tls_rules[], work_rules[], http_rules[], engine_rules[], mount_rules[];
extern const struct other_fix daemon_fixes[], peer_fixes[], relay_fixes[], cause_fixes[], mount_fixes[],
	reach_fixes[], tls_fixes[], work_fixes[], http_fixes[], engine_fixes[];

/* All of them, up to NULL. */
extern const struct rule *const rule_tables[];
extern const struct other_fix *const other_fixes[];

/* What the tables of rules share. */

/* Nothing that needs its owner. */
static inline void only_note(struct finding *finding)
{
	finding->severity = SEVERITY_INFO;
	finding->state = STATE_OK;
}

/* Adds how long requests have waited, and the time to the first token, if known. */
void work_say_wait(const struct evidence *evidence, char *text, size_t size);

#endif
