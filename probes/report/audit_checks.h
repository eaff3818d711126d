/* What each row of the table of the audit checks and says. Private to the audit. */
#ifndef TSLLM_REPORT_AUDIT_CHECKS_H
#define TSLLM_REPORT_AUDIT_CHECKS_H

#include "probes/report/audit_rules.h"

/* About servers: audit_servers.c */
audit_holds_fn audit_funnel_holds;
audit_say_fn audit_funnel_say;
audit_holds_fn audit_onboarding_holds;
audit_say_fn audit_onboarding_say;
audit_holds_fn audit_open_holds;
audit_say_fn audit_open_say;
audit_holds_fn audit_management_holds;
audit_say_fn audit_management_say;
audit_holds_fn audit_false_key_holds;
audit_say_fn audit_false_key_say;
audit_holds_fn audit_two_ports_holds;
audit_say_fn audit_two_ports_say;

/* About machines: audit_machines.c */
audit_holds_fn audit_companion_holds;
audit_say_fn audit_companion_say;
audit_holds_fn audit_web_client_holds;
audit_say_fn audit_web_client_say;
audit_holds_fn audit_bound_holds;
audit_say_fn audit_bound_say;
audit_holds_fn audit_forwarded_holds;
audit_say_fn audit_forwarded_say;
audit_holds_fn audit_userspace_holds;
audit_say_fn audit_userspace_say;
audit_holds_fn audit_expiry_holds;
audit_say_fn audit_expiry_say;
audit_holds_fn audit_names_holds;
audit_say_fn audit_names_say;
audit_holds_fn audit_identity_holds;
audit_say_fn audit_identity_say;

#endif
