/* How the header says that a replay is shown. */
#ifndef TSLLM_VIEWS_REPLAY_WORDS_H
#define TSLLM_VIEWS_REPLAY_WORDS_H

#include "probes/model/snapshot.h"

/* In a replay: the time that is shown, and how it passes. Otherwise text stays as it is. */
void replay_words(const struct snapshot *snapshot, char *text, size_t size);

#endif
