/* One bar answers "is it my tailnet or my GPU?".
 *
 * Each part has its own colour and pattern, so that parts can be told apart without colours and in ASCII too;
 * the patterns are those that every terminal has. An unknown part is in neither bar nor legend; one too small
 * for a cell is in the legend only. The time per token after the first is not in the bar: it is shown beside
 * the parts. */
#include "tui/views/latency.h"

#include "probes/base/text.h"
#include "tui/table/scale.h"

#include <math.h>
#include <stdio.h>

#define PARTS_MAX 7
#define INDENT 2
#define BAR_MOST 320 /* cells; a piece of a page holds no more */

struct part {
	const char *name;
	enum role role;
	uint32_t glyph;
	double ms;
};

/* The known parts, in order. */
static size_t list_parts(const struct latency *latency, struct part *known)
{
	const struct part parts[PARTS_MAX] = {
		{ "path", ROLE_BAR_PATH, 0x2591, latency->path_ms },
		{ "connect", ROLE_BAR_CONNECT, 0x2592, latency->connect_ms },
		{ "TLS", ROLE_BAR_TLS, 0x2593, latency->tls_ms },
		{ "server", ROLE_BAR_SERVER, 0x2588, latency->server_ms },
		{ "queue", ROLE_BAR_QUEUE, 0x2590, latency->queue_ms },
		{ "prefill", ROLE_BAR_PREFILL, 0x2580, latency->prefill_ms },
		{ "queue and prefill", ROLE_BAR_PREFILL, 0x2580, latency->engine_ms },
	};
	size_t count = 0;

	for (size_t i = 0; i < PARTS_MAX; i++)
		if (!isnan(parts[i].ms))
			known[count++] = parts[i];
	return count;
}

/* Each part ends where the sum up to it does, so that the parts fill the bar despite rounding. */
static void write_bar(const struct part *parts, size_t count, int width, struct page *page)
{
	double whole = 0, sum = 0;
	int at = 0;

	width = width < BAR_MOST ? width : BAR_MOST;
	for (size_t i = 0; i < count; i++)
		whole += parts[i].ms;
	if (!(whole > 0))
		return;
	page_line(page, ROLE_TEXT, "%*s", INDENT, "");
	for (size_t i = 0; i < count; i++) {
		int end = (int)lround((sum += parts[i].ms) / whole * width);

		page_bar(page, parts[i].role, parts[i].glyph, end - at);
		at = end;
	}
}

/* Makes room for a word of so many cells after the others or on a new line; returns where it ends. */
static int make_room(struct page *page, int at, int cells, int width)
{
	const int gap = 2;

	if (at && at + gap + cells <= width) {
		page_add(page, ROLE_TEXT, "%*s", gap, "");
		return at + gap + cells;
	}
	page_line(page, ROLE_TEXT, "%*s", INDENT, "");
	return cells;
}

static void write_legend(
	const struct part *parts, size_t count, double token_ms, int width, struct page *page)
{
	char number[32], word[96];
	int at = 0;

	for (size_t i = 0; i < count; i++) {
		snprintf(word, sizeof(word), " %s %s ms", parts[i].name,
			text_ms(number, sizeof(number), parts[i].ms));
		at = make_room(page, at, 1 + text_cells(word), width);
		page_bar(page, parts[i].role, parts[i].glyph, 1);
		page_add(page, ROLE_TEXT, "%s", word);
	}
	if (isnan(token_ms))
		return;
	snprintf(word, sizeof(word), "decode %s ms/token", text_ms(number, sizeof(number), token_ms));
	make_room(page, at, text_cells(word), width);
	page_add(page, ROLE_DIM, "%s", word);
}

static bool has_answers(const struct endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->spark_count; i++)
		if (!isnan(endpoint->spark[i]))
			return true;
	return false;
}

static void write_spark(
	const struct snapshot *snapshot, const struct endpoint *endpoint, int width, struct page *page)
{
	char spark[128], span[32], label[64];

	snprintf(label, sizeof(label), "TTFB over %s  ",
		scale_span(snapshot->spark_span_ms, span, sizeof(span)));
	scale_spark(
		UNIT_MS, endpoint->spark, endpoint->spark_count, SPARK_PARTS, spark, sizeof(spark));
	if (!*spark || text_cells(label) + text_cells(spark) > width)
		return;
	page_line(page, ROLE_DIM, "%*s%s", INDENT, "", label);
	page_add(page, ROLE_SPARK, "%s", spark);
}

void latency_write(
	const struct snapshot *snapshot, const struct endpoint *endpoint, bool with_text, struct page *page)
{
	struct part parts[PARTS_MAX];
	size_t count = list_parts(&endpoint->latency, parts);
	int width = page_width(page) - INDENT;

	if (!count && isnan(endpoint->latency.token_ms) && !has_answers(endpoint))
		return;
	page_head(page, "LATENCY");
	write_bar(parts, count, width, page);
	write_legend(parts, count, endpoint->latency.token_ms, width, page);
	if (with_text && *endpoint->latency.text)
		page_wrap(page, ROLE_TEXT, "", INDENT, endpoint->latency.text);
	write_spark(snapshot, endpoint, width, page);
}
