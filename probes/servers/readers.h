/* What several families read in the same way: lists of models, refusals, hours.
 *
 * All text is kept clean in the reading's arena, numbers of the wrong type stay unknown, and of a long list
 * the first READERS_MODELS_MAX models are kept. */
#ifndef TSLLM_SERVERS_READERS_H
#define TSLLM_SERVERS_READERS_H

#include "probes/io/answer.h"
#include "probes/model/obs.h"

#define READERS_MODELS_MAX 1000

/* An object with nothing but a text "version". */
bool readers_only_version(const struct answer *answer);
/* A 200 with JSON. */
bool readers_is_json_ok(const struct answer *answer);
/* A 200 without a body or a type, as some say that all is well; a Caddy without a route says it too and is
 * told by its header. */
bool readers_is_empty_ok(const struct answer *answer);
/* A 401 that says so in JSON, as servers do and proxies do not. */
bool readers_is_refusal(const struct answer *answer);
/* The same, noted in the reading. */
bool readers_wants_key(const struct answer *answer, struct reading *reading);
/* What FastAPI says to a path that it does not have. */
bool readers_is_fastapi_404(const struct answer *answer);
/* Whether the answer has an x-request-id that is a UUID with dashes: some send 32 hex digits, most none. */
bool readers_has_uuid(const struct answer *answer);

/* The server's own clock, wall ms, by the Date header ("Mon, 23 Nov 2026 00:36:14 GMT"); 0 where there is
 * none of that form. */
int64_t readers_date(const struct answer *answer);

/* Fills one model from one entry, whose id was taken already. */
typedef void readers_model_fn(const struct json *entry, struct obs_model *model, struct arena *arena);

/* A model of which nothing is known but its name. */
struct obs_model readers_model(const char *id, struct arena *arena);
/* A readers_model_fn for a list of what is loaded. */
void readers_fill_loaded(const struct json *entry, struct obs_model *model, struct arena *arena);

/* Takes the array under key of a 200: each entry's text under id_key, and what fill (NULL: nothing) finds
 * beside. A null list is an empty one. False, and nothing taken, where there is no such list. */
bool readers_take_list(const struct answer *answer, const char *key, const char *id_key, enum model_list list,
	readers_model_fn *fill, struct reading *reading);
/* The OpenAI list: {"object":"list","data":[{"id":…}]}. A refusal is read too. */
bool readers_take_openai(const struct answer *answer, readers_model_fn *fill, struct reading *reading);
/* The same of a server in vLLM's manner: what it lists is loaded, with its context as "max_model_len". */
bool readers_take_served(const struct answer *answer, struct reading *reading);
bool readers_is_openai_list(const struct answer *answer);
/* Whether any entry of the OpenAI list has this owned_by. */
bool readers_owned_by(const struct answer *answer, const char *owner);

#endif
