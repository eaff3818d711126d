#include "probes/recording/known.h"

#include "probes/ledger/ledger.h"
#include "probes/model/sniffed.h"
#include "probes/recording/keys.h"
#include "probes/recording/period_out.h"
#include "probes/recording/value.h"

#include <stdlib.h>
#include <string.h>

struct table {
	struct latest rows;
	struct keys keys;
	VEC(size_t) free;      /* rows without a key */
	struct latest waiting; /* totals that are not written yet, in the same rows */
	VEC(size_t) waiting_rows;
};

struct known {
	struct table tables[KIND_COUNT];
	struct period_out *period;
	uint64_t turn;       /* of all */
	uint64_t turn_begun; /* the first of this period */
	bool has_status;     /* in this period */
	struct bytes key;    /* scratch */
};

static void table_init(struct table *table, size_t kind)
{
	*table = (struct table){ 0 };
	latest_init(&table->rows, kind);
	latest_init(&table->waiting, kind);
}

static void table_fini(struct table *table)
{
	latest_fini(&table->rows);
	keys_fini(&table->keys);
	free(table->free.items);
	latest_fini(&table->waiting);
	free(table->waiting_rows.items);
}

struct known *known_new(void)
{
	struct known *known = mem_alloc(sizeof(*known));

	known->period = period_out_new();
	for (size_t i = 0; i < KIND_COUNT; i++)
		table_init(&known->tables[i], i);
	return known;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	for (size_t i = 0; i < KIND_COUNT; i++)
		table_fini(&known->tables[i]);
	period_out_free(known->period);
	free(known->key.text);
	free(known);
}

/* ---- rows ---- */

static void forget_row(struct table *table, size_t row)
{
	keys_remove(&table->keys, row);
	table->rows.items[row].is_there = false;
	*VEC_PUSH(&table->free) = row;
}

static size_t oldest(const struct latest *rows)
{
	size_t found = 0;

	for (size_t i = 1; i < rows->count; i++)
		if (rows->items[i].turn < rows->items[found].turn)
			found = i;
	return found;
}

/* A row for a key that has none: one that is free, a new one, or that of the key that was not seen for longest. */
static size_t new_row(struct table *table, const char *key, uint64_t turn, struct when when)
{
	size_t row;

	if (!table->free.count && table->rows.count >= kinds[table->rows.kind].most)
		forget_row(table, oldest(&table->rows));
	row = table->free.count ? table->free.items[--table->free.count] : latest_add(&table->rows);
	keys_set(&table->keys, row, key);
	table->rows.items[row].first_turn = turn;
	table->rows.items[row].first_at = when;
	return row;
}

static bool is_same(const struct latest *rows, size_t row, const void *value)
{
	const struct columns *columns = kinds_columns(rows->kind);

	for (size_t i = 0; i < columns->count; i++) {
		const void *before = column_holder(&columns->items[i], latest_value(rows, row));
		const void *now = column_holder(&columns->items[i], value);

		if (!before != !now || (now && !value_equal(columns->items[i].member, before, now)))
			return false;
	}
	return true;
}

/* Whether nothing is to be written of a value that the row has already. */
static bool is_skipped(const struct table *table, size_t row, const void *value, struct when when)
{
	const struct kind *kind = &kinds[table->rows.kind];
	const struct row *it = &table->rows.items[row];

	if (table->rows.kind != KIND_PEER && !kind->is_skipped_if_same)
		return false;
	if (kind->again_ms && when_since(it->written_at, when) >= kind->again_ms)
		return false;
	return it->is_there && is_same(&table->rows, row, value);
}

/* ---- totals ---- */

static void wait(struct table *table, size_t row, const void *value)
{
	struct latest *waiting = &table->waiting;

	while (waiting->count <= row)
		latest_add(waiting);
	latest_copy(waiting->kind, latest_value(waiting, row), value, waiting->arena);
	latest_tidy(waiting);
	if (!waiting->items[row].is_there)
		*VEC_PUSH(&table->waiting_rows) = row;
	waiting->items[row].is_there = true;
}

/* Whether it has to wait longer. */
static bool goes_on_waiting(const struct table *table, size_t row, struct when now)
{
	const struct row *it = &table->rows.items[row];

	return kinds[table->rows.kind].is_slow && when_known(it->slow_at) &&
	       when_since(it->slow_at, now) < KIND_SLOW_MS &&
	       kinds[table->rows.kind].is_slow(latest_value(&table->waiting, row));
}

/* Each with its own time; those of one moment are of different paths. now: unknown: all of them. */
static void write_waiting(struct known *known, struct when now)
{
	for (size_t kind = 0; kind < KIND_COUNT; kind++) {
		struct table *table = &known->tables[kind];

		size_t left = 0;

		for (size_t i = 0; i < table->waiting_rows.count; i++) {
			size_t row = table->waiting_rows.items[i];

			if (when_known(now) && goes_on_waiting(table, row, now)) {
				table->waiting_rows.items[left++] = row;
				continue;
			}
			period_out_add(known->period, &table->rows, row, latest_value(&table->waiting, row),
				known->turn - known->turn_begun, table->rows.items[row].at);
			table->waiting.items[row].is_there = false;
		}
		table->waiting_rows.count = left;
	}
}

/* Whether what waits must be seen before it: it is compared with the totals, or begins them anew. */
static bool needs_totals(const struct observation *observation)
{
	switch ((int)observation->kind) {
	case OBSERVED_STATUS:
	case OBSERVED_CAPTURE:
	case OBSERVED_GAP:
		return true;
	case OBSERVED_PACKETS:
		return observation->packets->word == SNIFFED_HELLO;
	default:
		return false;
	}
}

static void see(struct known *known, size_t kind, const void *value, uint64_t turn, struct when when)
{
	struct table *table = &known->tables[kind];
	size_t row;

	keys_of(kind, value, &known->key);
	row = keys_find(&table->keys, known->key.text);
	if (row == KEYS_NONE)
		row = new_row(table, known->key.text, turn, when);
	if (kinds[kind].is_total && kinds[kind].is_total(value))
		wait(table, row, value);
	else if (!is_skipped(table, row, value, when))
		period_out_add(known->period, &table->rows, row, value, turn - known->turn_begun, when);
	table->rows.items[row].turn = turn;
	table->rows.items[row].at = when;
}

static void see_peers(struct known *known, const struct obs_status *status, uint64_t turn, struct when when)
{
	struct table *table = &known->tables[KIND_PEER];

	for (size_t i = 0; i < status->peer_count; i++)
		see(known, KIND_PEER, &status->peers[i], turn, when);
	for (size_t i = 0; i < table->rows.count; i++) {
		if (!table->rows.items[i].is_there || table->rows.items[i].turn == turn)
			continue;
		period_out_remove(known->period, &table->rows, i, turn - known->turn_begun, when);
		forget_row(table, i);
	}
}

static void forget_endpoint(struct known *known, const char *url)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct table *table = &known->tables[i];

		for (size_t k = 0; kinds[i].is_of_endpoint && k < table->rows.count; k++)
			if (keys_begin_with(&table->keys, k, url))
				forget_row(table, k);
	}
}

void known_see(struct known *known, const struct observation *observation, struct when when)
{
	uint64_t turn;

	if (needs_totals(observation)) {
		known->turn++;
		write_waiting(known, observation->kind == OBSERVED_STATUS ? when : (struct when){ 0 });
	}
	turn = ++known->turn;
	known->has_status = known->has_status || observation->kind == OBSERVED_STATUS;
	if (observation->kind == OBSERVED_STATUS)
		see_peers(known, observation->status, turn, when);
	see(known, observation->kind, observation, turn, when);
	if (observation->kind == OBSERVED_DROPPED)
		forget_endpoint(known, observation->url);
}

void known_end_period(struct known *known, struct when now, struct bytes *text)
{
	if (!known->has_status)
		write_waiting(known, now);
	known->has_status = false;
	period_out_end(known->period, now, text);
	known->turn_begun = known->turn + 1;
}

/* ---- segments ---- */

struct kept_row {
	uint64_t turn;
	size_t kind, row;
	struct when at;
};

static int by_turn(const void *a, const void *b)
{
	const struct kept_row *x = a, *y = b;

	return x->turn < y->turn ? -1 : x->turn > y->turn;
}

/* All but the peers, in the order in which they are to be seen again. */
static struct kept_row *kept_rows(const struct known *known, size_t *count)
{
	struct {
		struct kept_row *items;
		size_t count, room;
	} kept = { 0 };

	for (size_t kind = 0; kind < KIND_PEER; kind++) {
		const struct latest *rows = &known->tables[kind].rows;
		bool is_first = kinds[kind].kept == KEPT_FIRST;

		for (size_t i = 0; kinds[kind].kept != KEPT_NOT && i < rows->count; i++) {
			const struct row *row = &rows->items[i];

			if (row->is_there)
				*VEC_PUSH(&kept) =
					(struct kept_row){ is_first ? row->first_turn : row->turn, kind, i,
						is_first ? row->first_at : row->at };
		}
	}
	if (kept.count)
		qsort(kept.items, kept.count, sizeof(*kept.items), by_turn);
	*count = kept.count;
	return kept.items;
}

/* What is known of a peer needs the peer, so the status comes first, and once more in its place. */
static void see_status_first(struct known *fresh, const struct known *known, struct when when)
{
	const struct latest *peers = &known->tables[KIND_PEER].rows, *status = &known->tables[OBSERVED_STATUS].rows;
	uint64_t turn = ++fresh->turn;

	if (!status->count)
		return;
	for (size_t i = 0; i < peers->count; i++)
		if (peers->items[i].is_there)
			see(fresh, KIND_PEER, latest_value(peers, i), turn, when);
	see(fresh, OBSERVED_STATUS, latest_value(status, 0), turn, when);
}

/* A new run of the program would be told by its state file since when nothing listens there. */
static void see_again(
	struct known *fresh, const struct ledger *ledger, const struct kept_row *row, const void *value)
{
	struct obs_endpoint endpoint;
	struct observation again;

	if (row->kind == OBSERVED_ENDPOINT && ledger) {
		again = *(const struct observation *)value;
		endpoint = *again.endpoint;
		endpoint.stopped_at = ledger_stopped_at(ledger, endpoint.url);
		again.endpoint = &endpoint;
		value = &again;
	}
	see(fresh, row->kind, value, ++fresh->turn, row->at);
}

void known_begin_segment(
	struct known *known, const struct ledger *ledger, struct when now, struct bytes *text)
{
	struct known *fresh = known_new(), old;
	size_t count;
	struct kept_row *kept;

	write_waiting(known, (struct when){ 0 }); /* lost with the old period, which is empty, but known */
	kept = kept_rows(known, &count);
	period_out_begin(fresh->period, now);
	if (count)
		see_status_first(fresh, known, kept[0].at);
	for (size_t i = 0; i < count; i++) {
		struct latest *rows = &fresh->tables[kept[i].kind].rows;
		size_t row;

		see_again(fresh, ledger, &kept[i],
			latest_value(&known->tables[kept[i].kind].rows, kept[i].row));
		row = keys_find(&fresh->tables[kept[i].kind].keys, fresh->key.text);
		rows->items[row].at = known->tables[kept[i].kind].rows.items[kept[i].row].at;
	}
	free(kept);
	fresh->turn++;
	write_waiting(fresh, (struct when){ 0 });
	known_end_period(fresh, now, text);
	old = *known;
	*known = *fresh;
	*fresh = old;
	known_free(fresh);
}
