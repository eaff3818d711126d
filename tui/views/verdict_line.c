/* The fix follows an arrow. An ignored verdict is dim. */
#include "tui/views/verdict_line.h"

#include "probes/base/text.h"
#include "probes/report/wording.h"

#define NEW_MS 1000
#define INSET 2 /* cells: indent of the fix after its arrow and of the text below its code */

static void add(char *to, size_t size, const char *what, const struct verdict *verdict)
{
	text_add(to, size, "%s%s%s", what, *verdict->fix ? " → " : "", verdict->fix);
}

void verdict_line_add(char *to, size_t size, const struct verdict *verdict)
{
	add(to, size, verdict->text, verdict);
}

void verdict_line_value(struct value *value, const char *before, const struct verdict *verdict)
{
	text_set(value->text, sizeof(value->text), "%s", before);
	text_set(value->brief, sizeof(value->brief), "%s", before);
	add(value->text, sizeof(value->text), verdict->text, verdict);
	add(value->brief, sizeof(value->brief), verdict->code, verdict);
}

/* On lines of its own, so that it can be copied; what it is for in words below. */
static void write_command(struct page *page, const struct verdict *verdict, const char *arrow, int indent)
{
	char line[TEXT_CAP * 2];

	text_set(line, sizeof(line), "%s%s%s%s", *verdict->run_on ? "on " : "", verdict->run_on,
		*verdict->run_on ? ": " : "", verdict->run);
	page_wrap(page, ROLE_FIX, arrow, indent, line);
	if (*verdict->hint)
		page_wrap(page, ROLE_TEXT, "", indent, verdict->hint);
}

void verdict_line_write(struct page *page, const struct verdict *verdict, const char *before, int indent)
{
	enum role role = verdict->is_muted ? ROLE_DIM : ROLE_TEXT;
	char arrow[64];

	page_line(page, *before ? role_of_state(verdict->state) : role, "%s%*s", before,
		indent - text_cells(before), "");
	page_flow(page, role, indent, verdict->text);
	text_set(arrow, sizeof(arrow), "%*s→", indent, "");
	if (*verdict->run)
		write_command(page, verdict, arrow, indent + INSET);
	else if (*verdict->fix)
		page_wrap(page, ROLE_FIX, arrow, indent + INSET, verdict->fix);
}

void verdict_line_block(
	struct page *page, const struct snapshot *snapshot, const struct verdict *verdict, int indent)
{
	int64_t age_ms = verdict->since ? snapshot->taken.wall_ms - verdict->since : 0;
	char since[64] = "";

	/* In the first snapshots every verdict is new: do not say so. */
	if (age_ms >= NEW_MS)
		wording_span(since, sizeof(since), verdict->since, verdict->was_before,
			snapshot->taken.wall_ms);
	page_line(page, verdict->is_muted ? ROLE_DIM : role_of_state(verdict->state), "%*s%s", indent, "",
		verdict->code);
	page_add(page, ROLE_DIM, " (%s%s%s%s%s)", severity_name(verdict->severity),
		wording_certainty(verdict), *since ? ", for " : "", since,
		verdict->is_muted ? ", ignored" : "");
	verdict_line_write(page, verdict, "", indent + INSET);
}
