/* Beside the theme stands the one that was configured then: who configures another one later means that. */
#include "tui/kept_theme.h"

#include <stdbool.h>
#include <string.h>

const char *kept_theme_get(const struct kept *kept, const char *configured)
{
	const char *chosen = kept_get(kept, "theme");

	return *chosen && strcmp(kept_get(kept, "theme-instead-of"), configured) == 0 ? chosen : configured;
}

void kept_theme_set(struct kept *kept, const char *configured, const char *chosen)
{
	bool is_other = strcmp(chosen, configured) != 0;

	kept_set(kept, "theme", is_other ? chosen : "");
	kept_set(kept, "theme-instead-of", is_other ? configured : "");
}
