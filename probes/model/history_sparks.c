#include "probes/model/history_sparks.h"

#include <math.h>

/* NULL: there is no history of it. */
static float *read(const struct history *history, struct snapshot *snapshot, int64_t span_ms,
	enum history_kind kind, const char *id, const char *key)
{
	struct history_series series = history_columns_in(history, kind, id, key);
	struct history_span span = { snapshot->taken, span_ms, SPARK_PARTS };
	struct time_cell columns[SPARK_PARTS];
	float *values;

	if (!series.ring)
		return NULL;
	values = arena_alloc(snapshot->arena, SPARK_PARTS * sizeof(*values));
	history_columns_read(history, &series, span, columns);
	for (size_t i = 0; i < SPARK_PARTS; i++)
		values[i] = columns[i].count ? (float)(columns[i].sum / (double)columns[i].count) : NAN;
	return values;
}

/* The same values over another span: means of those that fall into a part, the newest at the end. */
static float *stretch(const float *values, struct snapshot *snapshot, int64_t span_ms)
{
	float *parts = arena_alloc(snapshot->arena, SPARK_PARTS * sizeof(*parts));

	for (int64_t part = 0; part < SPARK_PARTS; part++) {
		float sum = 0;
		int known = 0;

		for (int64_t i = 0; i < SPARK_PARTS; i++) {
			if (i * snapshot->spark_span_ms / span_ms != part || isnan(values[SPARK_PARTS - 1 - i]))
				continue;
			sum += values[SPARK_PARTS - 1 - i];
			known++;
		}
		parts[SPARK_PARTS - 1 - part] = known ? sum / (float)known : NAN;
	}
	return parts;
}

static void fill_row(struct snapshot *snapshot, int64_t span_ms, float *values, const float **spark, size_t *count)
{
	if (!values && *count == SPARK_PARTS)
		values = stretch(*spark, snapshot, span_ms);
	*spark = values;
	*count = values ? SPARK_PARTS : 0;
}

static void fill_traffic(const struct history *history, struct snapshot *snapshot, int64_t span_ms)
{
	float *in = read(history, snapshot, span_ms, HISTORY_TAILNET, "", "rx_bytes_per_s");
	float *out = read(history, snapshot, span_ms, HISTORY_TAILNET, "", "tx_bytes_per_s");

	for (size_t i = 0; in && out && i < SPARK_PARTS; i++)
		in[i] += out[i];
	snapshot->traffic.spark = in && out ? in : NULL;
	snapshot->traffic.spark_count = in && out ? SPARK_PARTS : 0;
}

void history_sparks_fill(const struct history *history, struct snapshot *snapshot, int64_t span_ms)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		struct endpoint *endpoint = &snapshot->endpoints[i];

		fill_row(snapshot, span_ms,
			read(history, snapshot, span_ms, HISTORY_ENDPOINT, endpoint->url, "ttfb_last_ms"),
			&endpoint->spark, &endpoint->spark_count);
	}
	for (size_t i = 0; i < snapshot->peer_count; i++) {
		struct peer *peer = &snapshot->peers[i];

		if (peer->spark_count)
			fill_row(snapshot, span_ms,
				read(history, snapshot, span_ms, HISTORY_PEER, peer->id, "rtt_last_ms"),
				&peer->spark, &peer->spark_count);
	}
	fill_traffic(history, snapshot, span_ms);
	snapshot->spark_span_ms = span_ms;
}
