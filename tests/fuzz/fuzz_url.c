/* URLs: their normal form, what may be shown of them, and how the user's own are kept. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/owner.h"
#include "probes/tailscaled/serve.h"
#include "probes/model/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the authority begins in a URL with a scheme; NULL: it has none. */
static const char *authority_of(const char *text)
{
	size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return scheme && strncmp(text + scheme, "://", 3) == 0 ? text + scheme + 3 : NULL;
}

/* Where user and password end in a URL that has them; NULL: it has none. */
static const char *end_of_user(const char *text)
{
	const char *at = NULL, *authority = authority_of(text);

	for (const char *c = authority ? authority : ""; *c && !strchr("/?#", *c); c++)
		if (*c == '@')
			at = c;
	return at;
}

#define USER_MIN 5 /* a shorter one may well be a part of the host */

static void check_bare(const char *text)
{
	char bare[4096], user[4096];
	const char *shown, *end = end_of_user(text), *begin = authority_of(text);

	if (strlen(text) >= sizeof(bare))
		return;
	url_bare(text, bare, sizeof(bare));
	check(!strpbrk(bare, "?#"), "no query and no fragment is shown");
	check(!end_of_user(bare), "nobody's user is shown");
	if (!end || end - begin < USER_MIN)
		return;
	snprintf(user, sizeof(user), "%.*s", (int)(end - begin), begin);
	shown = authority_of(bare) ? authority_of(bare) : bare;
	check(!strstr(shown, user) || strstr(end, user), "nobody's password is shown");
}

static void check_pin(const char *text)
{
	struct settings settings;
	struct fault fault;
	struct url url;

	settings_init(&settings);
	if (settings_pin(&settings, text, &fault) < 0)
		check_text(fault.text, sizeof(fault.text));
	else if (url_split(&url, settings.pins.items[0].url) == 0)
		check_url(&url);
	settings_fini(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size), backend[600];
	struct url url;

	if (url_split(&url, text) == 0) {
		check_url(&url);
		check_text(url.host, sizeof(url.host) - 1);
		check_text(url.path, sizeof(url.path) - 1);
		check(url.port > 0 && url.port < 65536, "a URL has a port");
		owner_is_tailnet_address(url.host);
		url_cut_path(&url, "/v1");
	}
	for (int is_tcp = 0; is_tcp < 2; is_tcp++)
		serve_backend(text, is_tcp, backend, sizeof(backend));
	check_bare(text);
	check_pin(text);
	free(text);
	return 0;
}
