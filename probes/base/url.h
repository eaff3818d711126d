/* http and https URLs, taken apart. */
#ifndef TSLLM_BASE_URL_H
#define TSLLM_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

struct url {
	bool is_https;
	char host[256]; /* lower case, an address in its shortest form; an IPv6 literal without brackets */
	int port;       /* the scheme's own where none is given */
	char path[512]; /* with its leading slash, without a trailing one, "." or ".."; "" for the root; RFC
			   3986's escapes */
};

/* -1 where text is no http(s) URL, has credentials, a query, a fragment or an empty part in its host's name,
 * or does not fit. What is taken is what curl dials. */
int url_split(struct url *url, const char *text);
/* The normal form, which two spellings of one URL share and which is its own normal form: no trailing slash,
 * no default port, brackets around IPv6. -1 where it does not fit. */
int url_join(const struct url *url, char *text, size_t size);
/* Both: -1 where text is refused or its normal form does not fit. */
int url_normalise(const char *text, char *normal, size_t size);
/* What may be shown of any URL or path that a machine gave: without user and password, query and fragment,
 * which may hold keys. Where it has no plain host and port, all up to the last @ counts as a password. */
const char *url_bare(const char *text, char *bare, size_t size);
/* The same of what a person typed, who escapes nothing: all up to the last @ is left out, whatever it is. */
const char *url_typed(const char *text, char *bare, size_t size);
/* Cuts the path before the first of its parts that is this one ("/v1"); false: none is. */
bool url_cut_path(struct url *url, const char *part);
/* Whether a name lies below a domain: "gpu1.tail1.ts.net" below "tail1.ts.net"; "" has nothing below it. */
bool url_host_is_below(const char *name, const char *domain);
/* One spelling of an IPv6 address, in place: the shortest. ::ffff:100.64.0.5 is dialed as IPv4 and means
 * 100.64.0.5, so it becomes that; -1: none. */
int url_normalise_v6(char *host, size_t size);
bool url_host_is_address(const char *host);  /* an IPv4 or IPv6 literal */
bool url_host_is_loopback(const char *host); /* 127.x.y.z, ::1 or localhost */

#endif
