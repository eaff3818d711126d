/* How a verdict is printed everywhere: as one line, in brief, or as lines of a page with its fix on a line of
 * its own. */
#ifndef TSLLM_VIEWS_VERDICT_LINE_H
#define TSLLM_VIEWS_VERDICT_LINE_H

#include "tui/table/columns.h"
#include "tui/table/page.h"

/* Appends "TEXT → FIX" to to. */
void verdict_line_add(char *to, size_t size, const struct verdict *verdict);
/* The same after before, and in brief "CODE → FIX"; the caller sets the role. */
void verdict_line_value(struct value *value, const char *before, const struct verdict *verdict);
/* The text, indented, and below it "→ FIX". before replaces the indent of the first line. */
void verdict_line_write(struct page *page, const struct verdict *verdict, const char *before, int indent);
/* The same, below "CODE (severity, for 3 min, ignored)". */
void verdict_line_block(
	struct page *page, const struct snapshot *snapshot, const struct verdict *verdict, int indent);

#endif
