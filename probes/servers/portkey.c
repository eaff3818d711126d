/* The Portkey gateway, which knows no engine until a request names one.
 *
 * Only its greeting can be requested: anything else requires a provider in a header and is passed on to that
 * provider. It passes on the engine's headers, `Server: llama.cpp` too, beside its own. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

static bool is_greeting(const struct answer *answer)
{
	return answer->status == 200 && answer_body_is(answer, "AI Gateway says hey!");
}

static bool read_root(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_greeting(answer);
}

static bool wants_provider(const struct answer *answer)
{
	return answer->status == 400 &&
	       text_has_prefix(json_text(answer->json, "message"), "Either x-portkey-config or ");
}

static enum sureness is_portkey(const char *path, const struct answer *answer)
{
	(void)path;
	if (is_greeting(answer) || wants_provider(answer) ||
		answer_has_header(answer, "x-portkey-provider") ||
		answer_has_header(answer, "x-portkey-gateway-exception"))
		return SURE;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/", COST_FREE, EVERY_POLL, read_root, false },
};

const struct family family_portkey = {
	.facts = {
		.name = "portkey",
		.title = "Portkey",
		.kind = SERVER_GATEWAY,
		.api = "",
		.ports = { 8787 },
	},
	.recognise = is_portkey,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
