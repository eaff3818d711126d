/* Writes JSON straight into a FILE, without a tree, so the size of the document does not matter.
 *
 * Begin and end calls must pair. key is NULL inside arrays. Functions that write a value omit an
 * unknown one ("", NAN, time 0) together with its key. */
#ifndef TSLLM_BASE_JSON_OUT_H
#define TSLLM_BASE_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_out {
	FILE *file;
	bool is_pretty; /* tabs and newlines; otherwise all on one line */
	int depth;
	bool has_member; /* in the object or array that is open */
};

void json_out_begin(struct json_out *out, const char *key, char bracket); /* '{' or '[' */
void json_out_end(struct json_out *out, char bracket);                    /* '}' or ']' */
void json_out_text(struct json_out *out, const char *key, const char *text);
void json_out_number(struct json_out *out, const char *key, double number);
void json_out_bool(struct json_out *out, const char *key, bool value);
void json_out_time(struct json_out *out, const char *key, int64_t wall_ms);
/* Reads back as the same number; what JSON has no number for is written as "nan", "inf", "-inf". */
void json_out_exact(struct json_out *out, const char *key, double number);
void json_out_string(struct json_out *out, const char *key, const char *text); /* "" too */
/* These write null for an unknown value. */
void json_out_text_or_null(struct json_out *out, const char *key, const char *text);
void json_out_time_or_null(struct json_out *out, const char *key, int64_t wall_ms);
/* Writes the flag only if it is true. */
void json_out_true(struct json_out *out, const char *key, bool value);
void json_out_texts(struct json_out *out, const char *key,
	const char *const *texts); /* NULL-terminated; an empty list is written as [] */

#endif
