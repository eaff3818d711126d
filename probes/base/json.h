/* Parses JSON from untrusted sources. No other module uses cJSON; our own output is written by json_out.h.
 *
 * json_parse() refuses input with more than 1,000 levels (cJSON's limit) or 200,000 values (counted before
 * a tree is built). Getters are typed: for a member that is absent, null or of another type they return ""
 * or NAN, never zero. struct json_cut splits a large object as its bytes arrive, so that a 10 MB document
 * is never held as one tree. */
#ifndef TSLLM_BASE_JSON_H
#define TSLLM_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct fault;
struct json; /* one value; owned by the tree it is in */

#define JSON_VALUES_MAX 200000
#define JSON_CUT_MAX (4 * 1024 * 1024) /* bytes of one cut value */

struct json *json_parse(const char *bytes, size_t length, struct fault *fault);
/* Whether json_parse() refuses the text for its number of values, even if it is valid JSON. */
bool json_has_too_many_values(const char *bytes, size_t length);
void json_free(struct json *tree);

const char *json_library(void); /* the version of cJSON */

bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_null(const struct json *value);
const struct json *json_member(const struct json *object, const char *key); /* NULL: absent */
const struct json *json_first(const struct json *container);                /* first child */
const struct json *json_next(const struct json *child);
const char *json_key(const struct json *child);    /* "" in an array */
const char *json_string(const struct json *value); /* "" if not a string */
double json_value(const struct json *value);       /* NAN if not a number */
bool json_is_true(const struct json *value);
bool json_is_false(const struct json *value);                      /* false itself, not null or absent */
const char *json_text(const struct json *object, const char *key); /* "" if absent */
double json_number(const struct json *object, const char *key);    /* NAN if absent */
double json_amount(const struct json *object, const char *key); /* NAN unless it is finite and not negative */
/* Whether the member is present, even as null. (json_member() returns NULL for null.) */
bool json_has(const struct json *object, const char *key);
bool json_true(const struct json *object, const char *key); /* present and true */

/* Called for each member of the root object (group is ""), and for each member of the root's members that
 * are listed in groups (group is that member's name). key is raw: its escapes are not decoded. value is
 * valid only during the call. */
typedef void json_cut_fn(void *data, const char *group, const char *key, const struct json *value);
/* Called before that, with the text of the value: it may shorten it, and true means that it needs no parsing. */
typedef bool json_text_fn(void *data, const char *group, const char *key, char *text, size_t *length);
struct json_cut;
/* groups: NULL-terminated; text: NULL: every value is parsed whole. */
struct json_cut *json_cut_new(const char *const *groups, json_text_fn *text, json_cut_fn *member, void *data);
int json_cut_feed(struct json_cut *cut, const char *bytes, size_t length, struct fault *fault);
int json_cut_end(struct json_cut *cut, struct fault *fault); /* -1: incomplete document */
void json_cut_free(struct json_cut *cut);

#endif
