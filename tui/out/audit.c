/* What a reader needs first comes first: the worst finding. Rules for the policy come after all findings, one
 * set for each machine and its ports, because several findings have the same. */
#include "tui/out/audit.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/audit_policy.h"
#include "tui/out/canvas_text.h"
#include "tui/out/outputs.h"
#include "tui/table/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH_LEAST 40
#define INDENT 4
#define UNCUT_WIDTH 1000 /* of rules and lines to paste, which are not wrapped */

static const struct {
	const char *glyph, *word;
	enum state state; /* whose colour it has */
} weights[] = {
	[SEVERITY_INFO] = { "i", "note", STATE_UNKNOWN },
	[SEVERITY_DEGRADED] = { "▲", "exposed", STATE_WARN },
	[SEVERITY_DOWN] = { "✖", "dangerous", STATE_DOWN },
};

static void say_head(struct page *page, const struct snapshot *snapshot)
{
	char date[32], text[512] = "";

	text_add(text, sizeof(text), "tsllm-top %s --audit, %s", TSLLM_VERSION,
		when_format(snapshot->taken.wall_ms, date, sizeof(date)));
	if (*snapshot->daemon.self)
		text_add(text, sizeof(text), ", on %s", snapshot->daemon.self);
	page_wrap(page, ROLE_PROGRAM, "", 0, text);
	if (*snapshot->daemon.trouble)
		page_wrap(page, role_of_state(STATE_DOWN), "✖ ", 2, snapshot->daemon.trouble);
}

/* Lines of a configuration are not wrapped: they are to be copied. */
static void say_paste(struct page *page, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n"), tabs = strspn(text, "\t");

		page_line(page, ROLE_TEXT, "%*s%.*s", (int)(2 * INDENT + 2 * tabs), "", (int)(length - tabs),
			text + tabs);
		text += length + (text[length] == '\n');
	}
}

static void say_line(struct page *page, const char *label, const char *text)
{
	char line[1200];

	if (!*text)
		return;
	text_set(line, sizeof(line), "%s%s", label, text);
	page_wrap(page, ROLE_TEXT, "    ", INDENT, line);
}

static void say_finding(struct page *page, const struct audit_words *words)
{
	char label[300] = "run: ";

	page_wrap(page, ROLE_TEXT, "  · ", INDENT, words->text);
	say_paste(page, words->paste);
	if (*words->run_on)
		text_set(label, sizeof(label), "run on %s: ", words->run_on);
	say_line(page, label, words->run);
	say_line(page, "", words->hint);
}

static bool is_of_group(const struct audit_finding *a, const struct audit_finding *b)
{
	return a->rule == b->rule && a->severity == b->severity && a->is_muted == b->is_muted;
}

/* Those of one code and weight are neighbours, and share a heading and the practice. */
static void say_findings(struct page *page, const struct snapshot *snapshot, const struct audit *audit)
{
	struct audit_words words;

	for (size_t i = 0; i < audit->count; i++) {
		const struct audit_finding *finding = &audit->items[i];
		enum role role =
			finding->is_muted ? ROLE_DIM : role_of_state(weights[finding->severity].state);

		if (!i || !is_of_group(finding, &audit->items[i - 1])) {
			page_line(page, ROLE_TEXT, " ");
			page_line(page, role, "%s %s (%s%s)", weights[finding->severity].glyph, finding->code,
				weights[finding->severity].word, finding->is_muted ? ", muted" : "");
		}
		audit_say(snapshot, finding, &words);
		say_finding(page, &words);
		if (i + 1 == audit->count || !is_of_group(finding, &audit->items[i + 1]))
			say_line(page, "practice: ", words.practice);
	}
}

/* ---- the policy ---- */

typedef void write_fn(struct json_out *out, const struct audit_policy *policy, enum audit_by by);

static void say_rule(struct page *page, const struct audit_policy *policy, enum audit_by by,
	const char *before, write_fn *write)
{
	char *text = NULL;
	size_t size = 0;
	struct json_out out = { .file = open_memstream(&text, &size) };

	if (!out.file)
		return;
	write(&out, policy, by);
	fclose(out.file);
	page_line(page, ROLE_DIM, "    %s by %-6s", before, audit_by_name(by));
	page_add(page, ROLE_TEXT, "%s,", text);
	free(text);
}

static void say_policy(struct page *page, const struct audit_policy *policy)
{
	page_line(page, ROLE_TEXT, "  %s", policy->host);
	for (int by = 0; by < AUDIT_BY_COUNT; by++)
		say_rule(page, policy, (enum audit_by)by, "grants", audit_policy_write_grant);
	if (audit_policy_has_acl(policy))
		say_rule(page, policy, AUDIT_BY_USER, "acls  ", audit_policy_write_acl);
}

static bool is_first(const struct snapshot *snapshot, const struct audit *audit, size_t index,
	const struct audit_policy *policy)
{
	struct audit_policy other;

	for (size_t i = 0; i < index; i++)
		if (audit_policy_of(snapshot, &audit->items[i], &other) &&
			audit_policy_is_same(&other, policy))
			return false;
	return true;
}

static void say_policies(struct page *page, const struct snapshot *snapshot, const struct audit *audit)
{
	struct audit_policy policy;
	bool is_headed = false;

	for (size_t i = 0; i < audit->count; i++) {
		if (!audit_policy_of(snapshot, &audit->items[i], &policy) || audit->items[i].is_muted ||
			!is_first(snapshot, audit, i, &policy))
			continue;
		if (!is_headed) {
			page_head(page, "Rules for the tailnet policy (admin console, Access controls)");
			page_wrap(page, ROLE_DIM, "  ", 2,
				"For each machine take one line, by user, group or tag, for \"grants\", or "
				"the one for the "
				"older \"acls\" (there, too, src may be the group or the tag). Define its "
				"group or tag in "
				"\"groups\" or \"tagOwners\". A rule narrows nothing while another one lets "
				"everyone "
				"(\"src\": [\"*\"]) reach everything.");
		}
		is_headed = true;
		say_policy(page, &policy);
	}
}

/* ---- the report ---- */

static void say_unknowns(struct page *page, const struct snapshot *snapshot)
{
	char texts[AUDIT_UNKNOWNS_MAX][400];
	size_t count = audit_unknowns(snapshot, texts, AUDIT_UNKNOWNS_MAX);

	page_line(page, ROLE_TEXT, " ");
	for (size_t i = 0; i < count; i++) {
		char line[440];

		text_set(line, sizeof(line), "unknown from here: %s", texts[i]);
		page_wrap(page, ROLE_DIM, "? ", 2, line);
	}
}

static void say_sum(struct page *page, const struct snapshot *snapshot, const struct audit *audit)
{
	enum status status = audit_status(snapshot, audit);
	size_t counts[ARRAY_LEN(weights)] = { 0 };
	char text[256];

	for (size_t i = 0; i < audit->count; i++)
		counts[audit->items[i].severity] += !audit->items[i].is_muted;
	text_set(text, sizeof(text), "%zu dangerous, %zu exposed, %zu note%s  [status: %s (%d)]",
		counts[SEVERITY_DOWN], counts[SEVERITY_DEGRADED], counts[SEVERITY_INFO],
		counts[SEVERITY_INFO] == 1 ? "" : "s", status_name(status), (int)status);
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TITLE, "", 0, text);
}

void audit_print(const struct print_to *to, const struct snapshot *snapshot, const struct audit *audit)
{
	int width = to->width < WIDTH_LEAST ? WIDTH_LEAST : to->width;
	struct page *page = page_new(width);
	struct canvas *canvas;

	say_head(page, snapshot);
	say_findings(page, snapshot, audit);
	say_policies(page, snapshot, audit);
	say_unknowns(page, snapshot);
	say_sum(page, snapshot, audit);
	canvas = canvas_new(UNCUT_WIDTH, (int)page_lines(page), to->is_ascii);
	page_draw(page, canvas, 0, 0, canvas->height, 0);
	canvas_text_print(to->file, canvas, to->has_colour);
	canvas_free(canvas);
	page_free(page);
}
