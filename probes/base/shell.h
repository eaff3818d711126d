/* Quotes the words of commands that users are advised to run: they must work exactly as printed. */
#ifndef TSLLM_BASE_SHELL_H
#define TSLLM_BASE_SHELL_H

#include <stddef.h>

/* Quotes the text as one word of a POSIX shell, in single quotes; returns to. What does not fit is cut
 * off. */
const char *shell_quote(char *to, size_t size, const char *text);
/* The same, without quotes if none are needed. */
const char *shell_word(char *to, size_t size, const char *text);

#endif
