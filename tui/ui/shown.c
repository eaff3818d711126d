/* Which columns a view shows: those of its table or of the configuration, and the differences that were
 * chosen in the list of columns. A column that is not shown has the greatest width 0. */
#include "probes/base/text.h"
#include "tui/ui/state.h"

#include <stdio.h>
#include <string.h>

static const struct column *table_column(size_t view, const char *field)
{
	return columns_find(views[view]->columns, views[view]->column_count, field, strlen(field));
}

bool ui_can_show(const struct ui *ui, size_t view, size_t column)
{
	const struct column *one = table_column(view, ui->states[view].view.columns[column].field);

	return one && one->most > 0;
}

static bool is_only_one(const struct view *view, size_t column)
{
	for (size_t i = 0; i < view->column_count; i++)
		if (i != column && view->columns[i].most)
			return false;
	return true;
}

bool ui_toggle_column(struct ui *ui, size_t view, size_t column)
{
	struct view_state *state = &ui->states[view];
	struct column *one = &state->columns[column];

	if (!ui_can_show(ui, view, column) || is_only_one(&state->view, column))
		return false;
	if (state->view.columns != state->columns) {
		memcpy(state->columns, state->view.columns, state->view.column_count * sizeof(*one));
		state->view.columns = state->columns;
	}
	one->most = one->most ? 0 : table_column(view, one->field)->most;
	state->is_toggled[column] = !state->is_toggled[column];
	return true;
}

/* "Fleet:-rttms Fleet:+loaded" */
void ui_say_columns(const struct ui *ui, char *text, size_t size)
{
	for (size_t i = 0; views[i]; i++) {
		const struct view_state *state = &ui->states[i];

		for (size_t k = 0; k < state->view.column_count; k++)
			if (state->is_toggled[k])
				text_add(text, size, "%s%s:%c%s", *text ? " " : "", views[i]->title,
					state->view.columns[k].most ? '+' : '-', state->view.columns[k].field);
	}
}

static void take_column(struct ui *ui, size_t view, char sign, const char *field)
{
	const struct view *of = &ui->states[view].view;

	for (size_t i = 0; i < of->column_count; i++)
		if (strcmp(of->columns[i].field, field) == 0 && (of->columns[i].most > 0) != (sign == '+'))
			ui_toggle_column(ui, view, i);
}

void ui_take_columns(struct ui *ui, const char *text)
{
	char title[32], sign, field[64];
	int used = 0;

	for (; sscanf(text, " %31[^: ]:%c%63[^: ]%n", title, &sign, field, &used) == 3; text += used)
		for (size_t i = 0; (sign == '+' || sign == '-') && views[i]; i++)
			if (strcmp(views[i]->title, title) == 0)
				take_column(ui, i, sign, field);
}
