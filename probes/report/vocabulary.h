/* The words of this program's own sentences and commands. They are in everyone's report, so such a word does
 * not reveal that a machine is named after it ("server", "ollama", "443"). */
#ifndef TSLLM_REPORT_VOCABULARY_H
#define TSLLM_REPORT_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

struct vocabulary;

struct vocabulary *vocabulary_new(void);
void vocabulary_free(struct vocabulary *vocabulary);
/* word: in lower case. Numbers count as words. */
bool vocabulary_has(const struct vocabulary *vocabulary, const char *word);
/* Whether what stands at a place in a text is a whole word: no letter before or after it, and no further
 * label of a longer name. */
bool vocabulary_is_whole(const char *text, const char *at, size_t length);

#endif
