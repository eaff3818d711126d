/* Facts about a snapshot that rules of the audit share. Private to the audit. */
#ifndef TSLLM_REPORT_AUDIT_FACTS_H
#define TSLLM_REPORT_AUDIT_FACTS_H

#include "probes/report/audit.h"

/* Machines of other users of this tailnet: those that a policy may let in. */
struct audience {
	size_t machines, users;
};

struct audience audience_of(const struct snapshot *snapshot);
const struct peer *audit_self(const struct snapshot *snapshot); /* NULL: unknown */
bool audit_is_users(const struct peer *peer); /* a machine with a user, not tagged and not shared in */
/* How bad it is that a server on that machine can be used without a key. */
enum severity audit_severity_on(const struct snapshot *snapshot, const struct peer *host);
/* Whether others than programs on its own machine reach the endpoint. */
bool audit_is_reachable(const struct snapshot *snapshot, const struct endpoint *endpoint);
/* The next endpoint, from that index on, of the engine that this one stands for; endpoint_count: none. */
size_t audit_next_url(const struct snapshot *snapshot, size_t lead, size_t from);
/* A URL of that engine by which others use it without a key, rather one of a machine of the tailnet; NULL: none. */
const struct endpoint *audit_open_url(const struct snapshot *snapshot, size_t lead);
bool audit_is_wildcard(const char *address); /* all addresses: "0.0.0.0", "::" */
bool audit_is_local(const char *address);    /* loopback only */
/* The verdict with that code; NULL: none. */
const struct verdict *audit_verdict(const struct snapshot *snapshot, struct span span, const char *code);
int audit_port_of(const char *url);                 /* 0: not told */
/* "sudo ", or "" where commands need none. */
const char *audit_sudo(const struct snapshot *snapshot, const struct peer *machine);

#endif
