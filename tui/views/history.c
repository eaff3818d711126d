/* History: the figures of the row that was selected, one under the other; without one, the traffic of this node.
 *
 * The plots share the span and the cursor. Those that do not fit are scrolled to. */
#include "probes/base/text.h"
#include "tui/views/plots.h"
#include "tui/views/target.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#define LEAST 6 /* lines of a plot */
#define MOST 11

static size_t row_count(const struct snapshot *snapshot)
{
	(void)snapshot;
	return 0;
}

static void say_whose(const struct snapshot *snapshot, const char *id, char *text, size_t size)
{
	struct target target = target_find(snapshot, id);
	struct url url;

	if (target.mount && target.mount->endpoint >= 0)
		target.endpoint = &snapshot->endpoints[target.mount->endpoint];
	if (target.endpoint)
		text_set(text, size, "%s  %s  %s", view_host(snapshot, target.endpoint, &url),
			target.endpoint->title, target.endpoint->at);
	else if (target.peer)
		text_set(text, size, "%s", target.peer->name);
	else if (target.mount)
		text_set(text, size, "%s", id);
	else
		text_set(text, size, "%s", *id ? "This row is gone." : "all traffic of this machine");
}

/* Whose history it is, and how to see another one. */
static void draw_head(
	const struct snapshot *snapshot, const struct look *look, struct canvas *canvas, struct box box)
{
	const char *advice = "select a row in another view to see its history";
	char text[256];
	int x, end = box.x + box.width;

	say_whose(snapshot, look->target, text, sizeof(text));
	x = canvas_text(canvas, box.x, box.y, box.width, ROLE_TITLE, text) + 2;
	if (!*look->target && x + text_cells(advice) <= end)
		canvas_text_right(canvas, x, box.y, end - x, ROLE_DIM, advice);
}

/* A mount has the history of its endpoint. */
static struct look resolve(const struct snapshot *snapshot, const struct look *look)
{
	struct target target = target_find(snapshot, look->target);
	struct look resolved = *look;

	if (target.mount && target.mount->endpoint >= 0)
		resolved.target = snapshot->endpoints[target.mount->endpoint].url;
	return resolved;
}

static size_t draw(
	const struct snapshot *snapshot, const struct look *look, struct canvas *canvas, struct box box)
{
	struct look resolved = resolve(snapshot, look);
	struct history_series series[PLOTS_MOST];
	size_t count = plots_list(snapshot, &resolved, series), shown, first;
	int each;

	draw_head(snapshot, look, canvas, box);
	box.y++;
	box.height--;
	if (!count) {
		canvas_text(canvas, box.x, box.y + 1, box.width, ROLE_DIM, "Nothing is known of it yet.");
		return 0;
	}
	each = box.height / (int)count;
	each = each < LEAST ? LEAST : each > MOST ? MOST : each;
	each = each > box.height ? box.height : each;
	shown = each > 0 ? (size_t)(box.height / each) : 0;
	shown = shown < count ? shown : count;
	first = look->first < count - shown ? look->first : count - shown;
	for (size_t i = 0; i < shown; i++)
		plots_draw(canvas, (struct box){ box.x, box.y + (int)i * each, box.width, each }, snapshot,
			&resolved, &series[first + i], NULL, 0);
	if (first + shown < count)
		canvas_text_right(canvas, box.x, box.y + box.height - 1, box.width, ROLE_DIM, " … ↓");
	return count - shown;
}

const struct view view_history = {
	.title = "History",
	.key = '7',
	.row_count = row_count,
	.draw = draw,
};
