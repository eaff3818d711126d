/* Parses JSON of bounded size, and reads typed values from it. The streaming parser is in json_cut.c. */
#include "probes/base/json.h"

#include "probes/base/fault.h"
#include "probes/base/json_nan.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const cJSON *tree_of(const struct json *value)
{
	return (const cJSON *)value;
}

static struct json *json_of(const cJSON *item)
{
	return (struct json *)(uintptr_t)item;
}

/* An upper bound: every value but the root follows a comma or an opening bracket that is outside strings.
 * That takes at least two bytes for each value, so short texts need no scan. */
bool json_has_too_many_values(const char *bytes, size_t length)
{
	size_t count = 1;
	bool in_string = false;

	if (length / 2 < JSON_VALUES_MAX)
		return false;

	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == ',' || c == '[' || c == '{'))
			count++;
	}
	return count > JSON_VALUES_MAX;
}

static bool only_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	return at == end;
}

/* The tree; NULL: it is not JSON, and *stopped is where that shows. */
static cJSON *parse(const char *bytes, size_t length, const char **stopped)
{
	cJSON *tree = cJSON_ParseWithLengthOpts(bytes, length, stopped, 0);

	if (tree && only_space(*stopped, bytes + length))
		return tree;
	cJSON_Delete(tree);
	return NULL;
}

static cJSON *parse_pythons(const char *bytes, size_t length)
{
	const char *stopped;
	size_t new_length;
	char *copy = json_nan_to_null(bytes, length, &new_length);
	cJSON *tree = copy ? parse(copy, new_length, &stopped) : NULL;

	free(copy);
	return tree;
}

struct json *json_parse(const char *bytes, size_t length, struct fault *fault)
{
	const char *stopped = NULL;
	cJSON *tree;

	if (json_has_too_many_values(bytes, length)) {
		fault_say(fault, "JSON with more than %d values", JSON_VALUES_MAX);
		return NULL;
	}
	tree = parse(bytes, length, &stopped);
	if (!tree)
		tree = parse_pythons(bytes, length);
	if (!tree)
		fault_say(fault, "not JSON at byte %zu of %zu",
			stopped && stopped >= bytes ? (size_t)(stopped - bytes) : 0, length);
	return tree ? json_of(tree) : NULL;
}

void json_free(struct json *tree)
{
	cJSON_Delete((cJSON *)tree);
}

const char *json_library(void)
{
	return cJSON_Version();
}

bool json_is_object(const struct json *value)
{
	return cJSON_IsObject(tree_of(value));
}

bool json_is_array(const struct json *value)
{
	return cJSON_IsArray(tree_of(value));
}

bool json_is_null(const struct json *value)
{
	return cJSON_IsNull(tree_of(value));
}

const struct json *json_member(const struct json *object, const char *key)
{
	const cJSON *item = cJSON_IsObject(tree_of(object))
				    ? cJSON_GetObjectItemCaseSensitive(tree_of(object), key)
				    : NULL;

	return cJSON_IsNull(item) ? NULL : json_of(item);
}

const struct json *json_first(const struct json *container)
{
	bool holds = cJSON_IsObject(tree_of(container)) || cJSON_IsArray(tree_of(container));

	return holds ? json_of(tree_of(container)->child) : NULL;
}

const struct json *json_next(const struct json *child)
{
	return json_of(tree_of(child)->next);
}

const char *json_key(const struct json *child)
{
	const char *key = tree_of(child)->string;

	return key ? key : "";
}

const char *json_string(const struct json *value)
{
	const char *text = cJSON_GetStringValue(tree_of(value));

	return text ? text : "";
}

double json_value(const struct json *value)
{
	double number = cJSON_IsNumber(tree_of(value)) ? tree_of(value)->valuedouble : NAN;

	return isfinite(number) ? number : NAN;
}

bool json_is_true(const struct json *value)
{
	return cJSON_IsTrue(tree_of(value));
}

bool json_is_false(const struct json *value)
{
	return cJSON_IsFalse(tree_of(value));
}

const char *json_text(const struct json *object, const char *key)
{
	return json_string(json_member(object, key));
}

double json_number(const struct json *object, const char *key)
{
	return json_value(json_member(object, key));
}

bool json_has(const struct json *object, const char *key)
{
	if (!json_is_object(object))
		return false;
	for (const struct json *child = json_first(object); child; child = json_next(child))
		if (strcmp(json_key(child), key) == 0)
			return true;
	return false;
}

double json_amount(const struct json *object, const char *key)
{
	double number = json_number(object, key);

	return isfinite(number) && number >= 0 ? number : NAN;
}

bool json_true(const struct json *object, const char *key)
{
	return json_is_true(json_member(object, key));
}
