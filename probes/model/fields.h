/* The figures of the model, one row each: its key, what it counts in, and what it is.
 *
 * JSON, sharing between two endpoints of one engine, forgetting what is old, and the test of the schema run over these
 * tables; an output maps unit and name itself. A new figure is a member of its struct, a row in fields.c and its
 * reader. */
#ifndef TSLLM_MODEL_FIELDS_H
#define TSLLM_MODEL_FIELDS_H

#include "probes/model/snapshot.h"

#include <stddef.h>

enum unit { UNIT_COUNT, UNIT_MS, UNIT_BYTES, UNIT_BYTES_PER_S, UNIT_TOKENS, UNIT_TOKENS_PER_S, UNIT_SHARE };

enum field_kind {
	FIELD_MOMENT,  /* of the moment: says nothing once it is old */
	FIELD_SETTING, /* stays until it is told anew */
	FIELD_COUNTER  /* only rises, until it is reset */
};

/* A double at that place of its struct. */
struct field {
	const char *key; /* as JSON has it */
	size_t offset;
	enum unit unit;
	enum field_kind kind;
	const char *help;
};

struct fields {
	const struct field *items;
	size_t count;
};

extern const struct fields fields_engine; /* struct figures */
extern const struct fields fields_answer; /* struct endpoint: how long its own answers took */
extern const struct fields fields_latency;
extern const struct fields fields_path;
extern const struct fields fields_peer;
extern const struct fields fields_model;
extern const struct fields fields_flow;

double fields_value(const struct field *field, const void *row);
/* All of them unknown. */
void fields_blank(const struct fields *fields, void *row);
/* What is known in from replaces what is in to; a share must be one. */
void fields_update(const struct fields *fields, void *to, const void *from);
/* What is not known in to is taken from the other. */
void fields_share(const struct fields *fields, void *to, const void *from);
/* Those of the moment are unknown from now on. */
void fields_forget_moment(const struct fields *fields, void *row);

#endif
