/* Lines are rows of pieces; a piece is a role and a text.
 *
 * Text is wrapped when a line is added, because the width is known by then. Drawing walks over the visible
 * lines, so scrolling only changes where that starts. */
#include "tui/table/page.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct piece {
	enum role role;
	size_t line;
	const char *text;
};

struct page {
	struct arena *arena;
	int width;
	size_t line_count;
	VEC(struct piece) pieces;
};

struct page *page_new(int width)
{
	struct page *page = mem_alloc(sizeof(*page));

	page->arena = arena_new();
	page->width = width;
	return page;
}

void page_free(struct page *page)
{
	if (!page)
		return;
	arena_free(page->arena);
	free(page->pieces.items);
	free(page);
}

size_t page_lines(const struct page *page)
{
	return page->line_count;
}

int page_width(const struct page *page)
{
	return page->width;
}

static void add(struct page *page, enum role role, const char *text)
{
	*VEC_PUSH(&page->pieces) = (struct piece){
		.role = role,
		.line = page->line_count - 1,
		.text = arena_copy(page->arena, text),
	};
}

__attribute__((format(printf, 3, 0))) static void add_format(
	struct page *page, enum role role, const char *format, va_list arguments)
{
	char text[PAGE_LINE_MAX];

	vsnprintf(text, sizeof(text), format, arguments);
	add(page, role, text);
}

void page_line(struct page *page, enum role role, const char *format, ...)
{
	va_list arguments;

	page->line_count++;
	va_start(arguments, format);
	add_format(page, role, format, arguments);
	va_end(arguments);
}

void page_add(struct page *page, enum role role, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_format(page, role, format, arguments);
	va_end(arguments);
}

void page_head(struct page *page, const char *title)
{
	page_line(page, ROLE_TEXT, " ");
	page_line(page, ROLE_HEAD_SORTED, "%s", title);
}

/* How many bytes of text fit into width cells. */
static size_t fitting_cells(const char *text, int width)
{
	const char *at = text;

	while (*at) {
		const char *start = at;

		width -= text_cells_of(text_next(&at));
		if (width < 0)
			return (size_t)(start - text);
	}
	return (size_t)(at - text);
}

void page_cell(struct page *page, enum role role, int width, const char *text)
{
	char word[PAGE_LINE_MAX];
	size_t length = strlen(text);

	if (text_cells(text) > width) {
		length = fitting_cells(text, width - 1);
		page_add(page, role, "%.*s… ", (int)length, text);
		return;
	}
	snprintf(word, sizeof(word), "%s%*s ", text, width - text_cells(text), "");
	add(page, role, word);
}

/* The same, but cut before the last blank if there is one; at least one character. */
static size_t fitting_words(const char *text, int width)
{
	size_t fits = fitting_cells(text, width), cut = fits;
	const char *after = text;

	if (!text[fits])
		return fits;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	text_next(&after);
	return cut ? cut : fits ? fits : (size_t)(after - text);
}

void page_flow(struct page *page, enum role role, int indent, const char *text)
{
	int room = page->width - indent > 8 ? page->width - indent : 8;
	size_t length = fitting_words(text, room);

	add(page, role, arena_printf(page->arena, "%.*s", (int)length, text));
	for (;;) {
		text += length;
		text += strspn(text, " ");
		if (!*text)
			return;
		length = fitting_words(text, room);
		page->line_count++;
		add(page, role, arena_printf(page->arena, "%*s%.*s", indent, "", (int)length, text));
	}
}

void page_wrap(struct page *page, enum role role, const char *before, int indent, const char *text)
{
	int taken = text_cells(before);

	page->line_count++;
	add(page, role, arena_printf(page->arena, "%s%*s", before, indent > taken ? indent - taken : 0, ""));
	page_flow(page, role, indent, text);
}

/* The cells that a line leaves free. */
static int room_of(const struct page *page, size_t line)
{
	int room = page->width;

	for (size_t i = page->pieces.count; i-- > 0 && page->pieces.items[i].line >= line;)
		if (page->pieces.items[i].line == line)
			room -= text_cells(page->pieces.items[i].text);
	return room;
}

void page_right(struct page *page, enum role role, const char *text)
{
	int gap = room_of(page, page->line_count - 1) - text_cells(text);

	if (gap > 1)
		page_add(page, role, "%*s%s", gap, "", text);
}

void page_bar(struct page *page, enum role role, uint32_t glyph, int cells)
{
	char text[PAGE_LINE_MAX] = "";

	while (cells-- > 0 && utf8_put(text, sizeof(text), glyph))
		;
	add(page, role, text);
}

void page_draw(const struct page *page, struct canvas *canvas, int x, int y, int height, size_t first)
{
	size_t line = SIZE_MAX;
	int at = x;

	for (size_t i = 0; i < page->pieces.count; i++) {
		const struct piece *piece = &page->pieces.items[i];

		if (piece->line < first || piece->line - first >= (size_t)height)
			continue;
		if (piece->line != line)
			at = x;
		line = piece->line;
		at = canvas_text(
			canvas, at, y + (int)(line - first), canvas->width - at, piece->role, piece->text);
	}
}
