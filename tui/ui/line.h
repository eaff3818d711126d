/* A line that is being typed: its text, and the place in it where the next character goes. */
#ifndef TSLLM_UI_LINE_H
#define TSLLM_UI_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* What the key does to text (size bytes) and *at, a place before a whole character. Returns false if it is no
 * key of a line, or there was nothing for it to do. */
bool line_key(char *text, size_t size, size_t *at, int key);

#endif
