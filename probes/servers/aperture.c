/* Tailscale Aperture, a gateway that is a machine of the tailnet. From its clients' source, not measured.
 *
 * It knows who asks by the tailnet: a list that is empty means that nothing was granted. Its own clients use
 * /api/providers to see whether it is up; that makes no completion, and neither does the list. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_providers(const struct answer *answer)
{
	const struct json *providers = json_member(answer->json, "providers");

	return readers_is_json_ok(answer) && (json_is_array(providers) || json_is_object(providers));
}

static bool read_providers(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_providers(answer);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

/* Prices are texts, for each token. */
static bool has_prices(const struct answer *answer)
{
	const struct json *first = json_first(json_member(answer->json, "data"));
	const struct json *pricing = json_member(first, "pricing");

	return json_text(pricing, "input")[0] && json_text(pricing, "output")[0];
}

/* Its root leads to its pages; llama-swap's, without the last slash, too. */
static enum sureness is_aperture(const char *path, const struct answer *answer)
{
	char location[256];

	if (strcmp(path, "/api/providers") == 0)
		return is_providers(answer) && json_has(json_first(json_member(answer->json, "providers")),
						       "compatibility")
			       ? SURE
			       : NOT_IT;
	if (strcmp(path, "/") == 0 && answer->status >= 300 && answer->status < 400)
		return text_has_suffix(answer_header(answer, "Location", location, sizeof(location)), "/ui/")
			       ? LIKELY
			       : NOT_IT;
	return strcmp(path, "/v1/models") == 0 && has_prices(answer) ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/api/providers", COST_FREE, EVERY_POLL, read_providers, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_aperture = {
	.facts = {
		.name = "aperture",
		.title = "Aperture",
		.kind = SERVER_GATEWAY,
		.speaks = { [API_RESPONSES] = API_ALWAYS, [API_MESSAGES] = API_ALWAYS },
		.ports = { 80 },
	},
	.recognise = is_aperture,
	.confirm = "/api/providers",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
