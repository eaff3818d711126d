/* How the roles look: `role = fg [bg] [attributes]`, one line each, in a plain file, and
 * `background = colour`.
 *
 * A colour is a name (black … white, bright-black … bright-white, default), a number from 0 to 255, or
 * #rrggbb. Attributes are bold, dim, italic, underline and reverse. The default theme is compiled in; a theme
 * file changes the roles it names. */
#ifndef TSLLM_TERM_THEME_H
#define TSLLM_TERM_THEME_H

#include "tui/term/role.h"

#include <stddef.h>

struct fault;

enum { COLOUR_DEFAULT = -1, COLOUR_RGB = 0x1000000 /* | rrggbb */ };
enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_ITALIC = 4, STYLE_UNDERLINE = 8, STYLE_REVERSE = 16 };

#define THEME_NAME_MAX 64

struct style {
	int fg, bg;
	unsigned attributes;
};

struct theme {
	char name[THEME_NAME_MAX];
	int background; /* behind everything; COLOUR_DEFAULT: the terminal's own */
	struct style styles[ROLE_COUNT];
};

extern const char theme_default_text[]; /* themes/default.theme, compiled in by the Makefile */

const char *theme_role_name(enum role role);
/* Parses text and overwrites the roles in theme that it names. A wrong line leaves its role as it is; returns
 * -1 and a fault with file and line for the first one. */
int theme_parse(struct theme *theme, const char *file, const char *text, struct fault *fault);
/* By name ($XDG_CONFIG_HOME/tsllm-top/themes, the installed themes, those beside the program) or by path.
 * theme is usable in any case: -1 and a fault mean that some or all of it is the default theme. */
int theme_load(struct theme *theme, const char *name_or_path, struct fault *fault);
/* The available names, sorted, without duplicates, at most room; always includes "default". Returns how
 * many. */
size_t theme_names(char (*names)[THEME_NAME_MAX], size_t room);
/* The name after current; after the last comes the first. */
void theme_next(const char *current, char *next, size_t size);

/* A style with the cell's attributes applied, on the theme's background: what a screen shows. The selected
 * row has the colours of the selection alone. */
struct style theme_style(const struct theme *theme, unsigned role, unsigned cell_attributes);
/* A colour other than the default as rrggbb. */
int theme_rgb(int colour);
/* The colour itself or the nearest on a terminal that has this many (8, 16, 256). */
int theme_nearest(int colour, int colours);

#endif
