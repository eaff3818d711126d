/* The outputs: what --format names, and how each prints. A new output is a file, and a row of the table. */
#ifndef TSLLM_OUT_OUTPUTS_H
#define TSLLM_OUT_OUTPUTS_H

#include "probes/report/diagnose.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OUTPUTS_NAMES_MAX 128 /* bytes, of all names */

struct print_to {
	FILE *file, *errors; /* errors: what is for a person while file is for a script */
	int width;           /* in cells, of what is laid out for people */
	bool has_colour, is_ascii;
};

/* What is asked for on the command line. */
enum output_use { OUTPUT_SNAPSHOT, OUTPUT_RECORD, OUTPUT_DOCTOR, OUTPUT_PICK };

/* A function that is NULL: this output does not print that. Whether the file took it is the caller's to ask
 * (ferror). */
struct output {
	const char *name;
	void (*snapshot)(const struct print_to *to, const struct snapshot *snapshot);
	void (*record)(
		const struct print_to *to, const struct snapshot *snapshot); /* one a period: --watch */
	/* target NULL: everything */
	void (*doctor)(const struct print_to *to, const struct snapshot *snapshot,
		const struct diagnosis_target *target);
	/* Returns the exit status. is_verbose: with the reason. */
	int (*pick)(const struct print_to *to, const struct snapshot *snapshot, const char *model,
		bool is_verbose);
};

const struct output *outputs_find(const char *name); /* NULL: there is none */
bool outputs_can(const struct output *output, enum output_use use);
/* The one that is used where --format is not given. */
const struct output *outputs_default(enum output_use use);
/* The names of those that can, with between between them. Returns to. */
char *outputs_names(char *to, size_t size, enum output_use use, const char *between);

#endif
