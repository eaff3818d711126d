/* JSON from strangers. The only place that knows cJSON; what we say ourselves is written by json_out.h.
 *
 * json_parse() refuses what is too deep (1,000 levels) or has too many values (200,000), before
 * it builds a tree. Getters are typed: a member that is absent, null or of another type is "" or NAN, never
 * zero. struct json_cut takes a big object apart as its bytes arrive, so that the tree of a 10 MB document
 * never exists. */
#ifndef TSLLM_BASE_JSON_H
#define TSLLM_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct fault;
struct json; /* one value; owned by the tree it is in */

#define JSON_VALUES_MAX 200000
#define JSON_CUT_MAX (4 * 1024 * 1024) /* bytes of one cut value */

struct json *json_parse(const char *bytes, size_t length, struct fault *fault);
/* Why json_parse() refuses it, whether or not it would be JSON. */
bool json_has_too_many_values(const char *bytes, size_t length);
void json_free(struct json *tree);

bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_null(const struct json *value);
const struct json *json_member(const struct json *object, const char *key); /* NULL: absent */
const struct json *json_first(const struct json *container);                /* first child */
const struct json *json_next(const struct json *child);
const char *json_key(const struct json *child);    /* "" in an array */
const char *json_string(const struct json *value); /* "" if no string */
double json_value(const struct json *value);       /* NAN if no number */
bool json_is_true(const struct json *value);
bool json_is_false(const struct json *value); /* and nothing else: neither null nor absent */
const char *json_text(const struct json *object, const char *key); /* "" if absent */
double json_number(const struct json *object, const char *key);    /* NAN if absent */
double json_amount(const struct json *object, const char *key);    /* finite, not below zero; NAN else */
/* Whether it has the member at all, if only as null (which json_member does not tell from absent). */
bool json_has(const struct json *object, const char *key);
bool json_true(const struct json *object, const char *key); /* present and true */

/* Called for every member of the root object, group "", and for every member of a root member named in
 * groups, group its name. A key is given as it is written, escapes and all. The value lives for the call
 * only. */
typedef void json_cut_fn(void *data, const char *group, const char *key, const struct json *value);
struct json_cut;
struct json_cut *json_cut_new(
	const char *const *groups, json_cut_fn *member, void *data); /* groups: NULL-ended */
int json_cut_feed(struct json_cut *cut, const char *bytes, size_t length, struct fault *fault);
int json_cut_end(struct json_cut *cut, struct fault *fault); /* -1: the document is not complete */
void json_cut_free(struct json_cut *cut);

#endif
