/* Rules for the tailnet policy that let in those who need it, in the forms that people use: by user, by group
 * and by tag, as "grants" and as the older "acls". */
#ifndef TSLLM_REPORT_AUDIT_POLICY_H
#define TSLLM_REPORT_AUDIT_POLICY_H

#include "probes/base/json_out.h"
#include "probes/report/audit.h"

enum audit_by { AUDIT_BY_USER, AUDIT_BY_GROUP, AUDIT_BY_TAG, AUDIT_BY_COUNT };

/* Whom to let in to what. */
struct audit_policy {
	const char *sources[AUDIT_BY_COUNT]; /* "ada@example.com", "group:llm-users", "tag:llm-client" */
	const char *host;                    /* the machine's name, for people */
	const char *destination;             /* its tag, else its address */
	int ports[AUDIT_PORTS_MAX];
	size_t port_count;
};

/* False: no rule of this tailnet's policy helps. */
bool audit_policy_of(
	const struct snapshot *snapshot, const struct audit_finding *finding, struct audit_policy *policy);
bool audit_policy_is_same(const struct audit_policy *a, const struct audit_policy *b);
const char *audit_by_name(enum audit_by by); /* "user" */
/* What must be defined elsewhere in the policy for the sources: "groups" and "tagOwners", two members. */
void audit_policy_write_needs(struct json_out *out, const struct audit_policy *policy);
/* One rule, as an object. The older form has no rule for an IPv6 address: then it writes nothing. */
void audit_policy_write_grant(struct json_out *out, const struct audit_policy *policy, enum audit_by by);
bool audit_policy_has_acl(const struct audit_policy *policy);
void audit_policy_write_acl(struct json_out *out, const struct audit_policy *policy, enum audit_by by);

#endif
