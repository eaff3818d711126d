/* The table of figures: one row for each, with its key, unit and kind.
 *
 * JSON, history, sharing between two endpoints of one engine, forgetting old values and the schema test run
 * over these tables. Each output maps units and names itself. To add a figure, add a member to its struct, a
 * row in fields.c and the code that reads it. */
#ifndef TSLLM_MODEL_FIELDS_H
#define TSLLM_MODEL_FIELDS_H

#include "probes/model/snapshot.h"
#include "probes/model/unit.h"

#include <stddef.h>

enum field_kind {
	FIELD_MOMENT,  /* a current value: says nothing once it is old */
	FIELD_SETTING, /* valid until it is reported again */
	FIELD_COUNTER  /* only rises, until it is reset */
};

/* A double at that offset in its struct. */
struct field {
	const char *key; /* its key in JSON */
	size_t offset;
	enum unit unit;
	enum field_kind kind;
	const char *help;
	const char *plot; /* its title on a plot: "TTFT median"; NULL: no history is kept of it */
	unsigned rank;    /* its place among the plots of a row */
};

struct fields {
	const struct field *items;
	size_t count;
};

extern const struct fields fields_engine; /* struct figures */
extern const struct fields fields_answer; /* struct endpoint: timings of its answers to our own requests */
extern const struct fields fields_latency;
extern const struct fields fields_path;
extern const struct fields fields_peer;
extern const struct fields fields_gpu; /* struct gpu_figures */
extern const struct fields fields_model;
extern const struct fields fields_flow;

double fields_value(const struct field *field, const void *row);
/* Sets all of them to unknown (NAN). */
void fields_blank(const struct fields *fields, void *row);
/* Copies the values known in from over those in to. A share above 1 is invalid and not copied. */
void fields_update(const struct fields *fields, void *to, const void *from);
/* Fills the values unknown in to from the other. */
void fields_share(const struct fields *fields, void *to, const void *from);
/* Sets the current values (FIELD_MOMENT) to unknown. */
void fields_forget_moment(const struct fields *fields, void *row);

#endif
