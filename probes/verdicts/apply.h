/* Applies tables of rules to evidence. */
#ifndef TSLLM_VERDICTS_APPLY_H
#define TSLLM_VERDICTS_APPLY_H

#include "probes/verdicts/rule.h"

/* Appends the verdicts of rules that hold. tables: NULL-terminated. */
void apply_rules(const struct rule *const *tables, const struct evidence *evidence,
	struct open_verdicts *open_verdicts, struct arena *arena, struct verdict_list *verdicts);
void apply_sort(struct verdict *verdicts, size_t count); /* worst first */

#endif
