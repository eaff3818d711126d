#include "probes/verdicts/codes.h"

#include "probes/base/mem.h"
#include "probes/verdicts/rule.h"

#include <string.h>

bool codes_find(const char *code, enum layer *layer, enum severity *severity)
{
	static const struct rule *const tables[] = { daemon_rules, peer_rules, unasked_rules, name_rules,
		serve_rules, cause_rules, reach_rules, tls_rules, work_rules, http_rules, engine_rules,
		mount_rules };
	bool is_found = false;

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct rule *rule = tables[i]; rule->code; rule++) {
			if (strcmp(rule->code, code) != 0 || (is_found && rule->severity <= *severity))
				continue;
			*layer = rule->layer;
			*severity = rule->severity;
			is_found = true;
		}
	return is_found;
}
