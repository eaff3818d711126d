/* The table of what the audit looks for. To add a finding: a row, and its paragraph in man/tsllm-top.1. */
#ifndef TSLLM_REPORT_AUDIT_RULES_H
#define TSLLM_REPORT_AUDIT_RULES_H

#include "probes/report/audit.h"

/* Whether it is so, and how bad it is: severity is info until it is set. */
typedef bool audit_holds_fn(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
/* Fills text and, where there is one, the command. */
typedef void audit_say_fn(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);

struct audit_rule {
	const char *code;
	enum audit_scope scope;
	audit_holds_fn *holds;
	audit_say_fn *say;
	const char *practice;
	bool has_policy; /* a rule of the tailnet policy would narrow it */
};

extern const struct audit_rule audit_rules[]; /* ends with code NULL */

#endif
