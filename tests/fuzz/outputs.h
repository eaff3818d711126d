/* What a snapshot looks like in every form that the program prints, in memory, and what must hold of it. */
#ifndef TSLLM_TESTS_FUZZ_OUTPUTS_H
#define TSLLM_TESTS_FUZZ_OUTPUTS_H

#include "probes/model/snapshot.h"

#include <stddef.h>

struct canvas;

enum form {
	FORM_JSON,
	FORM_LINE,
	FORM_TEXT,
	FORM_DOCTOR,
	FORM_PICK,
	FORM_METRICS,
	FORM_NAGIOS,
	FORM_SD,
	FORM_SVG,
	FORM_COUNT
};

struct printed {
	char *text; /* on the heap */
	size_t length;
};

const char *form_name(enum form form);
/* What this form prints of a snapshot; FORM_LINE is JSON without newlines, FORM_PICK asks for its first
 * model. */
struct printed output_of(const struct snapshot *snapshot, enum form form);
/* Nothing that could steer a terminal, and JSON that reads back. */
void check_output(const struct printed *output, enum form form);
/* Every text of a snapshot is clean; the lists in it are copied. */
void check_snapshot(struct snapshot *snapshot);
/* Every view of it, drawn. */
void check_views(const struct snapshot *snapshot, int width, int height);
void check_canvas(const struct canvas *canvas);

#endif
