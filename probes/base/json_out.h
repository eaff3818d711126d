/* JSON written as it is told, straight into a FILE: no tree, whatever the size.
 *
 * Begin and end calls must pair, keys are given inside objects and are NULL inside arrays. Put functions
 * leave unknown values ("", NAN, time 0) out, key and all. */
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
void json_out_null(struct json_out *out, const char *key);
/* null where it is unknown. */
void json_out_text_or_null(struct json_out *out, const char *key, const char *text);
void json_out_time_or_null(struct json_out *out, const char *key, int64_t wall_ms);
/* A flag that says something only when it is true. */
void json_out_true(struct json_out *out, const char *key, bool value);
void json_out_texts(
	struct json_out *out, const char *key, const char *const *texts); /* NULL-ended; may be [] */

#endif
