/* Splits and normalises http and https URLs. */
#ifndef TSLLM_BASE_URL_H
#define TSLLM_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

struct url {
	bool is_https;
	char host[256]; /* lower case, an address in its shortest form; an IPv6 literal without brackets */
	int port;       /* the scheme's default if none is given */
	char path[512]; /* "/v1": no / at the end, no "." or ".."; "" for the root; escapes as in RFC 3986 */
};

/* -1 if text is not an http(s) URL, has credentials, a query, a fragment or an empty label in its host
 * name, or does not fit. A URL that is accepted is dialed by curl exactly as split here. */
int url_split(struct url *url, const char *text);
/* Writes the normal form: no trailing slash, no default port, brackets around IPv6. All spellings of one
 * URL have the same normal form, and normalising it again changes nothing. -1 if it does not fit. */
int url_join(const struct url *url, char *text, size_t size);
/* "host:port", with brackets around IPv6: without them the port would be a part of the address. */
void url_place(const struct url *url, char *text, size_t size);
/* url_split() and url_join(): -1 if text is refused or its normal form does not fit. */
int url_normalise(const char *text, char *normal, size_t size);
/* The part of a URL or path from a machine that is safe to show: without user, password, query and
 * fragment, which may hold keys. Unless it has a plain host and port, everything up to the last @ counts
 * as a password. */
const char *url_bare(const char *text, char *bare, size_t size);
/* The same for a URL typed by a person, who may not have escaped a password: everything up to the last @
 * is always removed. */
const char *url_typed(const char *text, char *bare, size_t size);
/* Cuts off the path before its first segment equal to part ("/v1"); false: there is none. */
bool url_cut_path(struct url *url, const char *part);
/* Whether a name lies below a domain: "gpu1.tail1.ts.net" below "tail1.ts.net"; "" has nothing below it. */
bool url_host_is_below(const char *name, const char *domain);
/* Rewrites an IPv6 address in its shortest form, in place. An IPv4-mapped one like ::ffff:100.64.0.5 is
 * dialed as IPv4, so it becomes 100.64.0.5. -1: not an IPv6 address. */
int url_normalise_v6(char *host, size_t size);
bool url_host_is_address(const char *host); /* an IPv4 or IPv6 literal */
/* "http://::1:1234" or "::1:1234": an IPv6 address without the brackets that a port needs. */
bool url_host_is_bare_v6(const char *text);
bool url_host_is_loopback(const char *host); /* 127.x.y.z, ::1, localhost, 0.0.0.0, :: */

#endif
