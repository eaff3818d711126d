/* What several families read in the same way.
 *
 * If a server answers something other than a list on the path of its list, it is not the server that was
 * expected: nothing is taken, and the caller says so. */
#include "probes/servers/readers.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/when.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool readers_only_version(const struct answer *answer)
{
	const struct json *only = json_is_object(answer->json) ? json_first(answer->json) : NULL;

	return answer->status == 200 && only && !json_next(only) && json_text(answer->json, "version")[0];
}

bool readers_is_json_ok(const struct answer *answer)
{
	return answer->status == 200 && answer->shape == BODY_JSON;
}

static bool is_caddy_alone(const struct answer *answer)
{
	return answer_header_has(answer, "Server", "caddy") &&
	       !answer_header_has(answer, "Server", "uvicorn");
}

bool readers_is_empty_ok(const struct answer *answer)
{
	return answer->status == 200 && answer->shape == BODY_EMPTY &&
	       !answer_has_header(answer, "Content-Type") && !is_caddy_alone(answer);
}

bool readers_is_refusal(const struct answer *answer)
{
	return answer->status == 401 && (json_has(answer->json, "error") || json_has(answer->json, "detail"));
}

bool readers_wants_key(const struct answer *answer, struct reading *reading)
{
	if (!readers_is_refusal(answer))
		return false;
	reading->wants_key = true;
	return true;
}

bool readers_is_fastapi_404(const struct answer *answer)
{
	return answer->status == 404 && strcmp(json_text(answer->json, "detail"), "Not Found") == 0;
}

bool readers_has_uuid(const struct answer *answer)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	char id[sizeof(form) + 1];

	if (strlen(answer_header(answer, "x-request-id", id, sizeof(id))) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '-' ? id[i] != '-' : !isxdigit((unsigned char)id[i]))
			return false;
	return true;
}

/* RFC 9110's form, rearranged as RFC 3339: when.c knows the calendar. */
int64_t readers_date(const struct answer *answer)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char date[40], ordered[32];
	const char *month;

	if (strlen(answer_header(answer, "Date", date, sizeof(date))) !=
			strlen("Mon, 23 Nov 2026 00:36:14 GMT") ||
		!text_has_suffix(date, " GMT"))
		return 0;
	date[11] = '\0';
	month = strstr(months, date + 8);
	if (!month || strlen(date + 8) != 3 || (month - months) % 3)
		return 0;
	snprintf(ordered, sizeof(ordered), "%.4s-%02d-%.2sT%.8sZ", date + 12, (int)(month - months) / 3 + 1,
		date + 5, date + 17);
	return when_parse(ordered);
}

/* ---- lists of models ---- */

/* The list under key, if it is an array or null. */
static bool find_list(const struct answer *answer, const char *key, const struct json **array)
{
	*array = json_member(answer->json, key);
	return readers_is_json_ok(answer) && (*array ? json_is_array(*array) : json_has(answer->json, key));
}

static size_t count_capped(const struct json *array, size_t most)
{
	size_t count = 0;

	for (const struct json *entry = json_first(array); entry && count < most; entry = json_next(entry))
		count++;
	return count;
}

struct obs_model readers_model(const char *id, struct arena *arena)
{
	return (struct obs_model){
		.id = text_keep(arena, id),
		.size_bytes = NAN,
		.vram_bytes = NAN,
		.context = NAN,
		.quantisation = "",
		.remote_host = "",
	};
}

void readers_fill_loaded(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	(void)entry, (void)arena;
	model->state = MODEL_LOADED;
}

static void fill_served(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	readers_fill_loaded(entry, model, arena);
	model->context = json_amount(entry, "max_model_len");
}

/* No model has a context or a size of 0. */
static void blank_zeros(struct obs_model *model)
{
	if (model->context <= 0)
		model->context = NAN;
	if (model->size_bytes <= 0)
		model->size_bytes = NAN;
}

typedef const char *id_fn(const struct json *entry, const char *key);

static void take_entries(const struct json *array, id_fn *id_of, const char *key, enum model_list list,
	readers_model_fn *fill, struct reading *reading)
{
	size_t room = count_capped(array, list == MODELS_LOADED ? READERS_LOADED_MAX : READERS_MODELS_MAX);

	reading->list = list;
	reading->models = arena_alloc(reading->arena, room * sizeof(*reading->models));
	for (const struct json *entry = json_first(array); entry && reading->model_count < room;
		entry = json_next(entry)) {
		const char *id = id_of(entry, key);
		struct obs_model *model = &reading->models[reading->model_count];

		if (!id[0])
			continue;
		*model = readers_model(id, reading->arena);
		if (fill)
			fill(entry, model, reading->arena);
		blank_zeros(model);
		reading->model_count++;
	}
}

bool readers_take_list(const struct answer *answer, const char *key, const char *id_key, enum model_list list,
	readers_model_fn *fill, struct reading *reading)
{
	const struct json *array;

	if (!find_list(answer, key, &array))
		return false;
	take_entries(array, json_text, id_key, list, fill, reading);
	return true;
}

/* ---- the OpenAI list ---- */

static const char *name_of(const struct json *entry, const char *key)
{
	static const char *const keys[] = { "id", "identifier", "model", "model_id", "name" };
	const char *name = "";

	(void)key;
	for (size_t i = 0; i < ARRAY_LEN(keys) && !name[0]; i++)
		name = json_text(entry, keys[i]);
	return name;
}

/* Of a list of bare names. */
static const char *text_of(const struct json *entry, const char *key)
{
	(void)key;
	return json_string(entry);
}

static bool has_word(const struct json *entry, const char *key, const char *word)
{
	return strcmp(json_text(entry, key), word) == 0;
}

/* People and files have an id, too. */
static bool is_model(const struct json *entry)
{
	static const char *const sizes[] = { "context_length", "max_model_len", "context_window",
		"inputTokenLimit" };
	bool has_size = false;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		has_size |= !isnan(json_number(entry, sizes[i]));
	return name_of(entry, NULL)[0] &&
	       (has_size || has_word(entry, "object", "model") || has_word(entry, "type", "model") ||
		       json_text(entry, "model_type")[0] ||
		       (json_text(entry, "owned_by")[0] && json_has(entry, "created")));
}

/* {"object":"list"} is how OpenAI's and other APIs begin any list, of customers for example. */
static bool is_something_else(const struct json *entry)
{
	const char *object = json_text(entry, "object");

	return object[0] && strcmp(object, "model") != 0 && strcmp(object, "engine") != 0;
}

static bool holds(const struct json *array, bool (*fits)(const struct json *entry))
{
	for (const struct json *entry = json_first(array); entry; entry = json_next(entry))
		if (fits(entry))
			return true;
	return false;
}

/* The array of the OpenAI list; NULL if it is null. */
static bool find_openai_list(const struct answer *answer, const struct json **array)
{
	if (find_list(answer, "data", array))
		return (has_word(answer->json, "object", "list") || name_of(json_first(*array), NULL)[0]) &&
		       !holds(*array, is_something_else);
	*array = json_is_array(answer->json) ? answer->json : json_member(answer->json, "models");
	if (*array != answer->json && *json_string(json_first(*array)))
		return readers_is_json_ok(answer);
	return readers_is_json_ok(answer) && json_is_array(*array) && holds(*array, is_model) &&
	       !holds(*array, is_something_else);
}

bool readers_is_openai_list(const struct answer *answer)
{
	const struct json *array;

	return find_openai_list(answer, &array);
}

const struct json *readers_first_model(const struct answer *answer)
{
	const struct json *array;

	return find_openai_list(answer, &array) ? json_first(array) : NULL;
}

bool readers_take_openai(const struct answer *answer, readers_model_fn *fill, struct reading *reading)
{
	const struct json *array;

	if (readers_wants_key(answer, reading))
		return true;
	if (!find_openai_list(answer, &array))
		return false;
	take_entries(array, *json_string(json_first(array)) ? text_of : name_of, NULL, MODELS_ALL, fill, reading);
	return true;
}

bool readers_take_served(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_served, reading);
}

static size_t count_owned(const struct answer *answer, const char *owner, size_t *others)
{
	size_t count = 0;

	*others = 0;
	for (const struct json *entry = readers_first_model(answer); entry; entry = json_next(entry))
		if (has_word(entry, "owned_by", owner))
			count++;
		else
			(*others)++;
	return count;
}

bool readers_owned_by(const struct answer *answer, const char *owner)
{
	size_t others;

	return count_owned(answer, owner, &others) && !others;
}

bool readers_owns_some(const struct answer *answer, const char *owner)
{
	size_t others;

	return count_owned(answer, owner, &others) > 0;
}
