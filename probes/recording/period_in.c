#include "probes/recording/period_in.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/recording/latest.h"
#include "probes/recording/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 1000   /* of a period */
#define ENTRIES_MAX 1000 /* of a line */
#define TIME_MOST 9e15

/* Numbers of which each is written as its difference from the one before; the last difference goes on. */
struct run {
	const struct json *item; /* the next one */
	double step, number;     /* of the entry that comes next */
};

enum head { HEAD_TURN, HEAD_TIME, HEAD_DRIFT, HEAD_ROW, HEAD_GONE, HEADS };

/* A line, read from the left: each array is at the item of the next entry. */
struct line {
	struct json *tree;
	size_t kind, left; /* entries */
	struct run heads[HEADS];
	const struct json **columns;
};

struct period_in {
	struct when begun;
	struct latest rows[KIND_COUNT];
	VEC(struct line) lines;
};

struct period_in *period_in_new(void)
{
	struct period_in *period = mem_alloc(sizeof(*period));

	for (size_t i = 0; i < KIND_COUNT; i++)
		latest_init(&period->rows[i], i);
	return period;
}

static void free_lines(struct period_in *period)
{
	for (size_t i = 0; i < period->lines.count; i++) {
		json_free(period->lines.items[i].tree);
		free(period->lines.items[i].columns);
	}
	period->lines.count = 0;
}

void period_in_free(struct period_in *period)
{
	if (!period)
		return;
	for (size_t i = 0; i < KIND_COUNT; i++)
		latest_fini(&period->rows[i]);
	free_lines(period);
	free(period->lines.items);
	free(period);
}

void period_in_begin(struct period_in *period, struct when begun)
{
	period->begun = begun;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		latest_fini(&period->rows[i]);
		latest_init(&period->rows[i], i);
	}
}

/* ---- lines ---- */

static const struct json *items_of(const struct json *tree, const char *key)
{
	const struct json *array = json_member(tree, key);

	return json_is_array(array) ? json_first(array) : NULL;
}

static double or_zero(const struct json *json)
{
	double number = json_value(json);

	return isnan(number) || fabs(number) > TIME_MOST ? 0 : number;
}

/* Goes on to the next entry. A number that is out of range is 0. */
static void step_run(struct run *run)
{
	if (run->item) {
		run->step = or_zero(run->item);
		run->item = json_next(run->item);
	}
	run->number += run->step;
	if (fabs(run->number) > TIME_MOST)
		run->number = 0;
}

static size_t count_of(const struct json *tree)
{
	double count = json_number(tree, "c");

	return isnan(count) ? 1 : count < 0 || count > ENTRIES_MAX ? 0 : (size_t)count;
}

/* Takes over the tree. */
static void add_line(struct period_in *period, struct json *tree)
{
	static const char *const names[] = { "n", "t", "w", "r", "gone" };
	size_t kind = kinds_find(json_text(tree, "k"));
	const struct columns *columns;
	struct line *line;

	if (kind == KIND_COUNT || period->lines.count == LINES_MAX) {
		json_free(tree);
		return;
	}
	columns = kinds_columns(kind);
	line = VEC_PUSH(&period->lines);
	*line = (struct line){ .tree = tree,
		.kind = kind,
		.left = count_of(tree),
		.columns = mem_alloc((columns->count + 1) * sizeof(*line->columns)) };
	for (size_t i = 0; i < columns->count; i++)
		line->columns[i] = items_of(tree, columns->items[i].name);
	for (size_t i = 0; i < HEADS; i++) {
		line->heads[i].item = items_of(tree, names[i]);
		step_run(&line->heads[i]);
	}
}

static void advance(struct line *line)
{
	line->left--;
	for (size_t i = 0; i < HEADS; i++)
		step_run(&line->heads[i]);
	for (size_t i = 0; i < kinds_columns(line->kind)->count; i++)
		line->columns[i] = line->columns[i] ? json_next(line->columns[i]) : NULL;
}

/* The line whose entry comes next; of two with the same turn, the peers'. NULL: all were read. */
static struct line *next_line(struct period_in *period)
{
	struct line *next = NULL;

	for (size_t i = 0; i < period->lines.count; i++) {
		struct line *line = &period->lines.items[i];
		double turn = line->heads[HEAD_TURN].number, best = next ? next->heads[HEAD_TURN].number : 0;

		if (!line->left)
			continue;
		if (!next || turn < best ||
			(turn == best && line->kind == KIND_PEER && next->kind != KIND_PEER))
			next = line;
	}
	return next;
}

/* ---- observations ---- */

/* The ledger owns it, with its arena, and it may change: it gets a copy. */
static bool is_owned(size_t kind)
{
	return kind == OBSERVED_STATUS || kind == OBSERVED_PREFS || kind == OBSERVED_LOCK ||
	       kind == OBSERVED_SERVE;
}

static void copy_peers(const struct latest *rows, struct obs_status *status)
{
	status->peers = arena_alloc(status->arena, (rows->count + 1) * sizeof(*status->peers));
	for (size_t i = 0; i < rows->count; i++) {
		struct obs_peer *peer = &status->peers[status->peer_count];

		if (!rows->items[i].is_there)
			continue;
		shape_init(kinds[KIND_PEER].shape, peer, status->arena);
		latest_copy(KIND_PEER, peer, latest_value(rows, i), status->arena);
		status->peer_count++;
	}
}

static void tell(const struct period_in *period, size_t kind, size_t row, struct when when,
	period_seen_fn *seen, void *data)
{
	const struct latest *rows = &period->rows[kind];
	struct observation observation = *(const struct observation *)latest_value(rows, row);
	struct arena *arena;

	if (is_owned(kind)) {
		arena = arena_new();
		shape_init(kinds[kind].shape, &observation, arena);
		latest_copy(kind, &observation, latest_value(rows, row), arena);
		if (kind == OBSERVED_STATUS)
			copy_peers(&period->rows[KIND_PEER], observation.status);
	}
	observation.kind = (enum observed)kind;
	seen(data, &observation, when);
}

static void drop_unsound(const struct columns *columns, void *value)
{
	for (size_t i = 0; i < columns->count; i++) {
		const struct member *member = columns->items[i].member;
		char *holder = column_holder(&columns->items[i], value);
		void **at = holder ? (void **)(void *)(holder + member->offset) : NULL;

		if (at && member->kind == MEMBER_POINTER && *at && member->shape->is_sound &&
			!member->shape->is_sound(*at))
			*at = NULL;
	}
}

/* Adds the rows that are missing up to that number, and returns it, or the one after the last. Totals have a
 * row before they are written, so other rows may come before it. */
static size_t make_row(struct latest *rows, double number)
{
	size_t most = kinds[rows->kind].is_total ? kinds[rows->kind].most : rows->count + 1;
	size_t row = number < 0 || number >= (double)most ? rows->count : (size_t)number;

	while (rows->count <= row && rows->count < kinds[rows->kind].most)
		latest_add(rows);
	return row;
}

static void take(struct period_in *period, struct line *line, period_seen_fn *seen, void *data)
{
	const struct columns *columns = kinds_columns(line->kind);
	struct latest *rows = &period->rows[line->kind];
	int64_t since = (int64_t)line->heads[HEAD_TIME].number,
		drift = (int64_t)line->heads[HEAD_DRIFT].number;
	struct when when = { period->begun.mono_ms + since, period->begun.wall_ms + since + drift };
	size_t row = make_row(rows, line->heads[HEAD_ROW].number);

	if (row >= rows->count)
		return;
	rows->items[row].is_there = line->heads[HEAD_GONE].number != 1;
	for (size_t i = 0; i < columns->count; i++) {
		void *holder = column_holder(&columns->items[i], latest_value(rows, row));

		if (holder && line->columns[i])
			value_read(columns->items[i].member, holder, line->columns[i], rows->arena);
	}
	drop_unsound(columns, latest_value(rows, row));
	if (seen && line->kind != KIND_PEER)
		tell(period, line->kind, row, when, seen, data);
	latest_tidy(rows);
}

bool period_in_next(struct period_in *period, const char **text, const char *end, period_seen_fn *seen,
	void *data, struct when *now)
{
	bool is_whole = false;

	while (*text < end && !is_whole) {
		const char *stop = memchr(*text, '\n', (size_t)(end - *text));
		struct json *tree;
		struct fault fault;

		if (!stop)
			break;
		tree = json_parse(*text, (size_t)(stop - *text), &fault);
		*text = stop + 1;
		is_whole = strcmp(json_text(tree, "k"), "end") == 0;
		if (is_whole) {
			*now = (struct when){ (int64_t)or_zero(json_member(tree, "mono")),
				(int64_t)or_zero(json_member(tree, "wall")) };
			json_free(tree);
		} else {
			add_line(period, tree);
		}
	}
	for (struct line *line; is_whole && (line = next_line(period));) {
		take(period, line, seen, data);
		advance(line);
	}
	free_lines(period);
	if (is_whole)
		period->begun = *now;
	return is_whole;
}
