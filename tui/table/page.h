/* A page: lines of text in roles, wrapped to a width. For everything that is not a table: details, help,
 * empty and broken states. */
#ifndef TSLLM_TABLE_PAGE_H
#define TSLLM_TABLE_PAGE_H

#include "tui/term/canvas.h"

#define PAGE_LINE_MAX 1024

struct page;

struct page *page_new(int width);
void page_free(struct page *page);
size_t page_lines(const struct page *page);
int page_width(const struct page *page);
/* Starts a line; page_add() appends to it. An empty format is a blank line. */
void page_line(struct page *page, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void page_add(struct page *page, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A blank line and a heading. */
void page_head(struct page *page, const char *title);
/* Adds text to the line, padded or cut to width cells, and a blank: for columns. */
void page_cell(struct page *page, enum role role, int width, const char *text);
/* Text of any length, wrapped between words and indented; before replaces the indent of the first line. */
void page_wrap(struct page *page, enum role role, const char *before, int indent, const char *text);
/* Continues the current line, of which indent cells are taken, and wraps below it, indented. */
void page_flow(struct page *page, enum role role, int indent, const char *text);
/* Adds text at the right end of the current line if there is room. */
void page_right(struct page *page, enum role role, const char *text);
/* Adds the glyph cells times. */
void page_bar(struct page *page, enum role role, uint32_t glyph, int cells);
void page_draw(const struct page *page, struct canvas *canvas, int x, int y, int height, size_t first);

#endif
