/* A run of cells in one style is text, in pieces that are stretched to the width of their cells, so that columns stay
 * in line whatever font is used. If a theme leaves the terminal's own two colours as they are, they are light on dark. */
#include "tui/out/canvas_svg.h"

#include "probes/base/mem.h"

#include <stdbool.h>
#include <string.h>

#define CELL_WIDTH 8 /* what a character of DejaVu Sans Mono takes at 13.29 px, for renderers without textLength */
#define CELL_HEIGHT 17
#define BASELINE 13 /* below the cell's top */
#define MARGIN 8
#define PAPER 0x16181d
#define INK 0xd4d7dd

struct look {
	int ink, paper; /* rrggbb */
	unsigned attributes;
};

struct picture {
	FILE *file;
	const struct theme *theme;
	int ink, paper; /* of plain text */
};

static int rgb(int colour, int otherwise)
{
	return colour == COLOUR_DEFAULT ? otherwise : theme_rgb(colour);
}

static struct look look_of(const struct picture *picture, const struct cell *cell)
{
	struct style style = theme_style(picture->theme, cell->role, cell->attributes);
	struct look look = { rgb(style.fg, picture->ink), rgb(style.bg, picture->paper), style.attributes };

	if (style.attributes & STYLE_REVERSE)
		look = (struct look){ look.paper, look.ink, style.attributes };
	return look;
}

static bool is_same(struct look a, struct look b)
{
	return a.ink == b.ink && a.paper == b.paper && a.attributes == b.attributes;
}

static void put_character(FILE *file, uint32_t character)
{
	char text[8] = "";

	if (character == '&' || character == '<' || character == '>') {
		fprintf(file, "&#%u;", (unsigned)character);
		return;
	}
	utf8_put(text, sizeof(text), character);
	fputs(text, file);
}

static void put_style(FILE *file, struct look look)
{
	static const struct {
		unsigned attribute;
		const char *style;
	} styles[] = {
		{ STYLE_BOLD, " font-weight=\"bold\"" },
		{ STYLE_DIM, " opacity=\"0.6\"" },
		{ STYLE_ITALIC, " font-style=\"italic\"" },
	};

	fprintf(file, " fill=\"#%06x\"", (unsigned)look.ink);
	for (size_t i = 0; i < ARRAY_LEN(styles); i++)
		if (look.attributes & styles[i].attribute)
			fputs(styles[i].style, file);
}

static void put_rect(FILE *file, int left, int top, int width, int height, int colour)
{
	fprintf(file, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", left, top,
		width, height, (unsigned)colour);
}

static void put_piece(FILE *file, const struct cell *row, int y, int from, int to, struct look look)
{
	fprintf(file, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"",
		MARGIN + from * CELL_WIDTH, MARGIN + y * CELL_HEIGHT + BASELINE, (to - from) * CELL_WIDTH);
	put_style(file, look);
	putc('>', file);
	for (int x = from; x < to; x++) {
		if (row[x].character)
			put_character(file, row[x].character);
		if (row[x].combining)
			put_character(file, row[x].combining);
	}
	fputs("</text>\n", file);
}

static bool is_braille(const struct cell *cell)
{
	return (cell->character & ~0xffU) == 0x2800;
}

static bool has_dot(const struct cell *row, int x, int dot_row)
{
	static const unsigned bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

	return row[x / 2].character & bits[dot_row][x % 2];
}

/* Braille as areas: fonts and renderers differ in how wide it is and in how they draw a missing dot. */
static void put_dots(FILE *file, const struct cell *row, int y, int from, int to, struct look look)
{
	fputs("<path", file);
	put_style(file, look);
	fputs(" d=\"", file);
	for (int dot_row = 0; dot_row < 4; dot_row++) {
		int top = MARGIN + y * CELL_HEIGHT + dot_row * CELL_HEIGHT / 4,
		    bottom = MARGIN + y * CELL_HEIGHT + (dot_row + 1) * CELL_HEIGHT / 4;

		for (int x = from * 2, end; x < to * 2; x = end) {
			end = x + 1;
			if (!has_dot(row, x, dot_row))
				continue;
			while (end < to * 2 && has_dot(row, end, dot_row))
				end++;
			fprintf(file, "M%d %dh%dv%dH%dz", MARGIN + x * CELL_WIDTH / 2, top,
				(end - x) * CELL_WIDTH / 2, bottom - top, MARGIN + x * CELL_WIDTH / 2);
		}
	}
	fputs("\"/>\n", file);
}

static bool is_blank(const struct cell *row, int x, int end)
{
	return x >= end || row[x].character == ' ';
}

/* A piece ends before two blanks: renderers differ in what they make of several. */
static void put_run(
	const struct picture *picture, const struct cell *row, int y, int from, int to, struct look look)
{
	int top = MARGIN + y * CELL_HEIGHT, left = MARGIN + from * CELL_WIDTH,
	    width = (to - from) * CELL_WIDTH;

	if (look.paper != picture->paper)
		put_rect(picture->file, left, top, width, CELL_HEIGHT, look.paper);
	if (look.attributes & STYLE_UNDERLINE)
		put_rect(picture->file, left, top + BASELINE + 2, width, 1, look.ink);
	for (int end; from < to; from = end) {
		end = from + 1;
		if (is_blank(row, from, to))
			continue;
		if (is_braille(&row[from])) {
			while (end < to && is_braille(&row[end]))
				end++;
			put_dots(picture->file, row, y, from, end, look);
			continue;
		}
		while (end < to && !(is_blank(row, end, to) && is_blank(row, end + 1, to)) &&
			!is_braille(&row[end]))
			end++;
		put_piece(picture->file, row, y, from, end, look);
	}
}

static void put_row(const struct picture *picture, const struct canvas *canvas, int y)
{
	const struct cell *row = canvas_row(canvas, y);

	for (int from = 0, to; from < canvas->width; from = to) {
		struct look look = look_of(picture, &row[from]);

		to = from + 1;
		while (to < canvas->width &&
			(!row[to].character || is_same(look, look_of(picture, &row[to]))))
			to++;
		put_run(picture, row, y, from, to, look);
	}
}

void canvas_svg_print(FILE *file, const struct canvas *canvas, const struct theme *theme)
{
	struct style text = theme_style(theme, ROLE_TEXT, 0);
	struct picture picture = { file, theme, rgb(text.fg, INK), rgb(text.bg, PAPER) };
	int width = canvas->width * CELL_WIDTH + 2 * MARGIN,
	    height = canvas->height * CELL_HEIGHT + 2 * MARGIN;

	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
		" font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\" font-size=\"13.29\""
		" xml:space=\"preserve\" style=\"white-space:pre\">\n<rect width=\"100%%\" height=\"100%%\" rx=\"6\" fill=\"#%06x\"/>\n",
		width, height, width, height, (unsigned)picture.paper);
	for (int y = 0; y < canvas->height; y++)
		put_row(&picture, canvas, y);
	fputs("</svg>\n", file);
}
