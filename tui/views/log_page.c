/* Its lines with the sentences of known errors among them; then why there are none, or nothing more. */
#include "tui/views/log_page.h"

#include "probes/base/text.h"
#include "tui/views/views.h"

#include <stdio.h>

/* It is no view of a snapshot: log_page_write() writes it. */
const struct view view_log = { .title = "Log" };

static void write_run(const struct log_text *log, struct page *page)
{
	char label[160];

	if (*log->why)
		page_wrap(page, ROLE_TITLE, "", 2, log->why);
	if (*log->run) {
		text_set(label, sizeof(label), "run%s%s ", *log->run_on ? " on " : "", log->run_on);
		page_wrap(page, ROLE_FIX, label, 4, log->run);
	}
	if (*log->hint)
		page_wrap(page, ROLE_DIM, "hint ", 5, log->hint);
}

static enum role role_of(const struct log_sign *sign)
{
	static const enum role roles[] = {
		[SEVERITY_INFO] = ROLE_TITLE,
		[SEVERITY_DEGRADED] = ROLE_STATE + STATE_WARN,
		[SEVERITY_DOWN] = ROLE_STATE + STATE_FAULT,
	};

	return sign ? roles[sign->severity] : ROLE_TEXT;
}

void log_page_write(const struct log_text *log, struct page *page)
{
	char dropped[64];

	if (log->lines.dropped) {
		snprintf(dropped, sizeof(dropped), "… %zu older lines are left out", log->lines.dropped);
		page_line(page, ROLE_DIM, "%s", dropped);
	}
	for (size_t i = 0; i < log->lines.lines.count; i++) {
		const struct log_line *line = &log->lines.lines.items[i];
		enum role role = role_of(line->sign);

		page_line(page, role, "%s", "");
		page_flow(page, role, 2, line->text);
		if (!line->is_said)
			continue;
		page_wrap(page, ROLE_TITLE, "  = ", 4, line->sign->text);
		if (*line->sign->fix)
			page_wrap(page, ROLE_FIX, "    ", 4, line->sign->fix);
	}
	write_run(log, page);
}
