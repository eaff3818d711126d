#include "probes/recording/period_out.h"

#include "probes/base/json_out.h"
#include "probes/recording/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 1000 /* of a line: json_parse() refuses long ones */

/* The items of an array of JSON, without its brackets. */
struct items {
	struct bytes text;
	size_t count;
};

/* Numbers of which each is written as its difference from the one before; the last difference is not repeated. */
struct run {
	struct items items;
	int64_t last, step;
	size_t repeats;
	bool is_needed; /* not all are 0 */
};

enum head { HEAD_TURN, HEAD_TIME, HEAD_DRIFT, HEAD_ROW, HEAD_GONE, HEADS };

struct part {
	size_t count; /* entries */
	struct run heads[HEADS];
	struct items *columns;
};

struct period_out {
	struct when begun;
	struct part parts[KIND_COUNT][KIND_LINES];
	struct bytes lines; /* of parts that were full */
	struct json_out scratch;
	char *scratch_text;
	size_t scratch_size;
};

struct period_out *period_out_new(void)
{
	struct period_out *period = mem_alloc(sizeof(*period));

	period->scratch.file = open_memstream(&period->scratch_text, &period->scratch_size);
	if (!period->scratch.file)
		mem_die();
	return period;
}

static void free_part(struct part *part, size_t columns)
{
	for (size_t k = 0; k < HEADS; k++)
		free(part->heads[k].items.text.text);
	for (size_t k = 0; part->columns && k < columns; k++)
		free(part->columns[k].text.text);
	free(part->columns);
}

void period_out_free(struct period_out *period)
{
	if (!period)
		return;
	for (size_t i = 0; i < KIND_COUNT; i++)
		for (size_t k = 0; k < KIND_LINES; k++)
			free_part(&period->parts[i][k], kinds_columns(i)->count);
	fclose(period->scratch.file);
	free(period->scratch_text);
	free(period->lines.text);
	free(period);
}

void period_out_begin(struct period_out *period, struct when begun)
{
	period->begun = begun;
}

/* ---- items ---- */

/* Fills the array with nulls up to that many items. */
static void fill(struct items *items, size_t count)
{
	for (; items->count < count; items->count++)
		bytes_add(&items->text, items->count ? ",null" : "null", items->count ? 5 : 4);
}

static void add_item(struct items *items, const char *text, size_t length)
{
	if (items->count++)
		bytes_add(&items->text, ",", 1);
	bytes_add(&items->text, text, length);
}

static void add_step(struct run *run)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%lld", (long long)run->step);

	add_item(&run->items, text, (size_t)length);
}

static void add_number(struct run *run, int64_t number)
{
	int64_t step = number - run->last;

	run->is_needed = run->is_needed || number != 0;
	run->last = number;
	if (run->items.count && step == run->step) {
		run->repeats++;
		return;
	}
	for (; run->repeats; run->repeats--)
		add_step(run);
	run->step = step;
	add_step(run);
}

static void put(struct bytes *to, const char *text)
{
	bytes_add(to, text, strlen(text));
}

static void write_items(struct bytes *to, const char *name, struct items *items)
{
	put(to, ",\"");
	put(to, name);
	put(to, "\":[");
	bytes_add(to, items->text.text, items->text.length);
	put(to, "]");
}

static void empty(struct items *items)
{
	items->text.length = items->count = 0;
}

static void write_run(struct bytes *to, const char *name, struct run *run)
{
	if (run->is_needed)
		write_items(to, name, &run->items);
	empty(&run->items);
	run->last = run->step = 0;
	run->repeats = 0;
	run->is_needed = false;
}

/* ---- lines ---- */

static void write_part(struct part *part, size_t kind, struct bytes *to)
{
	static const char *const names[] = { "n", "t", "w", "r", "gone" };
	const struct columns *columns = kinds_columns(kind);
	char count[32];

	if (!part->count)
		return;
	put(to, "{\"k\":\"");
	put(to, kinds[kind].name);
	put(to, "\"");
	snprintf(count, sizeof(count), ",\"c\":%zu", part->count);
	if (part->count > 1)
		put(to, count);
	for (size_t i = 0; i < HEADS; i++)
		write_run(to, names[i], &part->heads[i]);
	for (size_t i = 0; i < columns->count; i++) {
		if (part->columns[i].count)
			write_items(to, columns->items[i].name, &part->columns[i]);
		empty(&part->columns[i]);
	}
	put(to, "}\n");
	part->count = 0;
}

static struct part *begin_entry(struct period_out *period, const struct latest *rows, size_t row, size_t line,
	size_t turn, struct when when, bool is_gone)
{
	struct part *part = &period->parts[rows->kind][line];
	int64_t since = when_since(period->begun, when);

	if (part->count == ENTRIES_MAX)
		write_part(part, rows->kind, &period->lines);
	if (!part->columns)
		part->columns = mem_alloc((kinds_columns(rows->kind)->count + 1) * sizeof(*part->columns));
	add_number(&part->heads[HEAD_TURN], (int64_t)turn);
	add_number(&part->heads[HEAD_TIME], since);
	add_number(&part->heads[HEAD_DRIFT], when.wall_ms - period->begun.wall_ms - since);
	add_number(&part->heads[HEAD_ROW], (int64_t)row);
	add_number(&part->heads[HEAD_GONE], is_gone);
	part->count++;
	return part;
}

/* Writes the new value of a member, and keeps it as the row's. */
static void add_change(struct period_out *period, struct latest *rows, struct items *items, size_t entry,
	const struct member *member, void *before, const void *now)
{
	rewind(period->scratch.file);
	period->scratch.has_member = false;
	value_write(&period->scratch, NULL, member, before, now);
	fflush(period->scratch.file);
	fill(items, entry);
	add_item(items, period->scratch_text, period->scratch_size);
	value_copy(member, before, now, rows->arena);
}

void period_out_add(struct period_out *period, struct latest *rows, size_t row, const void *value, size_t turn,
	struct when when)
{
	size_t line = kinds[rows->kind].line ? kinds[rows->kind].line(value) : 0;
	struct part *part = begin_entry(period, rows, row, line, turn, when, false);
	const struct columns *columns = kinds_columns(rows->kind);
	struct row *it = &rows->items[row];
	bool is_slow_due = !when_known(it->slow_at) || when_since(it->slow_at, when) >= KIND_SLOW_MS;

	it->written_at = when;
	if (is_slow_due)
		it->slow_at = when;
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->items[i];
		const void *now = column_holder(column, value);
		void *before = column_holder(column, latest_value(rows, row));

		if (now && before && (is_slow_due || !column->member->is_slow) &&
			!value_equal(column->member, before, now))
			add_change(period, rows, &part->columns[i], part->count - 1, column->member, before,
				now);
	}
	it->is_there = true;
	latest_tidy(rows);
}

void period_out_remove(struct period_out *period, struct latest *rows, size_t row, size_t turn, struct when when)
{
	begin_entry(period, rows, row, 0, turn, when, true);
	rows->items[row].is_there = false;
}

void period_out_end(struct period_out *period, struct when now, struct bytes *text)
{
	char line[96];

	bytes_add(text, period->lines.length ? period->lines.text : "", period->lines.length);
	period->lines.length = 0;
	for (size_t i = 0; i < KIND_COUNT; i++)
		for (size_t k = 0; k < KIND_LINES; k++)
			write_part(&period->parts[i][k], i, text);
	snprintf(line, sizeof(line), "{\"k\":\"end\",\"mono\":%lld,\"wall\":%lld}\n", (long long)now.mono_ms,
		(long long)now.wall_ms);
	put(text, line);
	period->begun = now;
}
