#include "probes/model/history_figures.h"

#include "probes/base/mem.h"

#include <math.h>

/* clang-format off */
#define SUM(member, key, title, rank, help) \
	{ key, offsetof(struct history_traffic, member), UNIT_BYTES_PER_S, FIELD_MOMENT, help, title, rank }
static const struct field traffic_items[] = {
	SUM(rx_per_s, "rx_bytes_per_s", "received", 1, "bytes received by this node"),
	SUM(tx_per_s, "tx_bytes_per_s", "sent", 2, "bytes sent by this node"),
	SUM(by_path[TRAFFIC_DIRECT], "direct_bytes_per_s", "direct", 3, "bytes on direct paths, both directions"),
	SUM(by_path[TRAFFIC_PEER_RELAY], "peer_relay_bytes_per_s", "peer relay", 4, "bytes through peer relays"),
	SUM(by_path[TRAFFIC_DERP], "derp_bytes_per_s", "DERP", 5, "bytes through DERP"),
};
#undef SUM
/* clang-format on */

static const struct fields fields_traffic = { traffic_items, ARRAY_LEN(traffic_items) };

static const struct {
	enum history_kind kind;
	const struct fields *fields;
	const struct rhythm *rhythm;
	size_t base;
} tables[] = {
	{ HISTORY_TAILNET, &fields_traffic, &ring_of_paths, 0 },
	{ HISTORY_PEER, &fields_path, &ring_of_paths, offsetof(struct peer, path) },
	{ HISTORY_PEER, &fields_peer, &ring_of_paths, 0 },
	{ HISTORY_PEER, &fields_gpu, &ring_of_gpus, offsetof(struct peer, gpu) },
	{ HISTORY_ENDPOINT, &fields_answer, &ring_of_engines, 0 },
	{ HISTORY_ENDPOINT, &fields_engine, &ring_of_engines, offsetof(struct endpoint, figures) },
};

static void insert(struct history_figures *figures, struct history_figure figure)
{
	size_t at = figures->count;

	if (at == HISTORY_FIGURES_MAX)
		return;
	for (; at > 0 && figures->items[at - 1].field->rank > figure.field->rank; at--)
		figures->items[at] = figures->items[at - 1];
	figures->items[at] = figure;
	figures->count++;
}

void history_figures_list(enum history_kind kind, struct history_figures *figures)
{
	figures->count = 0;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (size_t k = 0; tables[i].kind == kind && k < tables[i].fields->count; k++)
			if (tables[i].fields->items[k].plot)
				insert(figures,
					(struct history_figure){ &tables[i].fields->items[k],
						tables[i].rhythm, tables[i].base });
}

double history_figures_value(const struct history_figure *figure, const void *row)
{
	return fields_value(figure->field, (const char *)row + figure->base);
}

/* NAN is only left out where another one is known. */
static double sum_known(double a, double b)
{
	return isnan(a) ? b : isnan(b) ? a : a + b;
}

struct history_traffic history_figures_traffic(const struct traffic *traffic)
{
	struct history_traffic sums = { NAN, NAN, { NAN, NAN, NAN } };

	for (int i = 0; i < TRAFFIC_PATHS; i++) {
		sums.rx_per_s = sum_known(sums.rx_per_s, traffic->rx_per_s[i]);
		sums.tx_per_s = sum_known(sums.tx_per_s, traffic->tx_per_s[i]);
		sums.by_path[i] = sum_known(traffic->rx_per_s[i], traffic->tx_per_s[i]);
	}
	return sums;
}
