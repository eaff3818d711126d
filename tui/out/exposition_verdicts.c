/* Metrics of verdicts: those that a row has and those that it had. */
#include "probes/verdicts/codes.h"
#include "tui/out/exposition_tables.h"

#include <string.h>

static const struct had_verdict *had_of(const struct exposition *exposition, size_t row)
{
	size_t count;

	return &exposition_memory_verdicts(exposition->memory, &count)[row];
}

static void put_value(
	struct exposition *exposition, const struct metric *metric, const struct had_verdict *had, int value)
{
	exposition_put(exposition, metric, value, "code", had->code, "peer", had->peer, "endpoint",
		had->endpoint, NULL);
}

static void put_verdict(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct had_verdict *had = had_of(exposition, row);

	put_value(exposition, metric, had, had->level > 0);
}

static void put_severity(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct had_verdict *had = had_of(exposition, row);

	put_value(exposition, metric, had, had->level);
}

/* Once a code, as the rules have it: one verdict may be more severe than another of the same code. */
static void put_info(struct exposition *exposition, const struct metric *metric, size_t row)
{
	size_t count;
	const struct had_verdict *had = exposition_memory_verdicts(exposition->memory, &count);
	bool is_first = !row || strcmp(had[row - 1].code, had[row].code) != 0;
	enum severity severity;
	enum layer layer;

	if (is_first && codes_find(had[row].code, &layer, &severity))
		exposition_put(exposition, metric, 1, "code", had[row].code, "layer", layer_name(layer),
			"severity", severity_name(severity), NULL);
}

/* clang-format off */
const struct metric exposition_verdicts[] = {
	{ "tsllm_verdict", METRIC_GAUGE, PER_VERDICT, put_verdict,
		"Whether the verdict holds; 0 after it ended, or if it is ignored.", NULL, { { 0 } } },
	{ "tsllm_verdict_severity", METRIC_GAUGE, PER_VERDICT, put_severity,
		"How bad the verdict is: 3 down, 2 degraded, 1 info; 0 after it ended, or if it is ignored.", NULL, { { 0 } } },
	{ "tsllm_verdict_info", METRIC_GAUGE, PER_VERDICT, put_info,
		"The layer and the usual severity of a code of a verdict.", NULL, { { 0 } } },
	{ .name = NULL },
};
/* clang-format on */
