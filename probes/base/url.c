/* Splits and joins URLs. Strict, because the result is dialed and shown. */
#include "probes/base/url.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SCHEME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."

static int take_scheme(struct url *url, const char **at)
{
	if (strncasecmp(*at, "https://", 8) == 0) {
		url->is_https = true;
		*at += 8;
		return 0;
	}
	url->is_https = false;
	if (strncasecmp(*at, "http://", 7) != 0)
		return -1;
	*at += 7;
	return 0;
}

static bool is_host_character(char c)
{
	return isalnum((unsigned char)c) || (c && strchr(".-_:", c));
}

static bool is_v6(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, host, &address) == 1;
}

int url_normalise_v6(char *host, size_t size)
{
	struct in6_addr address;
	const char *text = NULL;

	if (inet_pton(AF_INET6, host, &address) == 1)
		text = IN6_IS_ADDR_V4MAPPED(&address)
			       ? inet_ntop(AF_INET, &address.s6_addr[12], host, (socklen_t)size)
			       : inet_ntop(AF_INET6, &address, host, (socklen_t)size);
	return text ? 0 : -1;
}

/* Removes the dot of the root, which certificates leave out. curl and resolvers read "127.1", "0x7f.0.0.1"
 * and "2130706433" as addresses, so those are written as dotted quads. */
static int normalise_name(char *host, size_t size)
{
	size_t length = strlen(host);
	struct in_addr address;

	if (host[length - 1] == '.')
		host[--length] = '\0';
	if (!length || host[0] == '.' || strstr(host, "..") || host[length - 1] == '.')
		return -1;
	if (inet_aton(host, &address) && !inet_ntop(AF_INET, &address, host, (socklen_t)size))
		return -1;
	return 0;
}

static int take_host(struct url *url, const char **at)
{
	bool in_brackets = **at == '[';
	const char *end;
	size_t length;

	if (in_brackets)
		(*at)++;
	end = *at + strcspn(*at, in_brackets ? "]" : ":/");
	length = (size_t)(end - *at);
	if (!length || length >= sizeof(url->host) || (in_brackets && *end != ']'))
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (!is_host_character((*at)[i]))
			return -1;
		url->host[i] = (char)tolower((unsigned char)(*at)[i]);
	}
	url->host[length] = '\0';
	*at = end + in_brackets;
	return in_brackets ? url_normalise_v6(url->host, sizeof(url->host))
			   : normalise_name(url->host, sizeof(url->host));
}

static int take_port(struct url *url, const char **at)
{
	char digits[8];
	size_t length;

	url->port = url->is_https ? 443 : 80;
	if (**at != ':')
		return 0;
	(*at)++;
	length = strcspn(*at, "/");
	if (!length || length >= sizeof(digits))
		return -1;
	memcpy(digits, *at, length);
	digits[length] = '\0';
	url->port = (int)text_number(digits, 65535);
	*at += length;
	return url->port < 1 ? -1 : 0;
}

/* The character that an escape like "%7e" stands for, if it needs no escape; 0: none. */
static char unescaped(const char *at)
{
	unsigned byte = 0;

	if (at[0] != '%' || !isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]))
		return 0;
	sscanf(at + 1, "%2x", &byte);
	return byte < 0x7f && (isalnum((int)byte) || (byte && strchr("-._~", (int)byte))) ? (char)byte : 0;
}

/* Normalises escapes (RFC 3986, 6.2.2): decodes those that are not needed, and writes the others in
 * capitals. After a lone %, an escaped hex digit stays escaped: decoded, it would form a new escape. */
static void normalise_escapes(char *path)
{
	char *to = path;
	const char *lone = NULL;

	for (const char *at = path; *at; at++) {
		bool is_escape =
			at[0] == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]);
		char letter = unescaped(at);

		if (letter && !(lone && to - lone <= 2 && isxdigit((unsigned char)letter))) {
			*to++ = letter;
			at += 2;
		} else if (is_escape) {
			*to++ = '%';
			*to++ = (char)toupper((unsigned char)*++at);
			*to++ = (char)toupper((unsigned char)*++at);
		} else {
			lone = *at == '%' ? to : lone;
			*to++ = *at;
		}
	}
	*to = '\0';
}

/* Removes "." and ".." segments (RFC 3986, 5.2.4), which curl resolves before the request, and trailing
 * slashes. */
static void normalise_parts(char *path)
{
	char *to = path;

	for (const char *at = path, *next; *at; at = next) {
		next = at + 1 + strcspn(at + 1, "/");
		if (next - at == 3 && at[1] == '.' && at[2] == '.') {
			while (to > path && *--to != '/')
				;
		} else if (next - at != 2 || at[1] != '.') {
			memmove(to, at, (size_t)(next - at));
			to += next - at;
		}
	}
	while (to > path && to[-1] == '/')
		to--;
	*to = '\0';
}

static int take_path(struct url *url, const char *at)
{
	size_t length = strlen(at);

	if (*at && *at != '/')
		return -1;
	if (length >= sizeof(url->path))
		return -1;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)at[i] <= ' ' || (unsigned char)at[i] >= 0x7f ||
			strchr("?#\"<>\\`{}|^", at[i]))
			return -1;
	memcpy(url->path, at, length + 1);
	normalise_escapes(url->path);
	normalise_parts(url->path); /* "%2e" is a dot by now */
	return 0;
}

int url_split(struct url *url, const char *text)
{
	if (take_scheme(url, &text) < 0 || take_host(url, &text) < 0 || take_port(url, &text) < 0)
		return -1;
	return take_path(url, text);
}

int url_join(const struct url *url, char *text, size_t size)
{
	bool brackets = strchr(url->host, ':') != NULL;
	char port[8] = "";
	int length;

	if (url->port != (url->is_https ? 443 : 80))
		snprintf(port, sizeof(port), ":%d", url->port);
	length = snprintf(text, size, "%s://%s%s%s%s%s", url->is_https ? "https" : "http",
		brackets ? "[" : "", url->host, brackets ? "]" : "", port, url->path);
	return length < 0 || (size_t)length >= size ? -1 : 0;
}

void url_place(const struct url *url, char *text, size_t size)
{
	text_set(text, size, strchr(url->host, ':') ? "[%s]:%d" : "%s:%d", url->host, url->port);
}

int url_normalise(const char *text, char *normal, size_t size)
{
	struct url url;

	return url_split(&url, text) < 0 ? -1 : url_join(&url, normal, size);
}

/* ---- what may be shown ---- */

/* The length of "https://" or "//" at the beginning of text; 0: neither. */
static size_t scheme_length(const char *text)
{
	size_t length = isalpha((unsigned char)*text) ? strspn(text, SCHEME) : 0;

	if (text_has_prefix(text + length, "://"))
		return length + 3;
	return text_has_prefix(text, "//") ? 2 : 0;
}

/* Whether the text up to its path can't hold a password: it is a path, or a plain host and port. */
static bool is_plain(const char *text)
{
	size_t scheme = scheme_length(text), host = strcspn(text + scheme, "/?#@");
	const char *authority = text + scheme, *port;

	if (!scheme)
		return *text == '/' || (text[host] != '@' && !memchr(text, ':', host));
	port = authority + strcspn(authority, *authority == '[' ? "]/?#@" : ":/?#@");
	port += *port == ']';
	if (*port == ':')
		port += 1 + strspn(port + 1, "0123456789");
	return authority[host] != '@' && port == authority + host;
}

/* Removes everything between the scheme and the last @, and the query and fragment. If that @ is inside
 * the query or fragment, a key can't be told from a host, and only the scheme is kept. */
static const char *cut_secrets(const char *text, char *bare, size_t size)
{
	size_t scheme = scheme_length(text), end = strcspn(text, "?#");
	const char *host = strrchr(text, '@');

	if (!host)
		snprintf(bare, size, "%.*s", (int)end, text);
	else if (host > text + end)
		snprintf(bare, size, "%.*s…", (int)(scheme < end ? scheme : 0), text);
	else
		snprintf(bare, size, "%.*s%.*s", (int)scheme, text, (int)(text + end - host) - 1, host + 1);
	return bare;
}

const char *url_typed(const char *text, char *bare, size_t size)
{
	return cut_secrets(text, bare, size);
}

const char *url_bare(const char *text, char *bare, size_t size)
{
	size_t scheme = scheme_length(text);

	if (is_plain(text))
		snprintf(bare, size, "%.*s", (int)strcspn(text, "?#"), text);
	else if (scheme && !strchr(text, '@')) /* a password that was cut off before its @ */
		snprintf(bare, size, "%.*s…", (int)scheme, text);
	else
		cut_secrets(text, bare, size);
	return bare;
}

bool url_cut_path(struct url *url, const char *part)
{
	size_t length = strlen(part);

	for (char *at = strstr(url->path, part); at; at = strstr(at + 1, part)) {
		if (at[length] != '/' && at[length] != '\0')
			continue;
		*at = '\0';
		return true;
	}
	return false;
}

bool url_host_is_below(const char *name, const char *domain)
{
	size_t whole = strlen(name), tail = strlen(domain);

	return tail && whole > tail + 1 && name[whole - tail - 1] == '.' &&
	       strcasecmp(name + whole - tail, domain) == 0;
}

bool url_host_is_address(const char *host)
{
	struct in_addr v4;

	return inet_pton(AF_INET, host, &v4) == 1 || is_v6(host);
}

bool url_host_is_bare_v6(const char *text)
{
	const char *scheme = strstr(text, "://");
	char host[64];

	snprintf(host, sizeof(host), "%s", scheme ? scheme + 3 : text);
	host[strcspn(host, "/")] = '\0';
	if (is_v6(host)) /* "::1:1234" is an address as a whole, too */
		return true;
	if (strchr(host, ':'))
		*strrchr(host, ':') = '\0';
	return is_v6(host);
}

/* A connect to the unspecified address goes to this machine. */
bool url_host_is_loopback(const char *host)
{
	static const char *const names[] = { "localhost", "::1", "::", "0.0.0.0" };
	unsigned char v4[4];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(host, names[i]) == 0)
			return true;
	return inet_pton(AF_INET, host, v4) == 1 && v4[0] == 127;
}
