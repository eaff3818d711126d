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
	bool is_needed; /* not all are 0 */
};

struct part {
	size_t count; /* entries */
	struct items turns, times, drifts, numbers, gone;
	struct items *columns;
};

struct period_out {
	struct when begun;
	struct part parts[KIND_COUNT];
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
	for (size_t i = 0; i < KIND_COUNT; i++)
		period->parts[i].columns =
			mem_alloc((kinds_columns(i)->count + 1) * sizeof(struct items));
	return period;
}

void period_out_free(struct period_out *period)
{
	if (!period)
		return;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct part *part = &period->parts[i];
		struct items *items[] = { &part->turns, &part->times, &part->drifts, &part->numbers,
			&part->gone };

		for (size_t k = 0; k < ARRAY_LEN(items); k++)
			free(items[k]->text.text);
		for (size_t k = 0; k < kinds_columns(i)->count; k++)
			free(part->columns[k].text.text);
		free(part->columns);
	}
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

static void add_number(struct items *items, int64_t number)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%lld", (long long)number);

	items->is_needed = items->is_needed || number != 0;
	add_item(items, text, (size_t)length);
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
	items->is_needed = false;
}

/* ---- lines ---- */

static void write_part(struct period_out *period, size_t kind, struct bytes *to)
{
	struct part *part = &period->parts[kind];
	const struct columns *columns = kinds_columns(kind);
	const struct {
		const char *name;
		struct items *items;
		bool is_always;
	} heads[] = {
		{ "n", &part->turns, true },
		{ "t", &part->times, true },
		{ "w", &part->drifts, false },
		{ "r", &part->numbers, false },
		{ "gone", &part->gone, false },
	};

	if (!part->count)
		return;
	put(to, "{\"k\":\"");
	put(to, kinds[kind].name);
	put(to, "\"");
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		if (heads[i].is_always || heads[i].items->is_needed)
			write_items(to, heads[i].name, heads[i].items);
		empty(heads[i].items);
	}
	for (size_t i = 0; i < columns->count; i++) {
		if (part->columns[i].count)
			write_items(to, columns->items[i].name, &part->columns[i]);
		empty(&part->columns[i]);
	}
	put(to, "}\n");
	part->count = 0;
}

static struct part *begin_entry(
	struct period_out *period, const struct latest *rows, size_t row, size_t turn, struct when when)
{
	struct part *part = &period->parts[rows->kind];
	int64_t since = when_since(period->begun, when);

	if (part->count == ENTRIES_MAX)
		write_part(period, rows->kind, &period->lines);
	add_number(&part->turns, (int64_t)turn);
	add_number(&part->times, since);
	add_number(&part->drifts, when.wall_ms - period->begun.wall_ms - since);
	add_number(&part->numbers, (int64_t)row);
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
	struct part *part = begin_entry(period, rows, row, turn, when);
	const struct columns *columns = kinds_columns(rows->kind);

	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->items[i];
		const void *now = column_holder(column, value);
		void *before = column_holder(column, latest_value(rows, row));

		if (now && before && !value_equal(column->member, before, now))
			add_change(period, rows, &part->columns[i], part->count - 1, column->member, before,
				now);
	}
	rows->items[row].is_there = true;
	latest_tidy(rows);
}

void period_out_remove(struct period_out *period, struct latest *rows, size_t row, size_t turn, struct when when)
{
	struct part *part = begin_entry(period, rows, row, turn, when);

	fill(&part->gone, part->count - 1);
	add_number(&part->gone, 1);
	rows->items[row].is_there = false;
}

bool period_out_is_empty(const struct period_out *period)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (period->parts[i].count)
			return false;
	return !period->lines.length;
}

void period_out_end(struct period_out *period, struct when now, struct bytes *text)
{
	char line[96];

	bytes_add(text, period->lines.length ? period->lines.text : "", period->lines.length);
	period->lines.length = 0;
	for (size_t i = 0; i < KIND_COUNT; i++)
		write_part(period, i, text);
	snprintf(line, sizeof(line), "{\"k\":\"end\",\"mono\":%lld,\"wall\":%lld}\n", (long long)now.mono_ms,
		(long long)now.wall_ms);
	put(text, line);
	period->begun = now;
}
