/* History: cells add exactly, any span equals what a naive computation finds, memory has a bound, and gaps stay
 * gaps. */
#include "probes/model/history_sparks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define WALL INT64_C(1795000000000)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define ENGINES 20

static struct when at(int64_t ms)
{
	return (struct when){ 5000 + ms, WALL + ms };
}

/* A tailnet of peers with an engine each, all of whose figures are known. */
struct fleet {
	struct snapshot snapshot;
	struct peer peers[400];
	struct endpoint endpoints[400];
	char names[400][2][40];
};

static void set_all(const struct fields *fields, void *row, double value)
{
	for (size_t i = 0; i < fields->count; i++)
		*(double *)((char *)row + fields->items[i].offset) = value;
}

static void set_value(struct fleet *fleet, size_t i, double value)
{
	set_all(&fields_path, &fleet->peers[i].path, value);
	set_all(&fields_peer, &fleet->peers[i], value);
	set_all(&fields_answer, &fleet->endpoints[i], value);
	set_all(&fields_engine, &fleet->endpoints[i].figures, value);
}

static struct fleet *new_fleet(size_t peers, size_t engines)
{
	struct fleet *fleet = mem_alloc(sizeof(*fleet));

	fleet->snapshot = (struct snapshot){ .peers = fleet->peers,
		.peer_count = peers,
		.endpoints = fleet->endpoints,
		.endpoint_count = engines,
		.traffic = { .source = "usermetrics" } };
	for (size_t i = 0; i < peers; i++) {
		snprintf(fleet->names[i][0], sizeof(fleet->names[i][0]), "n%zuCNTRL", i);
		snprintf(fleet->names[i][1], sizeof(fleet->names[i][1]), "https://gpu%zu.tail1234.ts.net", i);
		fleet->peers[i] = (struct peer){ .id = fleet->names[i][0],
			.name = fleet->names[i][0] + 1,
			.path.kind = PATH_DIRECT };
		gpu_blank(&fleet->peers[i].gpu);
		fleet->endpoints[i] = (struct endpoint){ .url = fleet->names[i][1],
			.peer = (int)i,
			.engine_id = (int)i + 1,
			.state = STATE_OK };
		set_value(fleet, i, 1);
	}
	return fleet;
}

static void take(struct history *history, struct fleet *fleet, struct when now)
{
	fleet->snapshot.taken = now;
	history_take(history, &fleet->snapshot);
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 8;
}

static void assert_cells_equal(struct time_cell a, struct time_cell b)
{
	assert_int_equal(a.count, b.count);
	if (a.count)
		assert_true(!(a.low < b.low) && !(a.low > b.low) && !(a.high < b.high) &&
			    !(a.high > b.high) && !(a.sum < b.sum) && !(a.sum > b.sum));
}

/* ---- cells ---- */

static void fine_cells_add_exactly_to_coarse_ones(void **state)
{
	struct ring ring = { 0 };
	const struct tier *tiers = ring_of_paths.tiers;
	unsigned seed = 7;

	(void)state;
	ring_init(&ring, &ring_of_paths);
	for (int64_t ms = WALL; ms < WALL + 9 * MINUTE; ms += next_random(&seed) % 3000)
		ring_add(&ring, ms, next_random(&seed) % 1000);
	for (size_t tier = 1; tier < RING_TIERS; tier++)
		for (int64_t number = WALL / tiers[tier].cell_ms;
			number <= (WALL + 9 * MINUTE) / tiers[tier].cell_ms; number++) {
			int64_t each = tiers[tier].cell_ms / tiers[0].cell_ms;
			struct time_cell sum = { .count = 0 };

			for (int64_t i = number * each; i < (number + 1) * each; i++) {
				struct time_cell cell = ring_cell(&ring, 0, i);

				ring_sum(&sum, &cell);
			}
			assert_cells_equal(sum, ring_cell(&ring, tier, number));
		}
	ring_fini(&ring);
}

static void what_is_unknown_is_no_sample_and_zero_is_one(void **state)
{
	struct ring ring = { 0 };
	struct time_cell cell;

	(void)state;
	ring_init(&ring, &ring_of_engines);
	ring_add(&ring, WALL, NAN);
	ring_add(&ring, WALL, INFINITY);
	ring_add(&ring, WALL, -INFINITY);
	ring_add(&ring, WALL, 1e300);
	assert_int_equal(ring_cell(&ring, 0, WALL / 10000).count, 0);
	ring_add(&ring, WALL, 0);
	cell = ring_cell(&ring, 0, WALL / 10000);
	assert_true(cell.count == 1 && !(cell.low < 0) && !(cell.high > 0));
	ring_add(&ring, WALL + 1, -3);
	ring_add(&ring, WALL + 2, 5);
	cell = ring_cell(&ring, 0, WALL / 10000);
	assert_true(cell.count == 3 && cell.low < -2 && cell.high > 4 && cell.sum > 1 && cell.sum < 3);
	ring_fini(&ring);
}

static void a_ring_wraps_and_forgets_what_it_passed_over(void **state)
{
	struct ring ring = { 0 };
	static const int64_t jumps[] = { 0, 2 * SECOND, 599 * SECOND, 601 * SECOND, 1203 * SECOND, 26 * HOUR,
		100 * HOUR };
	int64_t now = WALL;

	(void)state;
	ring_init(&ring, &ring_of_paths);
	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		int64_t before = now;

		now += jumps[i];
		ring_add(&ring, now, 1);
		for (size_t tier = 0; tier < RING_TIERS; tier++) {
			int64_t ms = ring_of_paths.tiers[tier].cell_ms, newest = now / ms, known = 0;

			for (int64_t k = 0; k < (int64_t)ring_of_paths.tiers[tier].count; k++)
				known += newest - k > before / ms && ring_cell(&ring, tier, newest - k).count;
			assert_int_equal(known, now / ms > before / ms); /* nothing stale between them */
		}
	}
	assert_int_equal(ring_cell(&ring, 0, WALL / 2000).count, 0);
	assert_int_equal(ring_cell(&ring, 0, now / 2000 + 1).count, 0);
	ring_add(&ring, WALL, 9); /* time does not go back */
	assert_int_equal(ring_cell(&ring, 2, now / (3 * MINUTE)).count, 1);
	ring_fini(&ring);
}

/* ---- columns ---- */

struct sample {
	int64_t ms;
	double value;
};

/* The same from all samples: those in the cells that begin in the column, or in the cell that it begins in. */
static struct time_cell naive_column(const struct sample *samples, size_t count, const struct rhythm *rhythm,
	struct history_span span, size_t column)
{
	const struct tier *tier = &rhythm->tiers[ring_tier_for(rhythm, span.span_ms)];
	int64_t now = span.now.wall_ms, width = (int64_t)span.count, cell_ms = tier->cell_ms;
	int64_t last = now / cell_ms * cell_ms * width / span.span_ms - 1;
	int64_t number = last - width + 1 + (int64_t)column, newest = samples[count - 1].ms / cell_ms;
	int64_t from = number * span.span_ms / width, past = (number + 1) * span.span_ms / width;
	int64_t first = (from + cell_ms - 1) / cell_ms, after = (past + cell_ms - 1) / cell_ms;
	struct time_cell sum = { .count = 0 };

	if (first == after) {
		first = from / cell_ms;
		after = first + 1;
	}
	for (size_t i = 0; i < count; i++) {
		int64_t cell = samples[i].ms / cell_ms;
		struct time_cell one = { samples[i].value, samples[i].value, samples[i].value, 1 };

		if (cell >= first && cell < after && cell > newest - (int64_t)tier->count)
			ring_sum(&sum, &one);
	}
	return sum;
}

static void assert_equals_naive(
	struct history *history, const struct snapshot *snapshot, const struct sample *samples, size_t count)
{
	static const int64_t spans[] = { 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR };
	static const size_t widths[] = { 1, 12, 77, 160, 301 };
	static const char *const keys[] = { "rtt_last_ms", "waiting" };

	for (size_t key = 0; key < 2; key++)
		for (size_t s = 0; s < 5; s++)
			for (size_t w = 0; w < 5; w++) {
				struct history_series series =
					history_columns_find(history, snapshot, snapshot->endpoints[0].url, keys[key]);
				struct history_span span = { snapshot->taken, spans[s], widths[w] };
				struct time_cell columns[301];

				assert_non_null(series.ring);
				history_columns_read(history, &series, span, columns);
				for (size_t i = 0; i < widths[w]; i++)
					assert_cells_equal(columns[i],
						naive_column(samples, count, series.figure->rhythm, span, i));
			}
}

/* Snapshots come once or twice in two seconds, with pauses of any length. */
static void any_span_at_any_time_equals_a_naive_computation(void **state)
{
	static struct sample samples[30000];
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(1, 1);
	unsigned seed = 42;
	int64_t ms = 0;
	size_t count = 0;

	(void)state;
	while (count < sizeof(samples) / sizeof(samples[0])) {
		samples[count] = (struct sample){ WALL + ms, next_random(&seed) % 900 };
		set_value(fleet, 0, samples[count].value);
		take(history, fleet, at(ms));
		count++;
		if (count % 15000 == 500)
			assert_equals_naive(history, &fleet->snapshot, samples, count);
		/* No single cell of 2 s is passed over: that would not be a gap. */
		ms += 300 + next_random(&seed) % 1700;
		if (next_random(&seed) % 3000 == 0)
			ms += 10 * SECOND + next_random(&seed) % (2 * HOUR);
	}
	assert_equals_naive(history, &fleet->snapshot, samples, count);
	history_free(history);
	free(fleet);
}

static size_t known_of(struct history *history, const struct snapshot *snapshot, const char *key, size_t *gap)
{
	struct history_series series = history_columns_find(history, snapshot, snapshot->endpoints[0].url, key);
	struct time_cell columns[60];
	size_t known = 0;

	history_columns_read(
		history, &series, (struct history_span){ snapshot->taken, 2 * MINUTE, 60 }, columns);
	*gap = 0;
	for (size_t i = 0; i < 60; i++)
		known += columns[i].count > 0;
	for (size_t i = 0; i < 60 && *gap == 0; i++)
		if (!columns[i].count && i && columns[i - 1].count)
			*gap = i;
	return known;
}

static void sleep_is_a_gap_and_a_late_snapshot_is_none(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(1, 1);
	struct when now = at(0);
	size_t gap;

	(void)state;
	for (int i = 0; i < 40; i++, now.mono_ms += 2000, now.wall_ms += 2000)
		take(history, fleet, now);
	now.mono_ms += 2500; /* 4.5 s after the one before: it passes a cell over */
	now.wall_ms += 2500;
	take(history, fleet, now);
	assert_int_equal(known_of(history, &fleet->snapshot, "rtt_last_ms", &gap), 41);
	assert_int_equal(gap, 0);
	now.wall_ms += 40 * SECOND; /* asleep: the monotonic clock stands */
	now.mono_ms += 10;
	now.wall_ms += 10;
	take(history, fleet, now);
	now.mono_ms += 2000;
	now.wall_ms += 2000;
	take(history, fleet, now);
	assert_int_equal(known_of(history, &fleet->snapshot, "rtt_last_ms", &gap), 60 - 19);
	assert_true(gap > 0);
	history_free(history);
	free(fleet);
}

static void a_clock_that_is_set_back_leaves_history_as_it_is(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(1, 1);
	struct when now = at(0);
	size_t gap;

	(void)state;
	for (int i = 0; i < 62; i++, now.mono_ms += 2000, now.wall_ms += i == 30 ? 2000 - HOUR : 2000)
		take(history, fleet, now);
	assert_int_equal(known_of(history, &fleet->snapshot, "rtt_last_ms", &gap), 60);
	now.mono_ms -= HOUR; /* another recording, or a step back in it */
	take(history, fleet, now);
	assert_int_equal(known_of(history, &fleet->snapshot, "rtt_last_ms", &gap), 0);
	history_free(history);
	free(fleet);
}

static void only_a_complete_cell_moves_the_columns(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(1, 1);
	struct time_cell before[60], after[60];
	struct history_series series;

	(void)state;
	for (int64_t ms = 0; ms < 130 * SECOND; ms += 500) {
		set_value(fleet, 0, (double)(ms / 500 % 7));
		take(history, fleet, at(ms));
	}
	series = history_columns_find(history, &fleet->snapshot, fleet->endpoints[0].url, "rtt_last_ms");
	for (int64_t ms = 0; ms < 2 * SECOND; ms += 400) {
		history_columns_read(
			history, &series, (struct history_span){ at(128 * SECOND + ms), 2 * MINUTE, 60 }, after);
		if (ms)
			assert_memory_equal(before, after, sizeof(after));
		memcpy(before, after, sizeof(after));
	}
	history_columns_read(
		history, &series, (struct history_span){ at(130 * SECOND), 2 * MINUTE, 60 }, after);
	assert_memory_equal(before + 1, after, 59 * sizeof(after[0]));
	history_free(history);
	free(fleet);
}

/* ---- rows ---- */

/* bytes: at most, of each engine; has_gpus: an exporter tells of its machine. */
static void assert_engines_take(size_t bytes, bool has_gpus)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(ENGINES, 2 * ENGINES);
	size_t tailnet = sizeof(struct history_row) + 5 * ring_size(&ring_of_paths);

	for (int i = 0; i < ENGINES; i++) {
		set_all(&fields_gpu, &fleet->peers[i].gpu, has_gpus ? 1 : NAN);
		/* Each has a mount and a raw port. */
		fleet->endpoints[ENGINES + i] = fleet->endpoints[i];
		fleet->endpoints[ENGINES + i].url = fleet->endpoints[i].url + 1;
	}
	for (int64_t ms = 0; ms < 25 * HOUR; ms += MINUTE)
		take(history, fleet, at(ms));
	assert_true(history->bytes > 100000 * ENGINES);
	assert_true(history->bytes - tailnet <= bytes * ENGINES);
	assert_false(history_is_full(history));
	history_free(history);
	free(fleet);
}

static void an_engine_with_its_path_takes_at_most_200_kb(void **state)
{
	(void)state;
	assert_engines_take(200000, false);
}

static void the_gpus_of_its_machine_take_15_kb_more(void **state)
{
	(void)state;
	assert_engines_take(215000, true);
}

static void the_row_that_was_not_looked_at_for_longest_is_dropped(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(100, 1);
	int64_t ms = 0;

	(void)state;
	history->most = 1024 * 1024;
	for (size_t i = 1; i < 10; i++) {
		history_look_at(history, fleet->peers[i].id);
		take(history, fleet, at(ms += SECOND));
	}
	assert_false(history_is_full(history));
	assert_non_null(history_row(history, HISTORY_PEER, fleet->peers[1].id));
	assert_null(history_row(history, HISTORY_PEER, fleet->peers[10].id));
	for (size_t i = 10; i < 100; i++) {
		history_look_at(history, fleet->peers[i].name);
		take(history, fleet, at(ms += SECOND));
		assert_true(history->bytes <= history->most);
	}
	assert_true(history_is_full(history));
	assert_null(history_row(history, HISTORY_PEER, fleet->peers[1].id));
	assert_non_null(history_row(history, HISTORY_PEER, fleet->peers[98].id));
	assert_non_null(history_row(history, HISTORY_PEER, fleet->peers[97].id));
	assert_non_null(history_row(history, HISTORY_PEER, fleet->peers[0].id)); /* it has an endpoint */
	assert_non_null(history_row(history, HISTORY_ENDPOINT, fleet->endpoints[0].url));
	history_free(history);
	free(fleet);
}

/* A figure that becomes known takes memory from other rows, never from its own. */
static void a_new_figure_of_an_old_row_takes_no_row_in_use(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(40, 1);
	int64_t ms = 0;

	(void)state;
	history->most = 1024 * 1024;
	for (size_t i = 0; i < 40; i++)
		fleet->peers[i].path.loss = fleet->peers[i].path.rtt_last_ms = fleet->peers[i].tx_per_s = NAN;
	for (size_t i = 1; i < 40; i++) {
		history_look_at(history, fleet->peers[i].id);
		take(history, fleet, at(ms += SECOND));
	}
	for (size_t i = 0; i < 40; i++)
		fleet->peers[i].path.loss = fleet->peers[i].path.rtt_last_ms = fleet->peers[i].tx_per_s = 1;
	for (int i = 0; i < 3; i++) {
		take(history, fleet, at(ms += SECOND));
		assert_true(history->bytes <= history->most);
	}
	assert_non_null(history_row(history, HISTORY_PEER, fleet->peers[39].id));
	assert_true(history_is_full(history));
	history_free(history);
	free(fleet);
}

static void a_large_fleet_stays_within_the_bound(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(400, 400);

	(void)state;
	for (int64_t ms = 0; ms < MINUTE; ms += 2 * SECOND)
		take(history, fleet, at(ms));
	assert_true(history_is_full(history) && history->bytes <= HISTORY_MOST);
	assert_non_null(history_row(history, HISTORY_ENDPOINT, fleet->endpoints[0].url));
	history_free(history);
	free(fleet);
}

static void a_second_url_of_an_engine_shows_the_engines_figures(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(1, 2);
	struct history_series series[2 * HISTORY_FIGURES_MAX];
	size_t count;

	(void)state;
	fleet->endpoints[1] = fleet->endpoints[0];
	fleet->endpoints[1].url = "http://gpu0:11434";
	fleet->endpoints[1].ttfb_last_ms = 9;
	fleet->endpoints[1].figures.waiting = 7;
	take(history, fleet, at(0));
	count = history_columns_series(history, &fleet->snapshot, "http://gpu0:11434", series, 24);
	assert_int_equal(count, 12);
	assert_string_equal(series[0].figure->field->plot, "RTT");
	assert_string_equal(series[1].figure->field->plot, "TTFB");
	assert_true(ring_cell(series[1].ring, 0, WALL / 10000).high > 8);
	for (size_t i = 1; i < count; i++)
		assert_true(series[i - 1].figure->field->rank < series[i].figure->field->rank);
	assert_true(ring_cell(history_columns_find(history, &fleet->snapshot, "http://gpu0:11434", "waiting").ring,
			    0, WALL / 10000)
			    .high < 2);
	assert_int_equal(history_columns_series(history, &fleet->snapshot, "", series, 24), 5);
	assert_int_equal(history_columns_series(history, &fleet->snapshot, "n0CNTRL", series, 24), 4);
	assert_int_equal(history_columns_series(history, &fleet->snapshot, "nobody", series, 24), 0);
	assert_null(history_columns_find(history, &fleet->snapshot, "nobody", "waiting").ring);
	history_free(history);
	free(fleet);
}

static void changes_of_state_are_marked_at_their_times(void **state)
{
	static const enum state states[] = { STATE_UNKNOWN, STATE_OK, STATE_BUSY, STATE_OK, STATE_DOWN, STATE_DOWN,
		STATE_UNKNOWN, STATE_OK };
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(1, 1);
	struct history_column_mark marks[8];
	struct history_series series;
	const char *url = fleet->endpoints[0].url;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		fleet->endpoints[0].state = states[i];
		fleet->peers[0].path.kind = i == 2 ? PATH_DERP : i == 3 ? PATH_IDLE : PATH_DERP;
		if (i < 2)
			fleet->peers[0].path.kind = PATH_DIRECT;
		take(history, fleet, at((int64_t)i * 10 * SECOND));
	}
	series = history_columns_find(history, &fleet->snapshot, url, "rtt_last_ms");
	assert_int_equal(history_columns_marks(history, &fleet->snapshot, url, &series,
				 (struct history_span){ at(70 * SECOND), 2 * MINUTE, 60 }, marks, 8),
		3);
	assert_true(marks[0].mark.value == STATE_DOWN && marks[0].wall_ms == WALL + 40 * SECOND);
	assert_true(marks[1].mark.value == STATE_OK && marks[1].wall_ms == WALL + 70 * SECOND);
	assert_int_equal(marks[1].column, 59); /* its cell is not complete */
	assert_true(marks[2].mark.kind == HISTORY_PEER && marks[2].mark.value == PATH_DERP);
	assert_int_equal(marks[0].column - marks[2].column, 10);
	assert_true(history_columns_wall(history, &series,
			    (struct history_span){ at(70 * SECOND), 2 * MINUTE, 60 }, 60) == WALL + 70 * SECOND);
	assert_int_equal(history_columns_marks(history, &fleet->snapshot, url, &series,
				 (struct history_span){ at(70 * SECOND), 2 * MINUTE, 60 }, marks, 1),
		1);
	history_free(history);
	free(fleet);
}

static void old_values_are_not_taken_for_present_ones(void **state)
{
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(1, 1);

	(void)state;
	fleet->snapshot.daemon.is_stale = true;
	fleet->endpoints[0].is_stale = true;
	take(history, fleet, at(0));
	assert_null(history_columns_find(history, &fleet->snapshot, fleet->endpoints[0].url, "waiting").ring);
	assert_null(history_columns_find(history, &fleet->snapshot, fleet->endpoints[0].url, "rtt_last_ms").ring);
	fleet->snapshot.daemon.is_stale = fleet->endpoints[0].is_stale = false;
	take(history, fleet, at(SECOND));
	assert_non_null(history_columns_find(history, &fleet->snapshot, fleet->endpoints[0].url, "waiting").ring);
	history_free(history);
	free(fleet);
}

static void traffic_is_summed_by_kind_and_direction(void **state)
{
	const struct traffic traffic = { .rx_per_s = { 10, NAN, NAN }, .tx_per_s = { 1, 2, NAN } };
	struct history_traffic sums = history_figures_traffic(&traffic);

	(void)state;
	assert_true(sums.rx_per_s == 10 && sums.tx_per_s == 3);
	assert_true(sums.by_path[0] == 11 && sums.by_path[1] == 2 && isnan(sums.by_path[2]));
}

static bool is_like(const float *spark, const char *wanted)
{
	for (size_t i = 0; i < SPARK_PARTS; i++)
		if (wanted[i] == '.' ? !isnan(spark[i]) : !(fabsf(spark[i] - (float)(wanted[i] - '0')) < 0.01f))
			return false;
	return true;
}

static void sparklines_show_history_or_what_the_snapshot_knew(void **state)
{
	static const float recent[SPARK_PARTS] = { 1, 1, 1, 1, 1, 1, 1, 3, NAN, 4, 2, 3 };
	struct history *history = history_new();
	struct fleet *fleet = new_fleet(2, 1);
	struct snapshot *snapshot = &fleet->snapshot;

	(void)state;
	snapshot->arena = arena_new();
	snapshot->spark_span_ms = SPARK_SPAN_MS;
	snapshot->traffic.rx_per_s[0] = 3;
	snapshot->traffic.tx_per_s[0] = 4;
	for (int64_t ms = 0; ms < 5 * MINUTE; ms += 2 * SECOND) {
		set_value(fleet, 0, ms < 150 * SECOND ? 8 : 4);
		take(history, fleet, at(ms));
	}
	take(history, fleet, at(5 * MINUTE));
	fleet->peers[1].spark = fleet->peers[0].spark = recent;
	fleet->peers[1].spark_count = fleet->peers[0].spark_count = SPARK_PARTS;
	history_sparks_fill(history, snapshot, 10 * MINUTE);
	assert_true(is_like(fleet->endpoints[0].spark, "......888444"));
	assert_true(is_like(fleet->peers[1].spark, ".........113"));
	assert_true(snapshot->traffic.spark_count == SPARK_PARTS && snapshot->traffic.spark[11] > 6.9f);
	assert_true(snapshot->spark_span_ms == 10 * MINUTE);
	arena_free(snapshot->arena);
	history_free(history);
	free(fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fine_cells_add_exactly_to_coarse_ones),
		cmocka_unit_test(what_is_unknown_is_no_sample_and_zero_is_one),
		cmocka_unit_test(a_ring_wraps_and_forgets_what_it_passed_over),
		cmocka_unit_test(any_span_at_any_time_equals_a_naive_computation),
		cmocka_unit_test(sleep_is_a_gap_and_a_late_snapshot_is_none),
		cmocka_unit_test(a_clock_that_is_set_back_leaves_history_as_it_is),
		cmocka_unit_test(only_a_complete_cell_moves_the_columns),
		cmocka_unit_test(an_engine_with_its_path_takes_at_most_200_kb),
		cmocka_unit_test(the_gpus_of_its_machine_take_15_kb_more),
		cmocka_unit_test(the_row_that_was_not_looked_at_for_longest_is_dropped),
		cmocka_unit_test(a_new_figure_of_an_old_row_takes_no_row_in_use),
		cmocka_unit_test(a_large_fleet_stays_within_the_bound),
		cmocka_unit_test(a_second_url_of_an_engine_shows_the_engines_figures),
		cmocka_unit_test(changes_of_state_are_marked_at_their_times),
		cmocka_unit_test(old_values_are_not_taken_for_present_ones),
		cmocka_unit_test(traffic_is_summed_by_kind_and_direction),
		cmocka_unit_test(sparklines_show_history_or_what_the_snapshot_knew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
