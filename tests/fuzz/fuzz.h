/* What the fuzz targets share: how they are called, and what must hold of everything that they make.
 *
 * A target is one file, fuzz_NAME.c, with LLVMFuzzerTestOneInput() in it. `make fuzz` lets libFuzzer look for
 * inputs that break it; replay.c calls it with every file of corpus/NAME in every check. Whatever does not
 * hold is said and ends the program. */
#ifndef TSLLM_TESTS_FUZZ_H
#define TSLLM_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct obs_status;
struct obs_serve;
struct obs_net;
struct obs_answer;
struct obs_gpus;
struct reading;
struct url;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Optional: takes the options that it knows out of the arguments. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

void check(bool holds, const char *what);
/* Clean UTF-8 without control, bidi and zero-width characters, of at most cap bytes. */
void check_text(const char *text, size_t cap);
void check_texts(const char *const *texts, size_t cap); /* NULL-ended */
/* What was printed: the same, in lines. */
void check_printed(const char *text, size_t length);
/* One JSON value that can be read, and no control character in it but newlines and tabs. */
void check_json(const char *text, size_t length);
void check_status(const struct obs_status *status);
void check_serve(const struct obs_serve *serve);
void check_net(const struct obs_net *net);
void check_gpus(const struct obs_gpus *gpus);
void check_reading(const struct reading *reading);
void check_answer(const struct obs_answer *answer);
/* The normal form of a URL is its own normal form. */
void check_url(const struct url *url);

/* The bytes on the heap, with a NUL behind them and no room to spare, so that a sanitizer sees a byte too
 * many. */
char *fuzz_copy(const void *bytes, size_t length);
/* A file with these bytes in it; the path is good until the next call. */
const char *fuzz_file(const void *bytes, size_t length);

/* An input in sections: each begins with a line "@@ WORDS" and goes on to the next one. What stands before
 * the first is a section without words. */
struct section {
	const char *words; /* up to "rest", not NUL-ended */
	size_t words_length;
	const char *body;
	size_t length;
};

/* Takes the next section from the front of what is left; false: there is none. */
bool fuzz_section(struct section *section, const char **at, size_t *left);

#endif
