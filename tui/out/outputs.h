/* The outputs: what --format names, and how each prints. To add one: a file, and a row in the table. */
#ifndef TSLLM_OUT_OUTPUTS_H
#define TSLLM_OUT_OUTPUTS_H

#include "probes/report/audit.h"
#include "probes/report/canary_plan.h"
#include "probes/report/connect.h"
#include "probes/report/diagnose.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OUTPUTS_NAMES_MAX 128 /* bytes, of all names */

struct exposition_memory;
struct history;
struct report;
struct view;

struct print_to {
	FILE *file, *errors; /* errors: messages for the user while file goes to a script */
	int width, height;   /* cells: of formatted text, of a picture */
	bool has_colour, is_ascii;
	bool is_uncut; /* tables are as wide as their content, whatever the width */
	const struct view *view; /* which one; NULL: the first */
	const char *theme;       /* of a picture: a name or a path */
	const struct history *history; /* of a picture: what led to the snapshot; NULL: not known */
	/* What earlier metrics showed, so that a verdict that ended is 0; NULL: nothing. */
	struct exposition_memory *memory;
};

/* What the command line requests. */
enum output_use {
	OUTPUT_SNAPSHOT,
	OUTPUT_RECORD,
	OUTPUT_DOCTOR,
	OUTPUT_PICK,
	OUTPUT_CONNECT,
	OUTPUT_AUDIT,
	OUTPUT_REPORT,
	OUTPUT_CANARY
};

/* NULL: this output cannot print that. The caller checks whether the file could be written (ferror). */
struct output {
	const char *name;
	bool is_picture;                           /* it shows what led to the snapshot, too */
	bool (*can_view)(const struct view *view); /* whether it prints that one; NULL: it prints no view */
	void (*snapshot)(const struct print_to *to, const struct snapshot *snapshot);
	void (*record)(
		const struct print_to *to, const struct snapshot *snapshot); /* one per period: --watch */
	/* target NULL: everything. */
	void (*doctor)(const struct print_to *to, const struct snapshot *snapshot,
		const struct diagnosis_target *target);
	/* Returns the exit status. is_verbose: prints the reason too. */
	int (*pick)(const struct print_to *to, const struct snapshot *snapshot, const char *model,
		bool is_verbose);
	void (*audit)(const struct print_to *to, const struct snapshot *snapshot, const struct audit *audit);
	/* The diagnosis and the audit, for a bug report. */
	void (*report)(
		const struct print_to *to, const struct snapshot *snapshot, const struct report *report);
	/* What came of a canary. */
	void (*canary)(const struct print_to *to, const struct snapshot *snapshot,
		const struct canary_plan *plan);
	/* Returns the exit status. */
	int (*connect)(const struct print_to *to, const struct snapshot *snapshot,
		const struct connect_request *request);
};

const struct output *outputs_find(const char *name); /* NULL: no such output */
bool outputs_can(const struct output *output, enum output_use use);
/* The output used without --format. */
const struct output *outputs_default(enum output_use use);
/* The names of the outputs that can, separated by between. Returns to. */
char *outputs_names(char *to, size_t size, enum output_use use, const char *between);

#endif
