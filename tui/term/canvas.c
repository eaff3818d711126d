/* Cells, and how text is written to them.
 *
 * Every write ends in put(), which clips, clears the other half of a wide character that it overwrites, and
 * replaces glyphs by ASCII on an ASCII canvas. Combining marks are added to the cell to their left: the first
 * is kept, more are dropped. */
#include "tui/term/canvas.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPELT_BYTES 2048

struct canvas *canvas_new(int width, int height, bool is_ascii)
{
	struct canvas *canvas = mem_alloc(sizeof(*canvas));

	canvas->width = width > 0 ? width : 0;
	canvas->height = height > 0 ? height : 0;
	canvas->is_ascii = is_ascii;
	canvas->cells = mem_alloc((size_t)canvas->width * (size_t)canvas->height * sizeof(struct cell));
	canvas_clear(canvas);
	return canvas;
}

void canvas_free(struct canvas *canvas)
{
	if (!canvas)
		return;
	free(canvas->cells);
	free(canvas);
}

static struct cell *cell_at(const struct canvas *canvas, int x, int y)
{
	return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

void canvas_clear(struct canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++)
			*cell_at(canvas, x, y) = (struct cell){ .character = ' ', .role = ROLE_TEXT };
}

const struct cell *canvas_row(const struct canvas *canvas, int y)
{
	return cell_at(canvas, 0, y);
}

bool canvas_rows_equal(const struct canvas *a, const struct canvas *b, int y)
{
	const struct cell *one = canvas_row(a, y), *other = canvas_row(b, y);

	for (int x = 0; x < a->width; x++)
		if (one[x].character != other[x].character || one[x].combining != other[x].combining ||
			one[x].role != other[x].role || one[x].attributes != other[x].attributes)
			return false;
	return true;
}

/* The plain character for one of our glyphs; '?' for all others. */
static uint32_t plain(uint32_t character)
{
	static const struct {
		uint32_t glyph;
		char plain;
	} table[] = {
		{ 0x25cf, '*' },
		{ 0x25b2, '!' },
		{ 0x25bc, 'v' },
		{ 0x2716, 'X' },
		{ 0x2714, '+' },
		{ 0x25d0, '%' },
		{ 0x25cb, 'o' },
		{ 0x2581, '.' },
		{ 0x2582, ':' },
		{ 0x2583, '-' },
		{ 0x2584, '=' },
		{ 0x2585, '+' },
		{ 0x2586, '*' },
		{ 0x2587, '%' },
		{ 0x2588, '#' },
		{ 0x258f, '.' },
		{ 0x258e, '.' },
		{ 0x258d, ':' },
		{ 0x258c, ':' },
		{ 0x258b, '+' },
		{ 0x258a, '+' },
		{ 0x2589, '%' },
		{ 0x2580, '=' },
		{ 0x2590, '|' },
		{ 0x2591, '.' },
		{ 0x2592, ':' },
		{ 0x2593, '+' },
		{ 0x2013, '-' },
		{ 0x2500, '-' },
		{ 0x2502, '|' },
		{ 0x250c, '+' },
		{ 0x2510, '+' },
		{ 0x2514, '+' },
		{ 0x2518, '+' },
		{ 0x2026, '.' },
		{ 0x2265, '>' },
		{ 0x2191, '^' },
		{ 0x2193, 'v' },
		{ 0x00b7, '.' },
		{ 0x00d7, 'x' },
		{ 0x2018, '\'' },
		{ 0x2019, '\'' },
		{ 0x201c, '"' },
		{ 0x201d, '"' },
	};

	if (character < 0x80)
		return character;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].glyph == character)
			return (unsigned char)table[i].plain;
	return '?';
}

/* Before one half of a wide character is overwritten: clears the other. */
static void part(struct canvas *canvas, int x, int y)
{
	struct cell *cell = cell_at(canvas, x, y);

	if (!cell->character && x > 0)
		cell[-1].character = ' ';
	if (x + 1 < canvas->width && !cell[1].character)
		cell[1].character = ' ';
}

static void put(struct canvas *canvas, int x, int y, enum role role, uint32_t character)
{
	int cells = text_cells_of(character);

	if (y < 0 || y >= canvas->height || x < 0 || x + cells > canvas->width)
		return;
	if (!cells) {
		while (x-- > 0) {
			struct cell *left = cell_at(canvas, x, y);

			if (!left->character)
				continue;
			if (!left->combining && !canvas->is_ascii)
				left->combining = character;
			return;
		}
		return;
	}
	for (int i = 0; i < cells; i++) {
		part(canvas, x + i, y);
		*cell_at(canvas, x + i, y) = (struct cell){
			.character = canvas->is_ascii ? plain(character)
				     : i              ? 0
						      : character,
			.role = (uint8_t)role,
		};
	}
}

/* What one character of ours is in ASCII if one cell is not enough: an arrow must not become > in a command
 * that people copy. None is longer in bytes. */
static const char *spell(const struct canvas *canvas, const char *text, char *to, size_t size)
{
	static const struct {
		const char *ours, *plain;
	} words[] = { { "→", "->" }, { "←", "<-" }, { "↓ ", "in " }, { "↑ ", "out " } };
	size_t used = 0;

	if (!canvas->is_ascii)
		return text;
	while (*text && used + 1 < size) {
		size_t i = 0;

		while (i < ARRAY_LEN(words) && !text_has_prefix(text, words[i].ours))
			i++;
		if (i == ARRAY_LEN(words)) {
			to[used++] = *text++;
			continue;
		}
		used += (size_t)snprintf(to + used, size - used, "%s", words[i].plain);
		text += strlen(words[i].ours);
	}
	to[used < size ? used : size - 1] = '\0';
	return to;
}

int canvas_text(struct canvas *canvas, int x, int y, int width, enum role role, const char *text)
{
	char spelt[SPELT_BYTES];
	bool is_cut;
	int begin = x, end;

	text = spell(canvas, text, spelt, sizeof(spelt));
	if (width > canvas->width - x)
		width = canvas->width - x;
	if (width <= 0)
		return x;
	is_cut = text_cells(text) > width;
	end = x + width - is_cut;
	for (uint32_t character; (character = text_next(&text));) {
		int cells = text_cells_of(character);

		if (x + cells > end)
			break;
		if (!cells && x == begin)
			continue; /* a mark without a base character would attach to the text before it */
		put(canvas, x, y, role, character);
		x += cells;
	}
	if (is_cut)
		put(canvas, x++, y, role, canvas->is_ascii ? '~' : 0x2026);
	return x;
}

int canvas_text_right(struct canvas *canvas, int x, int y, int width, enum role role, const char *text)
{
	char spelt[SPELT_BYTES];
	int spare;

	text = spell(canvas, text, spelt, sizeof(spelt));
	spare = width - text_cells(text);
	if (spare > 0) {
		x += spare;
		width -= spare;
	}
	return canvas_text(canvas, x, y, width, role, text);
}

void canvas_fill(struct canvas *canvas, int x, int y, int width, enum role role, uint32_t character)
{
	for (int i = 0; i < width; i++)
		put(canvas, x + i, y, role, character);
}

void canvas_mark(struct canvas *canvas, int x, int y, int width, unsigned attributes)
{
	if (y < 0 || y >= canvas->height)
		return;
	for (int i = x < 0 ? 0 : x; i < x + width && i < canvas->width; i++)
		cell_at(canvas, i, y)->attributes |= (uint8_t)attributes;
}

bool utf8_put(char *to, size_t size, uint32_t character)
{
	size_t used = strlen(to);
	size_t bytes = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	if (used + bytes + 1 > size)
		return false;
	for (size_t i = bytes - 1; i > 0; i--) {
		to[used + i] = (char)(0x80 | (character & 0x3f));
		character >>= 6;
	}
	to[used] = (char)(lead[bytes] | character);
	to[used + bytes] = '\0';
	return true;
}

char *canvas_row_text(const struct canvas *canvas, int y, char *to, size_t size)
{
	const struct cell *row = canvas_row(canvas, y);
	int end = canvas->width;

	while (end > 0 && row[end - 1].character == ' ')
		end--;
	*to = '\0';
	for (int x = 0; x < end; x++) {
		if (row[x].character)
			utf8_put(to, size, row[x].character);
		if (row[x].combining)
			utf8_put(to, size, row[x].combining);
	}
	return to;
}
