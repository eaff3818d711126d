#include "tui/out/report.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/out/audit.h"
#include "tui/out/canvas_text.h"
#include "tui/out/doctor.h"
#include "tui/out/outputs.h"
#include "tui/table/page.h"

#include <stdio.h>
#include <string.h>

#define WIDTH_LEAST 40
#define INDENT 2
#define PATHS_MAX 24 /* different ones that are listed */

/* ---- the events ---- */

/* UTC, as everywhere in a report: local time would tell where this is. */
static void say_event(struct page *page, const struct event *event)
{
	char time[32], times[32] = "", text[1400];

	when_format(event->at, time, sizeof(time));
	if (event->times > 1)
		text_set(times, sizeof(times), " (%u times)", event->times);
	text_set(text, sizeof(text), "%s  %s: %s%s", event->code, *event->who ? event->who : "tailscaled",
		event->text, times);
	page_line(page, ROLE_DIM, "%*s%.8s  ", INDENT, "", time + strcspn(time, "T") + 1);
	page_flow(page, role_of_state(event->state), 2 * INDENT + 8, text);
}

static void say_events(struct page *page, const struct snapshot *snapshot, const struct report *report)
{
	char from[32], until[32];
	size_t count = 0;

	(void)snapshot;
	page_line(page, ROLE_TITLE, "Events of the last hour");
	if (!report->run_count) {
		page_wrap(page, ROLE_DIM, "  ", INDENT,
			*report->missing ? report->missing
					 : "not recorded: the dashboard records with record in the "
					   "configuration");
		return;
	}
	page_line(page, ROLE_DIM, "  recorded from %.19sZ to %.19sZ",
		when_format(report->from, from, sizeof(from)),
		when_format(report->until, until, sizeof(until)));
	if (*report->missing)
		page_wrap(page, ROLE_DIM, "  ", INDENT, report->missing);
	for (size_t run = report->run_count; run-- > 0;)
		for (size_t i = 0; i < report->runs[run]->event_count; i++, count++)
			say_event(page, &report->runs[run]->events[i]);
	if (!count)
		page_line(page, ROLE_DIM, "  none");
}

/* ---- what was looked with ---- */

static void say_pair(struct page *page, const char *name, const char *value)
{
	page_line(page, ROLE_DIM, "  %-11s", name);
	page_flow(page, ROLE_TEXT, INDENT + 11, *value ? value : "–");
}

static void say_versions(struct page *page, const struct snapshot *snapshot, const struct report *report)
{
	page_line(page, ROLE_TITLE, "Versions");
	say_pair(page, "tsllm-top", TSLLM_VERSION);
	say_pair(page, "libraries", report->libraries);
	say_pair(page, "tailscaled", snapshot->daemon.version);
	say_pair(page, "system", report->system);
	if (snapshot->replay.is_on)
		page_wrap(page, ROLE_DIM, "  ", INDENT,
			"(tailscaled as it was recorded; all else is where it is replayed)");
}

/* ---- what was sent ---- */

static size_t of_path(const struct snapshot *snapshot, size_t first, double *count)
{
	size_t places = 0;

	*count = 0;
	for (size_t i = 0; i < snapshot->sent_count; i++) {
		const struct sent *sent = &snapshot->sents[i];

		if (strcmp(sent->path, snapshot->sents[first].path) != 0 ||
			sent->cost != snapshot->sents[first].cost)
			continue;
		if (i < first)
			return 0; /* it was listed */
		*count += sent->count;
		places++;
	}
	return places;
}

static void say_sent(struct page *page, const struct snapshot *snapshot, const struct report *report)
{
	char text[256], out[16], in[16];
	size_t listed = 0;

	(void)report;
	page_line(page, ROLE_TITLE, "Sent");
	text_set(text, sizeof(text), "%.0f request%s, %s out, %s in:", snapshot->requests,
		snapshot->requests == 1 ? "" : "s", text_bytes(out, sizeof(out), snapshot->bytes_sent),
		text_bytes(in, sizeof(in), snapshot->bytes_received));
	for (int cost = 0; cost < COST_COUNT; cost++)
		if (snapshot->by_cost[cost] > 0)
			text_add(text, sizeof(text), " %.0f %s", snapshot->by_cost[cost],
				cost_name((enum cost)cost));
	page_wrap(page, ROLE_TEXT, "  ", INDENT, text);
	for (size_t i = 0; i < snapshot->sent_count && listed < PATHS_MAX; i++) {
		double count;
		size_t places = of_path(snapshot, i, &count);

		if (!places)
			continue;
		listed++;
		page_line(page, ROLE_DIM, "    GET %s: %.0f to %zu URL%s, %s", snapshot->sents[i].path, count,
			places, places == 1 ? "" : "s", cost_name(snapshot->sents[i].cost));
	}
}

/* ---- what is not in it ---- */

static void say_item(struct page *page, const char *text)
{
	page_wrap(page, ROLE_TEXT, "  · ", 2 * INDENT, text);
}

static void say_left_out(struct page *page, const struct snapshot *snapshot, const struct report *report)
{
	char text[640];

	page_line(page, ROLE_TITLE, "Left out");
	if (report->pseudonyms)
		text_set(text, sizeof(text),
			"replaced wherever they stood, by pseudonyms: %s. Kept: ids of models, ports, paths "
			"of URLs, versions, times and figures.",
			*report->pseudonyms ? report->pseudonyms : "nothing");
	else
		text_set(text, sizeof(text), "no name and no address: --redact replaces them by pseudonyms");
	say_item(page, text);
	if (snapshot->is_passive)
		say_item(page, "what peers and servers must be asked: --passive");
	if (snapshot->left_out) {
		text_set(text, sizeof(text), "%zu peers more than this program knows (%zu)",
			snapshot->left_out, snapshot->peer_count);
		say_item(page, text);
	}
	if (report->target)
		say_item(page, "the diagnosis of everything but what --doctor was asked about");
	say_item(page, "the configuration, logs of servers and of tailscaled, packets");
	say_item(page, "never in it: prompts, completions, API keys");
}

/* ---- the parts in a row ---- */

typedef void say_fn(struct page *page, const struct snapshot *snapshot, const struct report *report);

static void print_page(
	const struct print_to *to, const struct snapshot *snapshot, const struct report *report, say_fn *say)
{
	int width = to->width < WIDTH_LEAST ? WIDTH_LEAST : to->width;
	struct page *page = page_new(width);
	struct canvas *canvas;

	page_line(page, ROLE_TEXT, " ");
	say(page, snapshot, report);
	canvas = canvas_new(width, (int)page_lines(page), to->is_ascii);
	page_draw(page, canvas, 0, 0, canvas->height, 0);
	canvas_text_print(to->file, canvas, to->has_colour);
	canvas_free(canvas);
	page_free(page);
}

void report_print(const struct print_to *to, const struct snapshot *snapshot, const struct report *report)
{
	static say_fn *const parts[] = { say_events, say_versions, say_sent, say_left_out };

	doctor_print(to, snapshot, report->target);
	putc('\n', to->file);
	audit_print(to, snapshot, report->audit);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		print_page(to, snapshot, report, parts[i]);
}
