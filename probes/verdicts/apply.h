/* Applies tables of rules to evidence. */
#ifndef TSLLM_VERDICTS_APPLY_H
#define TSLLM_VERDICTS_APPLY_H

#include "probes/verdicts/rule.h"

/* Appends what holds. tables: NULL-ended. */
void verdict_judge(const struct rule *const *tables, const struct evidence *evidence,
	struct standings *standings, struct arena *arena, struct verdict_list *verdicts);
void verdict_sort(struct verdict *verdicts, size_t count); /* worst first */

#endif
