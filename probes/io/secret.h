/* Hides API keys in the answers of servers, before any other code sees them.
 *
 * Debug pages and error texts echo the headers of requests, and answers are shown, printed and logged. The
 * HTTP client, which sends the keys, therefore searches all answers for them. */
#ifndef TSLLM_IO_SECRET_H
#define TSLLM_IO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrites every occurrence of key in text with asterisks, literal or escaped as in JSON, URLs and HTML;
 * also the beginning of one that is cut off by the end of the text. A key of fewer than 8 characters
 * matches only as a whole word. A key of fewer than 4, or one that manuals print or every answer contains
 * ("ollama", "EMPTY", "data"), is not a secret and is left alone: otherwise servers could no longer be
 * told apart. */
void secret_hide(char *text, size_t length, const char *key);
/* Whether a key is so distinctive (8 characters or more, no placeholder) that it means the key wherever it
 * occurs. */
bool secret_is_plain(const char *key);

#endif
