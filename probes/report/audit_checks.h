/* What each row of the table of the audit checks and says. Private to the audit. */
#ifndef TSLLM_REPORT_AUDIT_CHECKS_H
#define TSLLM_REPORT_AUDIT_CHECKS_H

#include "probes/report/audit.h"

/* About servers: audit_servers.c */
bool audit_funnel_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_funnel_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_onboarding_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_onboarding_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_open_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_open_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_management_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_management_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_false_key_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_false_key_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_two_ports_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_two_ports_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);

/* About machines: audit_machines.c */
bool audit_companion_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_companion_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_web_client_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_web_client_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_bound_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_bound_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_userspace_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_userspace_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_expiry_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_expiry_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_names_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_names_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);
bool audit_identity_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity);
void audit_identity_say(const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words);

#endif
