/* Takes a key out of what a server says, before anybody reads it.
 *
 * Debug pages and error texts echo the headers they were sent, and what a server says is shown, printed and
 * logged. So the door through which a key leaves looks for it in all that comes back. */
#ifndef TSLLM_IO_SECRET_H
#define TSLLM_IO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrites every occurrence of key in text with asterisks, plain or as JSON, URLs and HTML write it; also
 * the beginning of one that the end of the text cuts off. A key of fewer than 8 characters only counts as a
 * word of its own. One of fewer than 4, and one that every manual prints or every answer holds ("ollama",
 * "EMPTY", "data"), is no secret: servers must be told apart whatever was typed. */
void secret_hide(char *text, size_t length, const char *key);
/* Whether a key is so long that it cannot be meant by anything else, wherever it stands. */
bool secret_is_plain(const char *key);

#endif
