#include "probes/verdicts/rule.h"

const struct rule *const rule_tables[] = { daemon_rules, peer_rules, unasked_rules, name_rules, serve_rules,
	cause_rules, reach_rules, tls_rules, work_rules, http_rules, engine_rules, mount_rules, NULL };

const struct other_fix *const other_fixes[] = { daemon_fixes, peer_fixes, relay_fixes, cause_fixes,
	mount_fixes, reach_fixes, tls_fixes, work_fixes, http_fixes, engine_fixes, NULL };
