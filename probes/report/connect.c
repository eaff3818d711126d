#include "probes/report/connect.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/verdict_codes.h"
#include "probes/report/diagnose.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define KEY_VARIABLE "LLM_API_KEY" /* where no variable is configured */
#define NO_MODEL "MODEL"

bool connect_is_url(const char *word)
{
	return strstr(word, "://") != NULL;
}

int connect_server_of(const char *word, char *url, size_t size)
{
	struct url parts;

	if (url_split(&parts, word) < 0)
		return -1;
	if (text_has_suffix(parts.path, "/v1"))
		parts.path[strlen(parts.path) - strlen("/v1")] = '\0';
	return url_join(&parts, url, size);
}

/* ---- which server ---- */

bool connect_fits(const struct endpoint *endpoint, const struct connect_client *client)
{
	enum speaks how = client ? endpoint->speaks[client->api].how : SPEAKS_YES;

	return how != SPEAKS_NO && how != SPEAKS_LATER;
}

static void take_offer(const struct snapshot *snapshot, const struct offer *offer, struct connection *found)
{
	found->offer = offer;
	found->model = &snapshot->models[offer->model];
}

/* Offers are sorted, the best first. */
static void find_by_model(
	const struct snapshot *snapshot, const struct connect_request *request, struct connection *found)
{
	found->pick = pick_model(snapshot, request->word);
	if (found->pick.result != PICK_FOUND)
		return;
	found->result = CONNECT_NOT_SPOKEN;
	for (size_t i = 0; i < found->pick.offers.count; i++) {
		const struct offer *offer = &snapshot->offers[found->pick.offers.first + i];
		const struct endpoint *endpoint = &snapshot->endpoints[offer->endpoint];
		bool fits = connect_fits(endpoint, request->client);

		if (!offer->rank || (!fits && found->endpoint))
			continue;
		found->endpoint = endpoint;
		take_offer(snapshot, offer, found);
		if (!fits)
			continue;
		found->result = CONNECT_READY;
		return;
	}
}

/* The model of this engine that answers soonest. */
static void find_model(const struct snapshot *snapshot, struct connection *found)
{
	for (size_t i = 0; i < snapshot->offer_count; i++) {
		const struct offer *offer = &snapshot->offers[i];

		if (snapshot->endpoints[offer->endpoint].engine_id == found->endpoint->engine_id &&
			offer->rank && (!found->offer || offer->warmth > found->offer->warmth))
			take_offer(snapshot, offer, found);
	}
}

static void find_by_url(
	const struct snapshot *snapshot, const struct connect_request *request, struct connection *found)
{
	struct diagnosis_target target = { -1, -1 };
	char url[1024];

	found->result = CONNECT_NO_SERVER;
	if (connect_server_of(request->word, url, sizeof(url)) < 0 ||
		!diagnose_find(snapshot, url, &target) || target.endpoint < 0)
		return;
	found->endpoint = &snapshot->endpoints[target.endpoint];
	find_model(snapshot, found);
	found->result = state_blocks(found->endpoint->state) || found->endpoint->state == STATE_UNKNOWN
				? CONNECT_UNUSABLE
			: connect_fits(found->endpoint, request->client) ? CONNECT_READY
									 : CONNECT_NOT_SPOKEN;
}

/* ---- under which URL ---- */

static void name_urls(const struct snapshot *snapshot, struct connection *found)
{
	const struct endpoint *endpoint = found->endpoint;
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];
	struct endpoint root = *endpoint;
	struct url parts;

	root.base_url = endpoint->url;
	found->url = pick_url_of(snapshot, &root, found->root, sizeof(found->root));
	pick_url_of(snapshot, endpoint, found->v1, sizeof(found->v1));
	if (!*found->v1)
		text_set(found->v1, sizeof(found->v1), "%s/v1", found->root);
	if (!peer && url_split(&parts, endpoint->url) == 0)
		text_set(found->title, sizeof(found->title), "%s", parts.host);
	else
		text_set(found->title, sizeof(found->title), "%s", peer ? peer->name : "server");
	if (*endpoint->title)
		text_add(found->title, sizeof(found->title), " (%s)", endpoint->title);
}

/* ---- with which key ---- */

/* Whether a shell, and every program, can read a variable of that name. */
static bool is_variable(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!(isalnum((unsigned char)*at) || *at == '_') || (unsigned char)*at > 127)
			return false;
	return *name && !isdigit((unsigned char)*name);
}

static const struct pin *pin_of(
	const struct snapshot *snapshot, const struct settings *settings, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < settings->pins.count; i++) {
		const struct pin *pin = &settings->pins.items[i];
		struct diagnosis_target target = { -1, -1 };

		if ((*pin->key_env || *pin->key_file) && diagnose_find(snapshot, pin->url, &target) &&
			target.endpoint >= 0 && &snapshot->endpoints[target.endpoint] == endpoint)
			return pin;
	}
	return NULL;
}

static bool has_verdict(const struct snapshot *snapshot, struct span verdicts, const char *code)
{
	for (size_t i = 0; i < verdicts.count; i++)
		if (strcmp(snapshot->verdict_list[verdicts.first + i].code, code) == 0)
			return true;
	return false;
}

static void name_key(
	const struct snapshot *snapshot, const struct settings *settings, struct connection *found)
{
	const struct pin *pin = settings ? pin_of(snapshot, settings, found->endpoint) : NULL;
	bool is_wanted = found->endpoint->state == STATE_AUTH ||
			 has_verdict(snapshot, found->endpoint->verdicts, CODE_AUTH_REQUIRED);

	found->is_key_missing = !pin && is_wanted;
	if (pin)
		found->key_file = pin->key_file;
	if (pin || is_wanted)
		text_set(found->key_variable, sizeof(found->key_variable), "%s",
			pin && is_variable(pin->key_env) ? pin->key_env : KEY_VARIABLE);
}

/* Whether the client, or its shell, would take a part of the name for something else. */
static bool is_refused(const struct connect_client *client, const struct connection *found)
{
	const char *model = found->model ? found->model->id : NO_MODEL;

	if (!client)
		return false;
	return (client->format == FORMAT_SHELL && *model == '-') ||
	       (client->replaces &&
		       (strpbrk(model, client->replaces) || strpbrk(found->v1, client->replaces)));
}

void connect_find(
	const struct snapshot *snapshot, const struct connect_request *request, struct connection *found)
{
	*found = (struct connection){ .result = CONNECT_NOT_PICKED, .key_file = "" };
	if (connect_is_url(request->word))
		find_by_url(snapshot, request, found);
	else
		find_by_model(snapshot, request, found);
	if (!found->endpoint)
		return;
	name_urls(snapshot, found);
	name_key(snapshot, request->settings, found);
	if (found->result == CONNECT_READY && is_refused(request->client, found))
		found->result = CONNECT_REFUSED;
}

void connect_values(const struct connection *found, struct connect_values *values)
{
	*values = (struct connect_values){ .v1 = found->v1,
		.root = found->root,
		.model = found->model ? found->model->id : NO_MODEL,
		.title = found->title,
		.key_variable = found->key_variable,
		.context = found->model && found->model->context > 0 ? found->model->context : NAN };
}
