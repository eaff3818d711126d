/* The names of models and of peers that were seen last, for completion in a shell: one per line, in the files
 * "models" and "peers" beside the state file. */
#ifndef TSLLM_TUI_KNOWN_NAMES_H
#define TSLLM_TUI_KNOWN_NAMES_H

struct snapshot;

/* Writes what is new. A snapshot without any model leaves the models as they were; so for peers; and one of a
 * replay leaves both. state_file "": there are no such files. */
void known_names_keep(const struct snapshot *snapshot, const char *state_file);
void known_names_forget(const char *state_file);

#endif
