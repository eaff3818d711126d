/* Finds out which family a server is of. Every family judges every answer, and the best guess chooses the
 * next request.
 *
 * `GET /` did no harm to any program that was measured, so it comes first. `GET /v1/models` tells the most,
 * but breaks off running answers on one family: it is never sent while that family is likely. A confirming
 * answer that is whole JSON and says otherwise refutes the guess; a broken or missing one refutes neither the
 * guess nor its ban on /v1/models. */
#include "probes/servers/identify.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <string.h>

static const char root[] = "/";
static const char model_list[] = "/v1/models";

static void ask(struct identification *r, const char *path)
{
	r->ask = path;
	r->asked[r->asked_count++] = path;
}

static bool was_asked(const struct identification *r, const char *path)
{
	for (size_t i = 0; i < r->asked_count; i++)
		if (strcmp(r->asked[i], path) == 0)
			return true;
	return false;
}

static bool confirms(const struct family *family, const char *path)
{
	return family->confirm && strcmp(family->confirm, path) == 0;
}

/* The family that comes first in the table. */
static const struct family *better(const struct family *a, const struct family *b)
{
	for (size_t i = 0; families[i]; i++)
		if (families[i] == a || families[i] == b)
			return families[i];
	return NULL;
}

/* Many servers say that they are healthy: an answer that was asked for to confirm one guess says nothing about
 * another family that is only LIKELY by it. The list of models says something about every family. */
static bool is_of_another_guess(const struct family *family, const struct family *guess, const char *path)
{
	return confirms(family, path) && family != guess && strcmp(path, model_list) != 0;
}

static enum sureness weigh(struct identification *r, const struct family *family, const struct family *guess,
	const char *path, const struct answer *answer)
{
	enum sureness sureness = family->recognise(path, answer);

	if (sureness == LIKELY && is_of_another_guess(family, guess, path))
		sureness = NOT_IT;
	if (sureness == SURE && !r->family)
		r->family = family;
	if (sureness == LIKELY) {
		r->likely = better(r->likely, family);
		if (family->facts.kind == SERVER_GATEWAY)
			r->gateway = better(r->gateway, family);
		r->shuns_models |= family->shuns_models;
		if (confirms(family, path))
			r->confirmed = better(r->confirmed, family);
	}
	if (sureness == NOT_IT && r->likely == family && confirms(family, path) && answer->status == 200 &&
		answer->shape == BODY_JSON) {
		r->likely = NULL;
		r->shuns_models &= !family->shuns_models;
	}
	return sureness;
}

/* Ollama answers a Host that it does not know with an empty 403, on every path: more requests are of no
 * use. */
static bool is_host_check(const struct answer *answer)
{
	return answer->status == 403 && answer->shape == BODY_EMPTY &&
	       !answer_has_header(answer, "Content-Type");
}

/* The root of many servers leads a browser to /docs or /ui/, which says nothing against the server. */
static bool is_own_page(const struct identification *r, const struct answer *answer)
{
	static const char *const logins[] = { "login", "signin", "sign_in", "sign-in", "auth", "sso",
		"saml" };
	char location[512];

	answer_header(answer, "Location", location, sizeof(location));
	for (size_t i = 0; i < ARRAY_LEN(logins); i++)
		if (text_contains_fold(location, logins[i]))
			return false;
	return strcmp(r->asked[r->asked_count - 1], root) == 0 && r->stays_on_host && location[0];
}

/* An answer that no LLM server gives, but a proxy or a login page in front of one does. */
static bool is_proxy_page(const struct identification *r, const struct answer *answer)
{
	int status = answer->status;

	if (status >= 300 && status < 400)
		return answer->shape != BODY_JSON && !is_own_page(r, answer);
	return answer->shape != BODY_JSON && !is_host_check(answer) &&
	       (status == 401 || status == 403 || status == 429 || status >= 500);
}

/* A proxy may refuse its root, or have a login or a dead page there, and let the API through all the same: its
 * answer to the list decides. Who limits the rate is asked nothing more. */
static void ask_next(struct identification *r, const struct answer *answer)
{
	const char *confirm = r->likely ? r->likely->confirm : NULL;
	bool is_limited = r->is_proxy && answer->status == 429;

	if (r->asked_count == RECOGNISE_MAX)
		return;
	if (confirm && !was_asked(r, confirm))
		ask(r, confirm);
	else if (!was_asked(r, model_list) && !r->shuns_models && !is_limited && !is_host_check(answer))
		ask(r, model_list);
}

/* A gateway may pass on the names and the owner of its engines' models, so that its list looks like an
 * engine's. If the list fits a gateway too, the gateway's confirming answer decides. */
static void ask_gateway(struct identification *r)
{
	const char *confirm = r->gateway && r->gateway != r->family ? r->gateway->confirm : NULL;

	if (confirm && !was_asked(r, confirm) && r->asked_count < RECOGNISE_MAX)
		ask(r, confirm);
}

/* Whether an engine of this family would never answer like that on a path of its own. A server error or a
 * refusal may be a proxy's. */
static bool contradicts(const struct family *engine, const char *path, const struct answer *answer)
{
	struct arena *arena = arena_new();
	bool is_contradiction = false;

	for (size_t i = 0; i < engine->request_count; i++) {
		struct reading reading;

		reading_init(&reading, arena);
		if (strcmp(engine->requests[i].path, path) == 0)
			is_contradiction = !engine->requests[i].read(answer, &reading);
	}
	arena_free(arena);
	return is_contradiction && (answer->status == 200 || answer->status == 404);
}

/* What the gateway's confirming answer says: it is the gateway, or it is the engine that the list looks like, or
 * something else that lists the engine's models. */
static const struct family *decide(const struct identification *r, const struct family *engine,
	const char *path, const struct answer *answer)
{
	if (r->gateway->recognise(path, answer) != NOT_IT)
		return r->gateway;
	return r->confirmed && contradicts(engine, path, answer) ? r->confirmed : engine;
}

void identify_init(struct identification *r)
{
	*r = (struct identification){ .asked_count = 0 };
	ask(r, root);
}

void identify_step(struct identification *r, const struct answer *answer)
{
	const struct family *engine = r->family, *guess = r->likely;
	const char *path = r->ask;
	bool is_claimed = false;

	r->ask = NULL;
	if (!path || answer->outcome != OUTCOME_ANSWERED)
		return;
	for (size_t i = 0; families[i]; i++)
		if (families[i] != r->excluded)
			is_claimed |= weigh(r, families[i], guess, path, answer) != NOT_IT;
	if (engine) {
		r->family = decide(r, engine, path, answer);
		return;
	}
	if (r->family) {
		ask_gateway(r);
		return;
	}
	r->is_proxy = !is_claimed && is_proxy_page(r, answer);
	ask_next(r, answer);
	if (r->ask || !r->confirmed)
		return;
	r->family = r->confirmed;
	r->is_proxy = false;
}
