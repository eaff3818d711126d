#include "tui/views/canary_page.h"

#include "probes/base/text.h"
#include "probes/report/canary_words.h"
#include "tui/views/values.h"

#include <math.h>

#define INDENT 2
#define NAME 13 /* cells of "TCP connect" and the like */
#define MS 10

static const struct canary *canary_at(
	const struct snapshot *snapshot, const struct endpoint *endpoint, size_t i)
{
	return &snapshot->canaries[endpoint->canaries.first + i];
}

static enum role role_of(const struct canary_figures *figures)
{
	return figures->state == CANARY_FAILED      ? role_of_state(STATE_DOWN)
	       : figures->state == CANARY_CANCELLED ? ROLE_DIM
						    : ROLE_TEXT;
}

static void write_requests(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	char text[1024], number[16];

	for (size_t i = 0; i < endpoint->canaries.count; i++) {
		const struct canary *canary = canary_at(snapshot, endpoint, i);
		const struct canary_figures *figures = &canary->figures;

		text_set(number, sizeof(number), "  %d", figures->number);
		canary_words_say(text, sizeof(text), canary, snapshot->taken.wall_ms);
		if (figures->count > 1)
			page_wrap(page, role_of(figures), number, INDENT + 3, text);
		else
			page_wrap(page, role_of(figures), "", INDENT, text);
	}
}

static void add_range(char *to, size_t size, const struct canary_range *range,
	char *(*text)(char *to, size_t size, double figure), const char *unit)
{
	char median[32], least[32], most[32];

	if (!range->count)
		text_add(to, size, "unknown");
	else
		text_add(to, size, "%s%s, %s to %s", text(median, sizeof(median), range->median), unit,
			text(least, sizeof(least), range->least), text(most, sizeof(most), range->most));
}

static void write_sum(const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	struct canary_sum sum;
	char text[512] = "after the first, median and range: first token ";

	canary_words_sum(snapshot, endpoint, &sum);
	if (!sum.ttft_ms.count && !sum.tokens_per_s.count)
		return;
	add_range(text, sizeof(text), &sum.ttft_ms, text_ms, " ms");
	text_add(text, sizeof(text), "; speed ");
	add_range(text, sizeof(text), &sum.tokens_per_s, text_speed, " tok/s");
	page_wrap(page, ROLE_TITLE, "", INDENT, text);
}

static void write_parts(const struct canary *canary, struct page *page)
{
	struct canary_part parts[CANARY_PARTS];
	size_t count = canary_words_parts(canary, parts);
	char number[32], ms[40];

	for (size_t i = 0; i < count; i++) {
		bool is_known = !isnan(parts[i].ms);

		if (!is_known && (i < 2 || (i == 2 && !*canary->path_source)))
			continue; /* it did not happen, or not to another machine */
		text_set(ms, sizeof(ms), "%s%s", text_ms(number, sizeof(number), parts[i].ms),
			is_known ? " ms" : "");
		page_line(page, ROLE_TEXT, "%*s", 2 * INDENT, "");
		page_cell(page, ROLE_DIM, NAME, parts[i].name);
		page_cell(page, ROLE_TEXT, MS, ms);
		page_flow(page, ROLE_DIM, 2 * INDENT + NAME + MS + 2, parts[i].source);
	}
}

static void write_packets(const struct snapshot *snapshot, const struct canary *canary, struct page *page)
{
	char ttfb[32], ttft[32], speed[32], text[256] = "packets: ";

	if (canary->is_seen)
		text_add(text, sizeof(text), "first byte after %s ms, first token after %s ms, %s tok/s",
			text_ms(ttfb, sizeof(ttfb), canary->seen_ttfb_ms),
			text_ms(ttft, sizeof(ttft), canary->seen_ttft_ms),
			text_speed(speed, sizeof(speed), canary->seen_tokens_per_s));
	else
		text_add(text, sizeof(text), "unknown (%s)",
			snapshot->capture.state == CAPTURE_RUNNING ? "this exchange was not seen in them"
								   : "they are not watched");
	page_wrap(page, ROLE_DIM, "", INDENT, text);
}

static void write_engine(const struct canary_figures *figures, struct page *page)
{
	char tokens[32], prompt[32], span[32], text[256] = "engine's counters: ";

	if (isnan(figures->engine_tokens))
		text_add(text, sizeof(text), "unknown");
	else
		text_add(text, sizeof(text), "%s tokens and %s of prompts in %s, by all clients",
			text_count(tokens, sizeof(tokens), figures->engine_tokens),
			text_count(prompt, sizeof(prompt), figures->engine_prompt_tokens),
			text_span(span, sizeof(span), (int64_t)figures->engine_span_ms));
	page_wrap(page, ROLE_DIM, "", INDENT, text);
}

/* The parts are those of the last one that is over. */
static const struct canary *last_done(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	for (size_t i = endpoint->canaries.count; i > 0; i--)
		if (canary_at(snapshot, endpoint, i - 1)->figures.state == CANARY_DONE)
			return canary_at(snapshot, endpoint, i - 1);
	return NULL;
}

void canary_page_write(const struct snapshot *snapshot, const struct endpoint *endpoint, struct page *page)
{
	const struct canary *first, *done;
	struct value ago;
	char head[2048] = "";

	if (!endpoint->canaries.count)
		return;
	first = canary_at(snapshot, endpoint, 0);
	done = last_done(snapshot, endpoint);
	value_ago(&ago, snapshot, first->figures.began);
	text_add(head, sizeof(head), "%s at %s, %s ago, %s", first->model, first->url, ago.text,
		first->figures.sends_key ? "with a key" : "without a key");
	page_wrap(page, ROLE_DIM, "", INDENT, head);
	write_requests(snapshot, endpoint, page);
	write_sum(snapshot, endpoint, page);
	if (!done)
		return;
	if (endpoint->canaries.count > 1)
		page_line(page, ROLE_DIM, "%*sof number %d:", INDENT, "", done->figures.number);
	write_parts(done, page);
	write_packets(snapshot, done, page);
	write_engine(&done->figures, page);
}
