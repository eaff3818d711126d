/* What is on the screen in full about the selected row: what is wrong, what to type, and the figures. */
#ifndef TSLLM_VIEWS_INSPECTOR_H
#define TSLLM_VIEWS_INSPECTOR_H

#include "tui/table/page.h"
#include "tui/views/target.h"

/* "tower :11434 ── not-listening, for 3 min" */
void inspector_title(const struct snapshot *snapshot, struct target target, char *title, size_t size);
void inspector_write(const struct snapshot *snapshot, struct target target, struct page *page);
/* The lines that a page of that width needs for any verdict's sentence and fix: a panel of that height does not
 * change as the selection moves. */
size_t inspector_least(const struct snapshot *snapshot, int width);
/* The verdict whose fix is shown; NULL: none. */
const struct verdict *inspector_verdict(const struct snapshot *snapshot, struct target target);

#endif
