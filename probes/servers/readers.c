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

static size_t count_capped(const struct json *array)
{
	size_t count = 0;

	for (const struct json *entry = json_first(array); entry && count < READERS_MODELS_MAX;
		entry = json_next(entry))
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

bool readers_take_list(const struct answer *answer, const char *key, const char *id_key, enum model_list list,
	readers_model_fn *fill, struct reading *reading)
{
	const struct json *array, *entry;
	size_t room;

	if (!find_list(answer, key, &array))
		return false;
	room = count_capped(array);
	reading->list = list;
	reading->models = arena_alloc(reading->arena, room * sizeof(*reading->models));
	for (entry = json_first(array); entry && reading->model_count < room; entry = json_next(entry)) {
		const char *id = json_text(entry, id_key);
		struct obs_model *model = &reading->models[reading->model_count];

		if (!id[0])
			continue;
		*model = readers_model(id, reading->arena);
		if (fill)
			fill(entry, model, reading->arena);
		reading->model_count++;
	}
	return true;
}

bool readers_is_openai_list(const struct answer *answer)
{
	const struct json *array;

	return find_list(answer, "data", &array) && (strcmp(json_text(answer->json, "object"), "list") == 0 ||
							    json_text(json_first(array), "id")[0]);
}

bool readers_take_openai(const struct answer *answer, readers_model_fn *fill, struct reading *reading)
{
	if (readers_wants_key(answer, reading))
		return true;
	return readers_is_openai_list(answer) &&
	       readers_take_list(answer, "data", "id", MODELS_ALL, fill, reading);
}

bool readers_take_served(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_served, reading);
}

bool readers_owned_by(const struct answer *answer, const char *owner)
{
	const struct json *entry = json_first(json_member(answer->json, "data"));

	for (size_t i = 0; entry && i < READERS_MODELS_MAX; i++, entry = json_next(entry))
		if (strcmp(json_text(entry, "owned_by"), owner) == 0)
			return true;
	return false;
}
