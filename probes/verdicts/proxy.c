/* Whether a proxy speaks, and which one: by the headers that it adds, or by words that only it uses. */
#include "probes/verdicts/proxy.h"

#include "probes/base/text.h"
#include "probes/ledger/state.h"

#include <string.h>

bool proxy_is_named(const struct last_answer *answer)
{
	return *answer->server_header || *answer->via_header;
}

/* HAProxy puts no header on what it answers itself, but has words of its own. */
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
	};

	for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
		if (text_contains_fold(answer->server_header, proxies[i].sign) ||
			text_contains_fold(answer->via_header, proxies[i].sign))
			return proxies[i].name;
	return is_in_haproxys_words(answer) ? "HAProxy" : "the proxy";
}

/* An engine says its errors in JSON, or with a Server line of its own; HTML, or a known name, is a proxy's. */
bool proxy_says(const struct last_answer *answer)
{
	if (answer->shape == BODY_JSON)
		return false;
	return answer->shape == BODY_HTML || !*answer->server_header ||
	       strcmp(proxy_name(answer), "the proxy") != 0;
}
