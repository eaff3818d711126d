/* A page: lines of text in roles, wrapped to a width, for what is no table: details, help, empty and broken
 * states. */
#ifndef TSLLM_TABLE_PAGE_H
#define TSLLM_TABLE_PAGE_H

#include "tui/term/canvas.h"

#define PAGE_LINE_MAX 1024

struct page;

struct page *page_new(int width);
void page_free(struct page *page);
size_t page_lines(const struct page *page);
int page_width(const struct page *page);
/* Starts a line; further words of the line follow with page_add. An empty format is a blank line. */
void page_line(struct page *page, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void page_add(struct page *page, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A blank line and a heading. */
void page_head(struct page *page, const char *title);
/* A word of the line in width cells, padded or cut, and a blank: for columns. */
void page_cell(struct page *page, enum role role, int width, const char *text);
/* Text of any length, broken between words, each line indented; what goes before the first replaces its
 * indent. */
void page_wrap(struct page *page, enum role role, const char *before, int indent, const char *text);
/* Goes on in the line that is begun, of which indent cells are taken, and below it, indented. */
void page_flow(struct page *page, enum role role, int indent, const char *text);
/* Adds the same glyph some times over. */
void page_bar(struct page *page, enum role role, uint32_t glyph, int cells);
void page_draw(const struct page *page, struct canvas *canvas, int x, int y, int height, size_t first);

#endif
