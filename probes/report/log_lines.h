/* The last lines of a log: split, cleaned, without keys, and marked where one is a known error.
 *
 * They are for the screen and for --server-log alone: no output, recording or report has them. */
#ifndef TSLLM_REPORT_LOG_LINES_H
#define TSLLM_REPORT_LOG_LINES_H

#include "probes/base/mem.h"
#include "probes/report/log_signs.h"

#include <stdbool.h>

#define LOG_LINES_KEPT 1000
#define LOG_LINE_BYTES 1000 /* of one line; what is longer is cut */

struct log_line {
	char *text;
	const struct log_sign *sign; /* NULL: none */
	bool is_said;                /* its sentence is due: it is no repetition of the error before it */
};

struct log_lines {
	VEC(struct log_line) lines;
	size_t dropped;              /* lines before the first that is kept */
	struct bytes part;           /* of a line whose end has not come */
	bool is_cut;                 /* that line is too long: the rest of it is left out */
	const struct log_sign *last; /* of the last line that had one, and how many came since */
	size_t since;
	/* Hides keys that are known, in a raw line; NULL: there are none. */
	void (*hide)(void *data, char *text, size_t length);
	void *data;
};

/* What is shown of one server's log. */
struct log_text {
	char what[400]; /* where it is read: "the journal of ollama.service"; "" */
	char why[640];  /* why there is nothing to read, or nothing more; "" while it goes on */
	char run[640], run_on[128],
		hint[400]; /* what to type instead, on which machine ("": this one), a sentence */
	struct log_lines lines;
};

/* Zeroed, it is empty. */
void log_lines_add(struct log_lines *log_lines, const char *bytes, size_t length);
/* The log has ended: what has come of its last line is a line. */
void log_lines_end(struct log_lines *log_lines);
void log_lines_fini(struct log_lines *log_lines);

#endif
