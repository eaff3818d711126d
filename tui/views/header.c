/* The lines above the rows: sums, traffic, tabs and the banner.
 *
 * The first line is a list of fields with weights; the lightest are left out until the line fits. The number
 * of endpoints in each state always stays: if the words do not fit, signs are shown. */
#include "tui/views/header.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/table/scale.h"
#include "tui/term/glyphs.h"
#include "tui/views/flows.h"
#include "tui/views/replay_words.h"
#include "tui/views/verdict_line.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SIGNS_WIDTH 16 /* five signs with small numbers */
#define BARS_MOST 20
#define CLOCK_WIDTH_MIN 60

struct field {
	char text[TEXT_CAP + 32];
	enum role role;
	int weight;
};

static size_t count_in(const struct snapshot *snapshot, enum state state)
{
	size_t count = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		count += snapshot->endpoints[i].state == state;
	return count;
}

/* The worst first. */
void header_sums(const struct snapshot *snapshot, char *text, size_t size)
{
	*text = '\0';
	for (enum state at = STATE_COUNT; at-- > 0;) {
		size_t count = count_in(snapshot, at);

		if (count)
			text_add(text, size, "%s%zu %s", *text ? " " : "", count, state_name(at));
	}
	if (!*text)
		text_add(text, size, "none");
}

/* Draws a count and notes where it is, if somebody wants to know. Returns the x after it. */
static int draw_count(struct canvas *canvas, int x, int y, enum state state, const char *text,
	const char *filter, struct header_spots *spots)
{
	int end = canvas_text(canvas, x, y, canvas->width - x, role_of_state(state), text);

	if (spots && spots->count < ARRAY_LEN(spots->items) && end > x) {
		spots->items[spots->count].from = x;
		spots->items[spots->count].to = end;
		spots->items[spots->count++].state = filter;
	}
	return end + 1;
}

static void draw_words(
	struct canvas *canvas, const struct snapshot *snapshot, int x, int y, struct header_spots *spots)
{
	for (int state = STATE_COUNT - 1; state >= 0; state--) {
		enum state at = (enum state)state;
		size_t count = count_in(snapshot, at);
		char text[64];

		snprintf(text, sizeof(text), "%zu %s", count, state_name(at));
		if (count)
			x = draw_count(canvas, x, y, at, text, state_name(at), spots);
	}
}

/* "✖2 ▲1 ●7": states with the same sign are added up, the worst first. */
static void draw_signs(
	struct canvas *canvas, const struct snapshot *snapshot, int x, int y, struct header_spots *spots)
{
	for (int state = STATE_COUNT - 1; state >= 0; state--) {
		const char *glyph = glyph_of_state((enum state)state);
		bool is_said = false;
		size_t count = 0;
		char text[64];

		for (int other = STATE_COUNT - 1; other >= 0; other--) {
			if (strcmp(glyph_of_state((enum state)other), glyph) != 0)
				continue;
			is_said = is_said || other > state;
			count += count_in(snapshot, (enum state)other);
		}
		snprintf(text, sizeof(text), "%s%zu", glyph, count);
		if (count && !is_said)
			x = draw_count(canvas, x, y, (enum state)state, text, glyph, spots);
	}
}

void header_counts(struct canvas *canvas, const struct snapshot *snapshot, int x, int y, bool has_words,
	struct header_spots *spots)
{
	(has_words ? draw_words : draw_signs)(canvas, snapshot, x, y, spots);
}

const char *header_count_at(const struct header_spots *spots, int x)
{
	for (size_t i = 0; i < spots->count; i++)
		if (x >= spots->items[i].from && x < spots->items[i].to)
			return spots->items[i].state;
	return "";
}

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

/* Removes the lightest fields until the rest, with a gap of two after each, fits into room. */
static void thin_out(struct field *fields, size_t count, int room)
{
	for (;;) {
		struct field *lightest = NULL;
		int width = 0;

		for (size_t i = 0; i < count; i++) {
			if (!*fields[i].text)
				continue;
			width += text_cells(fields[i].text) + 2;
			if (!lightest || fields[i].weight < lightest->weight)
				lightest = &fields[i];
		}
		if (width <= room || !lightest)
			return;
		*lightest->text = '\0';
	}
}

static int draw_fields(struct canvas *canvas, const struct field *fields, size_t count, int x, int y)
{
	for (size_t i = 0; i < count; i++)
		if (*fields[i].text)
			x = canvas_text(canvas, x, y, canvas->width - x, fields[i].role, fields[i].text) + 2;
	return x;
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
	struct canvas *canvas, const struct snapshot *snapshot, int y, struct header_spots *spots)
{
	const struct daemon *daemon = &snapshot->daemon;
	struct field fields[] = {
		{ "tsllm-top", ROLE_PROGRAM, 100 },
		{ "", ROLE_PROMPT, 98 },
		{ "", ROLE_HEADER, 10 },
		{ "", ROLE_TEXT, 30 },
		{ "", ROLE_HEADER, 20 },
		{ "", role_of_state(STATE_SLOW), 90 },
		{ "", ROLE_TEXT, 50 },
		{ "", ROLE_TEXT, 40 },
	};
	char sums[256], total[64];
	int room = canvas->width - 1 - (spots ? draw_clock(canvas, snapshot, y) : 0), x;
	bool has_words;

	replay_words(snapshot, fields[1].text, sizeof(fields[1].text));
	text_set(fields[2].text, sizeof(fields[2].text), "%s",
		*daemon->magicdns_suffix ? daemon->magicdns_suffix : daemon->tailnet);
	text_set(fields[3].text, sizeof(fields[3].text), "%s", daemon->self);
	if (*daemon->home_derp)
		snprintf(fields[4].text, sizeof(fields[4].text), "DERP %s", daemon->home_derp);
	say_age(snapshot, fields[5].text, sizeof(fields[5].text));
	if (snapshot->peer_count)
		snprintf(fields[6].text, sizeof(fields[6].text), "peers %zu/%zu", snapshot->online_count,
			snapshot->peer_count - snapshot->peers[0].is_self + snapshot->left_out);
	snprintf(total, sizeof(total), "endpoints %zu%s", snapshot->endpoint_count,
		snapshot->endpoint_count ? ":" : "");
	header_sums(snapshot, sums, sizeof(sums));
	has_words = text_cells(sums) + text_cells(total) + text_cells(fields[1].text) + 14 <= room;
	if (snapshot->peer_count && (has_words || !snapshot->endpoint_count))
		text_set(fields[7].text, sizeof(fields[7].text), "%s", total);
	fields[7].weight = has_words ? 99 : 40;
	thin_out(fields, ARRAY_LEN(fields),
		room -
			(!snapshot->endpoint_count ? 0
				: has_words        ? text_cells(sums)
						   : SIGNS_WIDTH) +
			1);
	x = draw_fields(canvas, fields, ARRAY_LEN(fields), 1, y);
	header_counts(canvas, snapshot, *fields[7].text ? x - 1 : x, y, has_words, spots);
}

static double sum_of(const double *numbers)
{
	double sum = 0;

	for (int i = 0; i < TRAFFIC_PATHS; i++)
		sum += isnan(numbers[i]) ? 0 : numbers[i];
	return sum;
}

/* "▁▂▃█ 2 MB/s, 10 min": all traffic of this node. */
static void say_spark(const struct snapshot *snapshot, char *text, size_t size)
{
	const struct traffic *traffic = &snapshot->traffic;
	char span[32];

	scale_spark(UNIT_BYTES_PER_S, traffic->spark, traffic->spark_count, SPARK_PARTS, text, size);
	if (*text)
		text_add(text, size, ", %s", scale_span(snapshot->spark_span_ms, span, sizeof(span)));
}

/* After the shares, as far as there is room: the rates, whose they are, and the state of the capture. */
static void draw_tail(struct canvas *canvas, const struct snapshot *snapshot, int x, int y, const char *rates)
{
	struct field fields[] = {
		{ "", ROLE_TEXT, 30 },
		{ "node totals", ROLE_DIM, 20 },
		{ "", ROLE_SPARK, 15 },
		{ "", ROLE_DIM, 10 },
	};

	text_set(fields[0].text, sizeof(fields[0].text), "%s", rates);
	say_spark(snapshot, fields[2].text, sizeof(fields[2].text));
	capture_say(&snapshot->capture, fields[3].text, sizeof(fields[3].text));
	thin_out(fields, ARRAY_LEN(fields), canvas->width - x + 1);
	draw_fields(canvas, fields, ARRAY_LEN(fields), x, y);
}

/* Shares, with bars if the line is long enough. */
static void draw_shares(struct canvas *canvas, const struct snapshot *snapshot, int y, double rx, double tx)
{
	static const char *const names[TRAFFIC_PATHS] = { "direct", "peer-relay", "DERP" };
	static const enum role roles[TRAFFIC_PATHS] = { ROLE_DIRECT, ROLE_PEER_RELAY, ROLE_DERP };
	const struct traffic *traffic = &snapshot->traffic;
	char rates[96], down[32], up[32];
	int x = 1, words = 48, bars;

	snprintf(rates, sizeof(rates), "↓ %s ↑ %s", text_rate(down, sizeof(down), rx),
		text_rate(up, sizeof(up), tx));
	bars = canvas->width - words - text_cells(rates) - 5;
	bars = bars > BARS_MOST ? BARS_MOST : bars;
	if (canvas->width >= 60)
		x = canvas_text(canvas, x, y, 8, ROLE_HEADER, "path  ");
	for (int i = 0; i < TRAFFIC_PATHS; i++) {
		double share = ((isnan(traffic->rx_per_s[i]) ? 0 : traffic->rx_per_s[i]) +
				       (isnan(traffic->tx_per_s[i]) ? 0 : traffic->tx_per_s[i])) /
			       (rx + tx);
		char percent[16];

		x = canvas_text(canvas, x, y, canvas->width - x, roles[i], names[i]) + 1;
		if (bars > 3)
			x = glyph_bar(canvas, x, y, bars - 3, roles[i], share) + (share > 0);
		x = canvas_text(canvas, x, y, canvas->width - x, ROLE_TEXT,
			    wording_share(percent, sizeof(percent), share)) +
		    2;
	}
	draw_tail(canvas, snapshot, x, y, rates);
}

static void draw_traffic(struct canvas *canvas, const struct snapshot *snapshot, int y)
{
	const struct traffic *traffic = &snapshot->traffic;
	double rx = sum_of(traffic->rx_per_s), tx = sum_of(traffic->tx_per_s);
	struct field fields[] = { { "", ROLE_DIM, 20 }, { "", ROLE_DIM, 10 } };
	const char *words = NULL;

	if (!snapshot->peer_count)
		return;
	if (!*traffic->source)
		words = "path  bytes by path unknown: tailscaled gives no metrics";
	else if (isnan(traffic->rx_per_s[0]) && rx + tx == 0)
		words = "path  measuring …";
	else if (rx + tx == 0)
		words = "path  no bytes just now, by node totals";
	if (!words) {
		draw_shares(canvas, snapshot, y, rx, tx);
		return;
	}
	text_set(fields[0].text, sizeof(fields[0].text), "%s", words);
	capture_say(&snapshot->capture, fields[1].text, sizeof(fields[1].text));
	thin_out(&fields[1], 1, canvas->width - text_cells(words) - 2);
	draw_fields(canvas, fields, ARRAY_LEN(fields), 1, y);
}

void header_draw(struct canvas *canvas, const struct snapshot *snapshot, int y, struct header_spots *spots)
{
	if (spots)
		spots->count = 0;
	draw_who(canvas, snapshot, y, spots);
	draw_traffic(canvas, snapshot, y + 1);
}

/* On a short line only the current view has its title. */
static void tab_text(const struct view *view, const struct view *current, int width, char *text, size_t size)
{
	bool is_on = view->key == current->key;

	snprintf(text, size, is_on ? "[%c%s%s]" : " %c%s%s ", view->key, is_on || width >= 60 ? " " : "",
		is_on || width >= 60 ? view->title : "");
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
