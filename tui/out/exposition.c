/* Runs over the tables of metrics, row by row, so that it can stop after any row. */
#include "tui/out/exposition.h"

#include "probes/base/mem.h"
#include "tui/out/exposition_tables.h"
#include "tui/out/outputs.h"

#include <stdlib.h>

static const struct metric *const tables[] = { exposition_tailnet, exposition_endpoints, exposition_clients,
	exposition_verdicts };

struct exposition *exposition_new(
	FILE *file, const struct snapshot *snapshot, struct exposition_memory *memory)
{
	struct exposition *exposition = mem_alloc(sizeof(*exposition));

	exposition->file = file;
	exposition->snapshot = snapshot;
	exposition->labels = labels_new(snapshot);
	exposition->own_memory = memory ? NULL : exposition_memory_new();
	exposition->memory = memory ? memory : exposition->own_memory;
	exposition_memory_see(exposition->memory, snapshot, exposition->labels);
	return exposition;
}

void exposition_free(struct exposition *exposition)
{
	if (!exposition)
		return;
	labels_free(exposition->labels);
	exposition_memory_free(exposition->own_memory);
	free(exposition);
}

static size_t rows_of(const struct exposition *exposition, enum metric_subject subject)
{
	const struct snapshot *snapshot = exposition->snapshot;
	size_t verdicts;

	exposition_memory_verdicts(exposition->memory, &verdicts);
	switch (subject) {
	case PER_PEER:
		return snapshot->peer_count;
	case PER_ENDPOINT:
	case PER_ENGINE:
		return snapshot->endpoint_count;
	case PER_FLOW:
		return snapshot->flow_count;
	case PER_VERDICT:
		return verdicts;
	case PER_SNAPSHOT:
		break;
	}
	return 1;
}

/* This node is no peer of itself; an engine is counted where its best endpoint is. */
static bool is_counted(const struct exposition *exposition, enum metric_subject subject, size_t row)
{
	const struct snapshot *snapshot = exposition->snapshot;

	return subject == PER_PEER     ? !snapshot->peers[row].is_self
	       : subject == PER_ENGINE ? snapshot->endpoints[row].lead == row
				       : true;
}

/* Goes on to the next metric that has rows left; NULL: none has. */
static const struct metric *next_metric(struct exposition *exposition)
{
	while (exposition->table < ARRAY_LEN(tables)) {
		const struct metric *metric = &tables[exposition->table][exposition->at];

		if (metric->name && exposition->row < rows_of(exposition, metric->subject))
			return metric;
		exposition->table += !metric->name;
		exposition->at = metric->name ? exposition->at + 1 : 0;
		exposition->row = 0;
	}
	return NULL;
}

bool exposition_step(struct exposition *exposition, size_t bytes)
{
	size_t end = exposition->written + bytes;
	const struct metric *metric = next_metric(exposition);

	while (metric && exposition->written < end) {
		if (is_counted(exposition, metric->subject, exposition->row))
			metric->write(exposition, metric, exposition->row);
		exposition->row++;
		metric = next_metric(exposition);
	}
	return metric;
}

void exposition_print(const struct print_to *to, const struct snapshot *snapshot)
{
	struct exposition *exposition = exposition_new(to->file, snapshot, to->memory);

	while (exposition_step(exposition, SIZE_MAX / 2))
		continue;
	exposition_free(exposition);
}
