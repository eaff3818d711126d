/* The lines above the rows: who and how many, traffic, tabs and the banner.
 *
 * The counts of the first line always stay; the fields before them are left out as there is no room. */
#include "tui/views/header.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/glyphs.h"
#include "tui/views/fields.h"
#include "tui/views/replay_words.h"
#include "tui/views/traffic.h"
#include "tui/views/verdict_line.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CLOCK_WIDTH_MIN 60
#define WORDS_WIDTH_MIN 100
#define COUNTS_GAP 3

/* Minutes: with seconds, something would be sent all the time. Returns the cells it took. */
static int draw_clock(struct canvas *canvas, const struct snapshot *snapshot, int y)
{
	time_t at = (time_t)(snapshot->taken.wall_ms / 1000);
	char text[16] = "";
	struct tm local;

	if (canvas->width < CLOCK_WIDTH_MIN || snapshot->replay.is_on || !at || !localtime_r(&at, &local))
		return 0;
	strftime(text, sizeof(text), "%H:%M", &local);
	canvas_text_right(canvas, canvas->width - 6, y, 5, ROLE_HEADER, text);
	return 7;
}

static void say_age(const struct snapshot *snapshot, char *text, size_t size)
{
	char span[32];

	if (!snapshot->daemon.is_known && !snapshot->verdicts.count)
		snprintf(text, size, "asking tailscaled …");
	else if (snapshot->daemon.is_stale && !isnan(snapshot->daemon.age_ms))
		snprintf(text, size, "STALE %s",
			text_span(span, sizeof(span), (int64_t)snapshot->daemon.age_ms));
}

static void draw_who(
	struct canvas *canvas, const struct snapshot *snapshot, int y, struct counts_spots *spots)
{
	const struct daemon *daemon = &snapshot->daemon;
	struct view_field fields[] = {
		{ "tsllm-top", ROLE_PROGRAM, 100, NULL },
		{ "", ROLE_TEXT, 40, NULL },
		{ "", ROLE_HEADER, 20, " · " },
		{ "", ROLE_HEADER, 30, " · " },
		{ "", ROLE_HEADER, 10, " · " },
		{ "", role_of_state(STATE_SLOW), 90, NULL },
		{ "", ROLE_PROMPT, 98, NULL },
	};
	int room = canvas->width - 1 - (spots ? draw_clock(canvas, snapshot, y) : 0), width, x;
	bool has_words = canvas->width >= WORDS_WIDTH_MIN;

	text_set(fields[1].text, sizeof(fields[1].text), "%s", daemon->self);
	text_set(fields[2].text, sizeof(fields[2].text), "%s",
		*daemon->magicdns_suffix ? daemon->magicdns_suffix : daemon->tailnet);
	if (*daemon->home_derp)
		snprintf(fields[3].text, sizeof(fields[3].text), "DERP %s", daemon->home_derp);
	if (snapshot->peer_count)
		snprintf(fields[4].text, sizeof(fields[4].text), "peers %zu/%zu", snapshot->online_count,
			snapshot->peer_count - snapshot->peers[0].is_self + snapshot->left_out);
	say_age(snapshot, fields[5].text, sizeof(fields[5].text));
	replay_words(snapshot, fields[6].text, sizeof(fields[6].text));
	width = counts_width(snapshot, has_words);
	fields_fit(fields, ARRAY_LEN(fields), width ? room - width - COUNTS_GAP - 1 : room);
	x = fields_draw(canvas, fields, ARRAY_LEN(fields), 1, y) + COUNTS_GAP;
	counts_draw(canvas, snapshot, x, y, has_words, spots);
}

void header_draw(
	struct canvas *canvas, const struct snapshot *snapshot, int y, struct counts_spots *spots)
{
	if (spots)
		spots->count = 0;
	draw_who(canvas, snapshot, y, spots);
	traffic_draw(canvas, snapshot, y + 1);
}

/* If they do not all fit, only the current view has its title. */
static bool have_titles(int width)
{
	int all = 0;

	for (size_t i = 0; views[i]; i++)
		all += text_cells(views[i]->title) + 4;
	return all <= width;
}

static void tab_text(const struct view *view, const struct view *current, int width, char *text, size_t size)
{
	bool is_on = view->key == current->key, has_title = is_on || have_titles(width);

	snprintf(text, size, is_on ? "[%c%s%s]" : " %c%s%s ", view->key, has_title ? " " : "",
		has_title ? view->title : "");
}

int header_draw_tabs(struct canvas *canvas, const struct view *current, int y)
{
	int x = 0;

	for (size_t i = 0; views[i]; i++) {
		char text[64];

		tab_text(views[i], current, canvas->width, text, sizeof(text));
		x = canvas_text(canvas, x, y, canvas->width - x,
			views[i]->key == current->key ? ROLE_TAB_ACTIVE : ROLE_TAB, text);
	}
	return x;
}

int header_tab_at(const struct view *current, int width, int x)
{
	for (int i = 0; views[i]; i++) {
		char text[64];

		tab_text(views[i], current, width, text, sizeof(text));
		x -= text_cells(text);
		if (x < 0)
			return i;
	}
	return -1;
}

/* The sentence and its fix, each on lines of its own. */
static struct page *write_verdict(const struct verdict *verdict, enum role role, int width)
{
	struct page *page = page_new(width);

	page_wrap(page, role, glyph_of_state(verdict->state), 2, verdict->text);
	if (*verdict->fix)
		page_wrap(page, role, "→", 2, verdict->fix);
	return page;
}

/* In full if it fits into room lines, else in one: the code and the fix. Returns how many lines it took. */
static int draw_verdict(struct canvas *canvas, const struct verdict *verdict, int y, int room)
{
	bool is_loud = verdict->severity == SEVERITY_DOWN && !verdict->is_muted;
	enum role role = is_loud ? ROLE_BANNER : verdict->is_muted ? ROLE_DIM : role_of_state(verdict->state);
	struct page *page = write_verdict(verdict, role, canvas->width - 2);
	int lines = (int)page_lines(page);
	struct value value;
	char glyph[16];

	text_set(glyph, sizeof(glyph), "%s ", glyph_of_state(verdict->state));
	verdict_line_value(&value, glyph, verdict);
	if (lines > room || text_cells(value.text) < canvas->width)
		lines = 1;
	for (int i = 0; is_loud && i < lines; i++)
		canvas_fill(canvas, 0, y + i, canvas->width, role, ' ');
	if (lines > 1)
		page_draw(page, canvas, 1, y, lines, 0);
	else
		canvas_text(canvas, 1, y, canvas->width - 1, role,
			text_cells(value.text) < canvas->width || !*verdict->fix ? value.text : value.brief);
	page_free(page);
	return lines;
}

int header_draw_banner(struct canvas *canvas, const struct snapshot *snapshot, int y, int room)
{
	int lines = 0;

	for (size_t i = 0; i < snapshot->verdicts.count && lines < room; i++) {
		int left = (int)(snapshot->verdicts.count - i) - 1; /* at least a line for each of them */

		lines += draw_verdict(canvas, &snapshot->verdict_list[snapshot->verdicts.first + i],
			y + lines, room - lines - left);
	}
	return lines;
}
