/* What several families read in the same way: lists of models, refusals, dates.
 *
 * Texts are cleaned and kept in the reading's arena, numbers of the wrong type stay unknown, and of a long
 * list the first READERS_MODELS_MAX models are kept; READERS_LOADED_MAX of those that are loaded. A context or a
 * size of 0 means unknown. */
#ifndef TSLLM_SERVERS_READERS_H
#define TSLLM_SERVERS_READERS_H

#include "probes/io/answer.h"
#include "probes/model/obs.h"

#define READERS_MODELS_MAX 10000
#define READERS_LOADED_MAX 1000

/* An object with nothing but a text "version". */
bool readers_only_version(const struct answer *answer);
/* A 200 with JSON. */
bool readers_is_json_ok(const struct answer *answer);
/* A 200 without a body or a Content-Type, by which some servers say that all is well. A Caddy without a route
 * answers like that too, and is recognised by its Server header. */
bool readers_is_empty_ok(const struct answer *answer);
/* A 401 with JSON, as servers send it and proxies do not. */
bool readers_is_refusal(const struct answer *answer);
/* The same, and notes in the reading that a key is wanted. */
bool readers_wants_key(const struct answer *answer, struct reading *reading);
/* FastAPI's answer for a path that does not exist. */
bool readers_is_fastapi_404(const struct answer *answer);
/* Whether the answer has an x-request-id that is a UUID with dashes: some send 32 hex digits, most none. */
bool readers_has_uuid(const struct answer *answer);

/* The server's own clock, wall ms, from the Date header ("Mon, 23 Nov 2026 00:36:14 GMT"); 0 if there is none
 * of that form. */
int64_t readers_date(const struct answer *answer);

/* Fills in one model from its entry; the id is set already. */
typedef void readers_model_fn(const struct json *entry, struct obs_model *model, struct arena *arena);

/* A model of which only the name is known. */
struct obs_model readers_model(const char *id, struct arena *arena);
/* A readers_model_fn for a list of loaded models. */
void readers_fill_loaded(const struct json *entry, struct obs_model *model, struct arena *arena);

/* Takes the array under key of a 200: the text under id_key of each entry, and what fill (NULL: nothing)
 * reads of the rest. A null list counts as empty. Returns false, with nothing taken, if there is no such
 * list. */
bool readers_take_list(const struct answer *answer, const char *key, const char *id_key, enum model_list list,
	readers_model_fn *fill, struct reading *reading);
/* The OpenAI list, {"object":"list","data":[{"id":…}]}, or what gateways make of it: the array alone, "models"
 * for "data", another word for "id". A refusal is read too. */
bool readers_take_openai(const struct answer *answer, readers_model_fn *fill, struct reading *reading);
/* The same for servers that list like vLLM: every model listed is loaded, its context is "max_model_len". */
bool readers_take_served(const struct answer *answer, struct reading *reading);
bool readers_is_openai_list(const struct answer *answer);
/* Whether all entries of the OpenAI list have this owned_by. A gateway passes on the owners of its engines, so
 * one entry does not tell who sent the list. */
bool readers_owned_by(const struct answer *answer, const char *owner);
/* Whether at least one has it: a guess to be confirmed. */
bool readers_owns_some(const struct answer *answer, const char *owner);
/* The first entry of the OpenAI list; NULL: none. */
const struct json *readers_first_model(const struct answer *answer);

#endif
