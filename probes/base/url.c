/* Splitting and joining; strict, because what comes out is dialed and shown. */
#include "probes/base/url.h"

#include "probes/base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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
	if (in_brackets)
		return is_v6(url->host) ? 0 : -1;
	if (length > 1 && url->host[length - 1] == '.')
		url->host[length - 1] = '\0'; /* the root, which certificates leave out */
	return 0;
}

static int take_port(struct url *url, const char **at)
{
	char digits[6];
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

static int take_path(struct url *url, const char *at)
{
	size_t length = strlen(at);

	if (*at && *at != '/')
		return -1;
	while (length && at[length - 1] == '/')
		length--;
	if (length >= sizeof(url->path))
		return -1;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)at[i] <= ' ' || (unsigned char)at[i] >= 0x7f || strchr("?#\"<>\\", at[i]))
			return -1;
	memcpy(url->path, at, length);
	url->path[length] = '\0';
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

const char *url_bare(const char *text, char *bare, size_t size)
{
	const char *host = strstr(text, "//"), *end = text + strcspn(text, "?#"), *start = text;

	host = host && host < end ? host + 2 : text;
	for (const char *at = host; host > text && at < end && *at != '/'; at++)
		if (*at == '@')
			start = at + 1;
	if (start > text)
		snprintf(bare, size, "%.*s%.*s", (int)(host - text), text, (int)(end - start), start);
	else
		snprintf(bare, size, "%.*s", (int)(end - text), text);
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

bool url_host_is_loopback(const char *host)
{
	unsigned char v4[4];

	return strcmp(host, "::1") == 0 || strcmp(host, "localhost") == 0 ||
	       (inet_pton(AF_INET, host, v4) == 1 && v4[0] == 127);
}
