/* The theme that the user chose with T, instead of the configured one. */
#ifndef TSLLM_TUI_KEPT_THEME_H
#define TSLLM_TUI_KEPT_THEME_H

#include "tui/ui/kept.h"

/* The kept theme, or the configured one if none is kept or the configuration has changed since. */
const char *kept_theme_get(const struct kept *kept, const char *configured);
void kept_theme_set(struct kept *kept, const char *configured, const char *chosen);

#endif
