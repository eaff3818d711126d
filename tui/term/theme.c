/* Parses a theme into styles.
 *
 * inih cuts lines at 200 bytes and does not pass on line numbers, so we supply the line reader: it counts
 * lines and rejects long ones. Every theme starts from the default theme, a file like the others that is
 * compiled in. */
#include "tui/term/theme.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "tui/term/canvas.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 198

const char *theme_role_name(enum role role)
{
	static const char *const names[ROLE_STATE] = {
		[ROLE_TEXT] = "text",
		[ROLE_DIM] = "dim-text",
		[ROLE_PROGRAM] = "program",
		[ROLE_HEADER] = "header",
		[ROLE_TAB] = "tab",
		[ROLE_TAB_ACTIVE] = "tab-active",
		[ROLE_HEAD] = "column",
		[ROLE_HEAD_SORTED] = "column-sorted",
		[ROLE_SELECTION] = "selection",
		[ROLE_KEY] = "key",
		[ROLE_HINT] = "hint",
		[ROLE_PROMPT] = "prompt",
		[ROLE_BANNER] = "banner",
		[ROLE_FIX] = "fix",
		[ROLE_TITLE] = "title",
		[ROLE_SPARK] = "spark",
		[ROLE_DIRECT] = "direct",
		[ROLE_PEER_RELAY] = "peer-relay",
		[ROLE_DERP] = "derp",
		[ROLE_BAR_PATH] = "bar-path",
		[ROLE_BAR_CONNECT] = "bar-connect",
		[ROLE_BAR_TLS] = "bar-tls",
		[ROLE_BAR_SERVER] = "bar-server",
		[ROLE_BAR_QUEUE] = "bar-queue",
		[ROLE_BAR_PREFILL] = "bar-prefill",
	};

	return role < ROLE_STATE ? names[role] : state_name((enum state)(role - ROLE_STATE));
}

static int role_by_name(const char *name)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		if (strcmp(theme_role_name((enum role)role), name) == 0)
			return role;
	return -1;
}

/* The index of a word in a NULL-terminated table; -1: not in it. */
static int word_in(const char *const *table, const char *word)
{
	for (int i = 0; table[i]; i++)
		if (strcmp(table[i], word) == 0)
			return i;
	return -1;
}

static bool read_colour(const char *word, int *colour)
{
	static const char *const names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan",
		"white", "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue",
		"bright-magenta", "bright-cyan", "bright-white", NULL };
	int named = word_in(names, word);

	if (named >= 0 || strcmp(word, "default") == 0) {
		*colour = named;
		return true;
	}
	if (word[0] == '#' && strlen(word) == 7 && strspn(word + 1, "0123456789abcdefABCDEF") == 6) {
		*colour = COLOUR_RGB | (int)strtol(word + 1, NULL, 16);
		return true;
	}
	*colour = (int)text_number(word, 255);
	return *colour >= 0;
}

static bool read_style(const char *value, struct style *style, char *wrong, size_t size)
{
	static const char *const attributes[] = { "bold", "dim", "italic", "underline", "reverse", NULL };
	struct style read = { COLOUR_DEFAULT, COLOUR_DEFAULT, 0 };
	int colours = 0;

	while (*(value += strspn(value, " \t"))) {
		size_t length = strcspn(value, " \t");
		int attribute, colour;

		snprintf(wrong, size, "%.*s", (int)length, value);
		value += length;
		attribute = word_in(attributes, wrong);
		if (attribute >= 0)
			read.attributes |= 1u << attribute;
		else if (colours < 2 && read_colour(wrong, &colour))
			*(colours++ ? &read.bg : &read.fg) = colour;
		else
			return false;
	}
	*style = read;
	return true;
}

struct parse {
	struct theme *theme;
	const char *file, *at;
	struct fault *fault;
	int line;
	bool has_failed;
};

static void complain(struct parse *parse, const char *what, const char *word)
{
	char shown[64];

	if (!parse->has_failed)
		fault_say(parse->fault, "%s:%d: %s \"%s\"", parse->file, parse->line, what,
			text_clean(shown, sizeof(shown), word, strlen(word)));
	parse->has_failed = true;
}

static void take_background(struct parse *parse, const char *value)
{
	int colour;

	if (read_colour(value, &colour))
		parse->theme->background = colour;
	else
		complain(parse, "expected one colour (a name, 0 to 255, #rrggbb), not", value);
}

static int take_line(void *data, const char *section, const char *name, const char *value)
{
	struct parse *parse = data;
	int role = role_by_name(name);
	char wrong[64] = "";

	(void)section;
	if (strcmp(name, "background") == 0)
		take_background(parse, value);
	else if (role < 0)
		complain(parse, "a theme has no role", name);
	else if (!read_style(value, &parse->theme->styles[role], wrong, sizeof(wrong)))
		complain(parse, "expected a colour (a name, 0 to 255, #rrggbb) or an attribute, not", wrong);
	return 1;
}

/* Gives inih the next line that fits its buffer. */
static char *next_line(char *line, int size, void *data)
{
	struct parse *parse = data;

	while (*parse->at) {
		size_t length = strcspn(parse->at, "\n");
		const char *start = parse->at;

		parse->line++;
		parse->at += length + (start[length] == '\n');
		if (length < LINE_MAX_BYTES) {
			/* inih takes an indented line as a continuation of the one before. */
			size_t indent = strspn(start, " \t");

			indent = indent < length ? indent : length;
			snprintf(line, (size_t)size, "%.*s\n", (int)(length - indent), start + indent);
			if (*line != '\n' && *line != '#' && *line != ';' && *line != '[' &&
				!strchr(line, '='))
				complain(parse, "expected `role = colours and attributes`, not", line);
			return line;
		}
		complain(parse, "a line is longer than 197 bytes", "…");
	}
	return NULL;
}

int theme_parse(struct theme *theme, const char *file, const char *text, struct fault *fault)
{
	struct parse parse = { .theme = theme, .file = file, .at = text, .fault = fault };

	ini_parse_stream(next_line, &parse, take_line, &parse);
	return parse.has_failed ? -1 : 0;
}

struct style theme_style(const struct theme *theme, unsigned role, unsigned cell_attributes)
{
	const struct style *selection = &theme->styles[ROLE_SELECTION];
	struct style style = theme->styles[role < ROLE_COUNT ? role : ROLE_TEXT];

	if (cell_attributes & CELL_DIM)
		style = theme->styles[ROLE_DIM];
	if (cell_attributes & CELL_SELECTED) {
		style.fg = selection->fg;
		style.bg = selection->bg;
		style.attributes = (style.attributes & ~(unsigned)(STYLE_DIM | STYLE_REVERSE)) |
				   selection->attributes;
	}
	if (style.fg == COLOUR_DEFAULT)
		style.fg = theme->styles[ROLE_TEXT].fg;
	if (style.bg == COLOUR_DEFAULT)
		style.bg = theme->background;
	return style;
}

/* The 256 colours of xterm: sixteen, a cube of 6 × 6 × 6, a ramp of greys. */
int theme_rgb(int colour)
{
	static const int sixteen[] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd,
		0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };
	int cube = colour - 16;

	if (colour >= COLOUR_RGB)
		return colour & 0xffffff;
	if (colour < 16)
		return sixteen[colour];
	if (colour < 232)
		return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6];
	return (8 + 10 * (colour - 232)) * 0x010101;
}

static int distance(int a, int b)
{
	int sum = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		int difference = (a >> shift & 0xff) - (b >> shift & 0xff);

		sum += difference * difference;
	}
	return sum;
}

int theme_nearest(int colour, int colours)
{
	/* Users can redefine the first sixteen, so approximate with those only if there are no others. */
	int from = colours > 16 ? 16 : 0, nearest = from;

	if (colour < colours)
		return colour;
	for (int candidate = from; candidate < colours; candidate++)
		if (distance(theme_rgb(candidate), theme_rgb(colour)) <
			distance(theme_rgb(nearest), theme_rgb(colour)))
			nearest = candidate;
	return nearest;
}
