#include "tui/views/plots.h"

#include "tui/table/scale.h"
#include "tui/views/values.h"

#include <string.h>

/* What a plot points to. */
struct material {
	struct time_cell columns[PLOT_COLUMNS_MAX];
	struct history_column_mark found[PLOT_MARKS_MAX];
	struct plot_mark marks[PLOT_MARKS_MAX];
	char span[32];
};

size_t plots_list(const struct snapshot *snapshot, const struct look *look, struct history_series *series)
{
	return look->history ? history_columns_series(look->history, snapshot, look->target, series, PLOTS_MOST) : 0;
}

/* Kinds of path have their colours. */
static enum role role_of(const struct field *field)
{
	static const struct {
		const char *key;
		enum role role;
	} roles[] = {
		{ "direct_bytes_per_s", ROLE_DIRECT },
		{ "peer_relay_bytes_per_s", ROLE_PEER_RELAY },
		{ "derp_bytes_per_s", ROLE_DERP },
	};

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(roles[i].key, field->key) == 0)
			return roles[i].role;
	return ROLE_SPARK;
}

static struct plot_mark mark_of(const struct history_column_mark *found)
{
	struct plot_mark mark = { .column = found->column, .wall_ms = found->wall_ms };

	if (found->mark.kind == HISTORY_ENDPOINT) {
		mark.role = role_of_state((enum state)found->mark.value);
		mark.word = state_name((enum state)found->mark.value);
	} else {
		mark.role = value_path_role((enum path_kind)found->mark.value);
		mark.word = path_kind_name((enum path_kind)found->mark.value);
	}
	return mark;
}

static size_t find_marks(const struct snapshot *snapshot, const struct look *look,
	const struct history_series *series, struct history_span span, struct material *material)
{
	size_t count = history_columns_marks(look->history, snapshot, look->target, series, span, material->found,
		PLOT_MARKS_MAX);

	for (size_t i = 0; i < count; i++)
		material->marks[i] = mark_of(&material->found[i]);
	return count;
}

/* The column of the cursor; the first or last one, if it is outside. */
static void place_cursor(
	struct plot *plot, const struct look *look, const struct history_series *series, struct history_span span)
{
	int64_t begin = history_columns_wall(look->history, series, span, 0);
	int64_t at = (look->cursor_ms - begin) * (int64_t)span.count / span.span_ms;

	if (!look->cursor_ms)
		return;
	plot->has_cursor = true;
	plot->cursor = at < 0 ? 0 : at < (int64_t)span.count ? (size_t)at : span.count - 1;
	plot->cursor_ms = history_columns_wall(look->history, series, span, plot->cursor);
}

void plots_draw(struct canvas *canvas, struct box box, const struct snapshot *snapshot, const struct look *look,
	const struct history_series *series, char *title, size_t size)
{
	const struct field *field = series->figure->field;
	struct history_span span = { snapshot->taken, look->span_ms, plot_columns(canvas, box) };
	struct material material;
	struct plot plot = { .title = field->plot,
		.unit = field->unit,
		.role = role_of(field),
		.span = scale_span(look->span_ms, material.span, sizeof(material.span)),
		.columns = material.columns,
		.count = span.count,
		.marks = material.marks,
		.is_untitled = title != NULL };

	if (!span.count)
		return;
	history_columns_read(look->history, series, span, material.columns);
	plot.mark_count = find_marks(snapshot, look, series, span, &material);
	place_cursor(&plot, look, series, span);
	if (title)
		plot_title(&plot, title, size);
	plot_draw(canvas, box, &plot);
}
