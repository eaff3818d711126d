/* Words of commands that a user is to run: they must work when they are typed as printed. */
#ifndef TSLLM_BASE_SHELL_H
#define TSLLM_BASE_SHELL_H

#include <stddef.h>

/* The text as one word of a POSIX shell, in single quotes; returns to. What does not fit is cut. */
const char *shell_quote(char *to, size_t size, const char *text);
/* The same, without quotes where none are needed. */
const char *shell_word(char *to, size_t size, const char *text);

#endif
