/* The views. To add one: a file with its table, a line here, a row in views.c. */
#ifndef TSLLM_VIEWS_VIEWS_H
#define TSLLM_VIEWS_VIEWS_H

#include "tui/table/view.h"

extern const struct view view_fleet, view_paths, view_models, view_serve, view_clients, view_events;
extern const struct view view_history;
extern const struct view view_detail, view_help, view_log; /* without a key: shown over another view */

extern const struct view *const views[]; /* those with a key, in order, NULL-terminated */
size_t views_count(void);
const struct view *views_named(const char *title); /* in any case; NULL: there is none */

#endif
