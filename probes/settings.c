/* What the user asked for, as it is before anybody asked: the defaults. And what makes two spellings of an
 * endpoint's URL the same, for the URL is its key everywhere. */
#include "probes/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#define URL_MAX 512

void settings_init(struct settings *settings)
{
	*settings = (struct settings){
		.period_s = 2,
		.deadline_s = 5,
		.discover = DISCOVER_MINE,
		.has_llama_metrics = true,
		.has_capture = true,
		.socket = mem_copy(""),
		.tailscale = mem_copy(""),
		.ca_file = mem_copy(""),
		.proxy = mem_copy(""),
		.theme = mem_copy("default"),
		.state_file = mem_copy(""),
		.helper = mem_copy(""),
		.examine = mem_copy(""),
	};
}

void settings_fini(struct settings *settings)
{
	for (size_t i = 0; i < settings->pins.count; i++) {
		free(settings->pins.items[i].url);
		free(settings->pins.items[i].key_env);
		free(settings->pins.items[i].key_file);
	}
	free(settings->pins.items);
	strings_fini(&settings->exclude);
	strings_fini(&settings->ignore);
	free(settings->socket);
	free(settings->tailscale);
	free(settings->ca_file);
	free(settings->proxy);
	free(settings->theme);
	free(settings->state_file);
	free(settings->helper);
	free(settings->examine);
}

/* "[v6]" or a name, up to the port or the path; 0: neither. */
static size_t host_length(const char *host)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t length = strspn(host, name);

	if (host[0] != '[')
		return length;
	length = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
	return length > 2 && host[length] == ']' ? length + 1 : 0;
}

/* ":8080" at *at, which moves behind it; 0: none, -1: no port. */
static int read_port(const char **at)
{
	char digits[8] = "";
	size_t length;

	if (**at != ':')
		return 0;
	length = strspn(*at + 1, "0123456789");
	if (length < 1 || length >= sizeof(digits))
		return -1;
	memcpy(digits, *at + 1, length);
	*at += 1 + length;
	return text_number(digits, 65535) > 0 ? (int)text_number(digits, 65535) : -1;
}

static bool is_path(const char *path)
{
	for (const char *at = path; *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("?#\\\"<>`{}|^", *at))
			return false;
	return path[0] == '\0' || path[0] == '/';
}

/* Scheme and host in small letters, no default port, no slash at the end. */
static int normalise(char *to, size_t size, const char *url)
{
	bool is_https = !strncasecmp(url, "https://", 8);
	const char *host = url + (is_https ? 8 : 7), *at;
	int port, ordinary = is_https ? 443 : 80;
	size_t length;

	if (strlen(url) >= size || (!is_https && strncasecmp(url, "http://", 7) != 0))
		return -1;
	length = host_length(host);
	at = host + length;
	port = read_port(&at);
	if (!length || port < 0 || !is_path(at))
		return -1;
	snprintf(to, size, "%s://%.*s", is_https ? "https" : "http", (int)length, host);
	for (char *letter = to; *letter; letter++)
		*letter = (char)tolower((unsigned char)*letter);
	if (port && port != ordinary)
		text_add(to, size, ":%d", port);
	text_add(to, size, "%s", at);
	while (to[strlen(to) - 1] == '/')
		to[strlen(to) - 1] = '\0';
	return 0;
}

int settings_pin(struct settings *settings, const char *url, struct fault *fault)
{
	char normal[URL_MAX], bare[TEXT_CAP], shown[TEXT_CAP];
	struct pin *pin;

	if (normalise(normal, sizeof(normal), url)) {
		url_bare(url, bare, sizeof(bare));
		text_clean(shown, sizeof(shown), bare, strlen(bare));
		if (strlen(bare) < sizeof(bare) - 1 && strcmp(bare, url) != 0)
			fault_say(fault, "'%s' must be given without user, password and query", shown);
		else
			fault_say(fault,
				"'%s' is no URL like http://gpu1:11434 or https://gpu1.example.ts.net/path",
				shown);
		return -1;
	}
	for (size_t i = 0; i < settings->pins.count; i++)
		if (!strcmp(settings->pins.items[i].url, normal))
			return 0;
	pin = VEC_PUSH(&settings->pins);
	pin->url = mem_copy(normal);
	pin->key_env = mem_copy("");
	pin->key_file = mem_copy("");
	return 0;
}
