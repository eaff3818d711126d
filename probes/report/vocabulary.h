/* The words of this program's own sentences and commands. They are in everybody's report, so that a machine which
 * is called by one ("server", "ollama", "443") is not told by it. */
#ifndef TSLLM_REPORT_VOCABULARY_H
#define TSLLM_REPORT_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

struct vocabulary;

struct vocabulary *vocabulary_new(void);
void vocabulary_free(struct vocabulary *vocabulary);
/* word: in lower case. Numbers are words. */
bool vocabulary_has(const struct vocabulary *vocabulary, const char *word);
/* What stands at a place in a text is a word of its own: no letter goes on before or after it, nor the next label
 * of a longer name. */
bool vocabulary_is_whole(const char *text, const char *at, size_t length);

#endif
