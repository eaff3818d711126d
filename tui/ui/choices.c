/* What of the user interface is kept for the next run: a row for each choice, which says it in one line and
 * takes it back. What it cannot take back, because the program or the file changed, it ignores. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/ui/kept.h"
#include "tui/ui/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VALUE_BYTES 1000

/* "Fleet:rttms:falling Paths:peer:rising": the views whose order is not the usual one. */
static void say_order(const struct ui *ui, char *text, size_t size)
{
	for (size_t i = 0; views[i]; i++) {
		const struct order *order = &ui->states[i].order;
		struct order usual;

		if (!ui->states[i].view.column_count)
			continue;
		usual = rows_order(&ui->states[i].view);
		if (order->column != usual.column || order->is_falling != usual.is_falling)
			text_add(text, size, "%s%s:%s:%s", *text ? " " : "", views[i]->title,
				ui->states[i].view.columns[order->column].field,
				order->is_falling ? "falling" : "rising");
	}
}

static void take_order_of(struct ui *ui, size_t view, const char *column, bool is_falling)
{
	for (size_t i = 0; i < ui->states[view].view.column_count; i++) {
		const struct column *one = &ui->states[view].view.columns[i];

		if ((one->compare || one->number) && strcmp(one->field, column) == 0)
			ui->states[view].order = (struct order){ i, is_falling };
	}
}

static void take_order(struct ui *ui, const char *text)
{
	char title[32], column[64], direction[16];
	int used = 0;

	for (; sscanf(text, " %31[^: ]:%63[^: ]:%15[^: ]%n", title, column, direction, &used) == 3;
		text += used)
		for (size_t i = 0; views[i]; i++)
			if (strcasecmp(views[i]->title, title) == 0)
				take_order_of(ui, i, column, strcmp(direction, "falling") == 0);
}

static void say_panels(const struct ui *ui, char *text, size_t size)
{
	text_set(text, size, "%s", ui->has_no_panels ? "off" : "");
}

static void take_panels(struct ui *ui, const char *text)
{
	ui->has_no_panels = strcmp(text, "off") == 0;
}

static void say_span(const struct ui *ui, char *text, size_t size)
{
	if (ui_span_ms(ui) != SPAN_AT_FIRST_S * 1000)
		text_set(text, size, "%lld", (long long)(ui_span_ms(ui) / 1000));
}

static void take_span(struct ui *ui, const char *text)
{
	ui_set_span(ui, strtol(text, NULL, 10));
}

static const struct {
	const char *name;
	void (*say)(const struct ui *ui, char *text, size_t size);
	void (*take)(struct ui *ui, const char *text);
} choices[] = {
	{ "sort", say_order, take_order },
	{ "columns", ui_say_columns, ui_take_columns },
	{ "panels", say_panels, take_panels },
	{ "span", say_span, take_span },
};

void ui_take_kept(struct ui *ui, const struct kept *kept)
{
	for (size_t i = 0; i < ARRAY_LEN(choices); i++)
		if (*kept_get(kept, choices[i].name))
			choices[i].take(ui, kept_get(kept, choices[i].name));
}

void ui_keep(const struct ui *ui, struct kept *kept)
{
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		char text[VALUE_BYTES] = "";

		choices[i].say(ui, text, sizeof(text));
		kept_set(kept, choices[i].name, text);
	}
}
