/* Whether an answer is from a proxy, and from which one: by the headers it adds, or by words that only it
 * uses. */
#include "probes/verdicts/proxy.h"

#include "probes/base/text.h"
#include "probes/ledger/state.h"

#include <string.h>

bool proxy_is_named(const struct last_answer *answer)
{
	return *answer->server_header || *answer->via_header;
}

/* HAProxy adds no header to its own answers, but has words of its own. */
static bool is_in_haproxys_words(const struct last_answer *answer)
{
	static const char *const words[] = {
		"No server is available to handle this request.",
		"The server didn't respond in time.",
		"You need a valid user and password to access this content.",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!proxy_is_named(answer) && strstr(answer->excerpt, words[i]))
			return true;
	return false;
}

const char *proxy_name(const struct last_answer *answer)
{
	static const struct {
		const char *sign, *name;
	} proxies[] = {
		{ "nginx", "nginx" },
		{ "openresty", "OpenResty" },
		{ "Caddy", "Caddy" },
		{ "Apache", "Apache" },
		{ "envoy", "Envoy" },
		{ "cloudflare", "Cloudflare" },
		{ "kong", "Kong" },
		{ "apisix", "APISIX" },
	};

	for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
		if (text_contains_fold(answer->server_header, proxies[i].sign) ||
			text_contains_fold(answer->via_header, proxies[i].sign))
			return proxies[i].name;
	return is_in_haproxys_words(answer) ? "HAProxy" : "the proxy";
}

/* Engines answer errors in JSON, or with a Server header of their own. HTML, no such header or a known
 * proxy's name means a proxy. Kong speaks JSON too: its name is in Server then, and in Via of what it passes
 * on. */
bool proxy_says(const struct last_answer *answer)
{
	if (answer->shape == BODY_JSON)
		return text_has_prefix(answer->server_header, "kong/");
	return answer->shape == BODY_HTML || !*answer->server_header ||
	       strcmp(proxy_name(answer), "the proxy") != 0;
}
