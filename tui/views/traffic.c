/* Shares and rates have places of fixed width: a number that grows moves nothing on its right. */
#include "tui/views/traffic.h"

#include "probes/base/mem.h"
#include "probes/report/wording.h"
#include "tui/table/scale.h"
#include "tui/term/glyphs.h"
#include "tui/views/fields.h"
#include "tui/views/flows.h"

#include <math.h>
#include <stdio.h>

#define BAR_MOST 6
#define BAR_LEAST 3
#define PERCENT_WIDTH 5 /* "100 %" */
#define RATE_WIDTH 9    /* "1023 kB/s" */
#define GAP 2

static const struct {
	const char *name;
	enum role role;
} kinds[TRAFFIC_PATHS] = {
	{ "direct", ROLE_DIRECT },
	{ "relay", ROLE_PEER_RELAY },
	{ "DERP", ROLE_DERP },
};

static double known(double number)
{
	return isnan(number) ? 0 : number;
}

static double sum_of(const double *numbers)
{
	double sum = 0;

	for (int i = 0; i < TRAFFIC_PATHS; i++)
		sum += known(numbers[i]);
	return sum;
}

/* "▁▂▃█ 2 MB/s, 10 min": all traffic of this machine. */
static void say_spark(const struct snapshot *snapshot, char *text, size_t size)
{
	const struct traffic *traffic = &snapshot->traffic;
	char span[32];

	scale_spark(UNIT_BYTES_PER_S, traffic->spark, traffic->spark_count, SPARK_PARTS, text, size);
	if (*text)
		text_add(text, size, ", %s", scale_span(snapshot->spark_span_ms, span, sizeof(span)));
}

/* "↓ 1.2 MB/s   ↑ 155 kB/s  " */
static void say_rates(char *text, size_t size, double rx, double tx)
{
	char down[32], up[32];

	text_rate(down, sizeof(down), rx);
	text_rate(up, sizeof(up), tx);
	text_set(text, size, "↓ %-*s  ↑ %-*s", RATE_WIDTH, down, RATE_WIDTH, up);
}

/* After the shares, as far as there is room: the rates, their last minutes, the state of the capture. */
static void draw_tail(struct canvas *canvas, const struct snapshot *snapshot, int x, int y, const char *rates)
{
	struct view_field fields[] = {
		{ .role = ROLE_TEXT, .weight = 30 },
		{ .role = ROLE_SPARK, .weight = 20 },
		{ .role = ROLE_DIM, .weight = 10 },
	};

	text_set(fields[0].text, sizeof(fields[0].text), "%s", rates);
	say_spark(snapshot, fields[1].text, sizeof(fields[1].text));
	capture_say(&snapshot->capture, fields[2].text, sizeof(fields[2].text));
	fields_fit(fields, ARRAY_LEN(fields), canvas->width - x);
	fields_draw(canvas, fields, ARRAY_LEN(fields), x, y);
}

static void draw_shares(struct canvas *canvas, const struct snapshot *snapshot, int y, double rx, double tx)
{
	const struct traffic *traffic = &snapshot->traffic;
	char rates[96];
	int x = 1, bar, names = 0;

	say_rates(rates, sizeof(rates), rx, tx);
	for (int i = 0; i < TRAFFIC_PATHS; i++)
		names += text_cells(kinds[i].name) + 1 + PERCENT_WIDTH + GAP;
	bar = (canvas->width - x - names - text_cells(rates)) / TRAFFIC_PATHS - 1;
	bar = bar < BAR_LEAST ? 0 : bar > BAR_MOST ? BAR_MOST : bar;
	for (int i = 0; i < TRAFFIC_PATHS; i++) {
		double share = (known(traffic->rx_per_s[i]) + known(traffic->tx_per_s[i])) / (rx + tx);
		char percent[16];

		x = canvas_text(canvas, x, y, canvas->width - x, kinds[i].role, kinds[i].name) + 1;
		canvas_text_right(canvas, x, y, PERCENT_WIDTH, ROLE_TEXT,
			wording_share(percent, sizeof(percent), share));
		x += PERCENT_WIDTH;
		if (bar)
			glyph_bar(canvas, x + 1, y, bar, kinds[i].role, share);
		x += GAP + (bar ? bar + 1 : 0);
	}
	draw_tail(canvas, snapshot, x, y, rates);
}

void traffic_draw(struct canvas *canvas, const struct snapshot *snapshot, int y)
{
	const struct traffic *traffic = &snapshot->traffic;
	double rx = sum_of(traffic->rx_per_s), tx = sum_of(traffic->tx_per_s);
	struct view_field fields[] = { { .role = ROLE_DIM, .weight = 20 }, { .role = ROLE_DIM, .weight = 10 } };
	const char *words = NULL;

	if (!snapshot->peer_count)
		return;
	if (!*traffic->source)
		words = "traffic by path unknown: tailscaled gives no metrics";
	else if (isnan(traffic->rx_per_s[0]) && rx + tx == 0)
		words = "traffic: measuring …";
	else if (rx + tx == 0)
		words = "no traffic just now";
	if (!words) {
		draw_shares(canvas, snapshot, y, rx, tx);
		return;
	}
	text_set(fields[0].text, sizeof(fields[0].text), "%s", words);
	capture_say(&snapshot->capture, fields[1].text, sizeof(fields[1].text));
	fields_fit(&fields[1], 1, canvas->width - text_cells(words) - GAP - 1);
	fields_draw(canvas, fields, ARRAY_LEN(fields), 1, y);
}
