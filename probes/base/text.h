/* Text: cleaning of outside text, width in terminal cells, and numbers formatted for people.
 *
 * Everything from outside (model ids, host names, error bodies, headers) passes through text_clean() once,
 * on input. After that it is valid UTF-8 of bounded length without control, bidi or zero-width characters,
 * safe to draw, print, log and record. */
#ifndef TSLLM_BASE_TEXT_H
#define TSLLM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define TEXT_CAP 256 /* bytes kept of any outside string, the escapes included */

/* Copies length bytes into to (size ≥ 4 bytes, NUL-terminated). Control characters and bytes that are not
 * UTF-8 are escaped as \xNN; bidi, zero-width, private-use, unassigned and other invisible characters as
 * \u{NNNN}. Emoji and text selectors and joiners after a character that is not ASCII are dropped. Text
 * that does not fit is cut before a whole character and ends in "…". Returns to. */
char *text_clean(char *to, size_t size, const char *from, size_t length);
/* The same into an arena, at most TEXT_CAP bytes. NULL gives "". */
const char *text_keep(struct arena *arena, const char *from);
const char *text_keep_n(struct arena *arena, const char *from, size_t length);

/* Whether text_clean() leaves the character as it is. */
bool text_is_shown(uint32_t character);

/* Decodes one character of valid UTF-8 and advances; 0 at the end. */
uint32_t text_next(const char **at);
/* Cells that one character takes, in any locale: 0 (combining), 1 or 2. */
int text_cells_of(uint32_t character);
int text_cells(const char *text);

bool text_has_prefix(const char *text, const char *prefix);
bool text_has_suffix(const char *text, const char *suffix);
bool text_contains_fold(const char *text, const char *part); /* ignores the case of ASCII letters */
bool text_equal_fold(const char *a, const char *b);
/* The whole of text as a decimal number from 0 to most; -1 otherwise. */
int64_t text_number(const char *text, int64_t most);

/* Numbers for people. Each writes into to and returns it; unknown (NAN) is "–". */
char *text_ms(char *to, size_t size, double ms);            /* "0.26" "4.1" "48" "1250" */
char *text_bytes(char *to, size_t size, double bytes);      /* "512 B" "4.2 MB" */
char *text_rate(char *to, size_t size, double bytes_per_s); /* "310 kB/s" */
char *text_count(char *to, size_t size, double count);      /* "7" */
char *text_speed(char *to, size_t size, double per_s);      /* "41" "4.1" "0.3"; "0" only for none at all */
char *text_span(char *to, size_t size, int64_t ms);         /* "8 s" "3 min" "2 h" "5 d" */

/* Like snprintf(), but text that does not fit is cut before a whole character, never inside one. */
void text_set(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, appended to the text in to. */
void text_add(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
