/* Goes through a text word by word. At the beginning of each word the matchers are tried in turn; one that
 * matches returns the replacement and the length of what it replaces. */
#include "probes/report/rewrite.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "-_"
#define URL_END " \"'<>),"
#define HARDWARE_DIGITS 12

/* A place in a text. */
struct spot {
	struct pseudonyms *pseudonyms;
	const char *text, *at;
	const char *url_end; /* of the URL that at is in; NULL: not in a URL */
};

static bool follows(const struct spot *spot, const char *part)
{
	size_t length = strlen(part);

	return (size_t)(spot->at - spot->text) >= length && memcmp(spot->at - length, part, length) == 0;
}

/* Whether at is at the host of a URL, with or without its scheme: "//host/path". */
static bool begins_authority(const struct spot *spot)
{
	const char *before = spot->at - 3;

	if (follows(spot, "://"))
		return true;
	return follows(spot, "//") &&
	       (before < spot->text || !(isalnum((unsigned char)*before) || strchr("/:.-_~%)]", *before)));
}

bool rewrite_leaves(const char *host)
{
	static const char *const hosts[] = { "0.0.0.0", "::", "100.100.100.100", "example.com",
		"tailscale.com", "ollama.com" };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (strcmp(host, hosts[i]) == 0)
			return true;
	return url_host_is_loopback(host) || text_has_suffix(host, ".tailscale.com");
}

/* Copies these bytes in lower case, without punctuation at the end; false if there are none, or too many. */
static bool take_bytes(const char *at, char word[SECRET_MAX], size_t *length)
{
	while (*length && strchr(".-", at[*length - 1]))
		(*length)--;
	if (!*length || *length >= SECRET_MAX)
		return false;
	for (size_t i = 0; i < *length; i++)
		word[i] = (char)tolower((unsigned char)at[i]);
	word[*length] = '\0';
	return true;
}

static bool take(const char *at, const char *accept, char word[SECRET_MAX], size_t *length)
{
	*length = strspn(at, accept);
	return take_bytes(at, word, length);
}

/* A host name in any alphabet: all bytes but the punctuation “ ” and …, whose UTF-8 begins with the same two
 * bytes. */
static bool take_host(const char *at, bool is_in_url, char word[SECRET_MAX], size_t *length)
{
	for (*length = 0; at[*length]; ++*length) {
		unsigned char c = (unsigned char)at[*length];

		if (c < 0x80 ? !strchr(is_in_url ? LETTERS ".%" : LETTERS ".", c)
			     : text_has_prefix(at + *length, "\xe2\x80"))
			break;
	}
	return take_bytes(at, word, length);
}

static bool is_address(int family, const char *word)
{
	unsigned char bytes[16];

	return inet_pton(family, word, bytes) == 1;
}

/* ---- matchers ---- */

static const char *see_known(const struct spot *spot, size_t *length)
{
	return pseudonyms_match(spot->pseudonyms, spot->text, spot->at, length);
}

/* "tag:x", "svc:x" and "nodekey:…": the prefix tells the kind of name. */
static const char *see_prefixed(const struct spot *spot, size_t *length)
{
	static const struct {
		const char *prefix;
		enum secret_kind kind;
	} prefixes[] = { { "tag:", SECRET_TAG }, { "svc:", SECRET_SERVICE }, { "nodekey:", SECRET_NODE } };
	char word[SECRET_MAX];

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t start = strlen(prefixes[i].prefix);

		if (text_has_prefix(spot->at, prefixes[i].prefix) && strspn(spot->at + start, LETTERS) &&
			take(spot->at, LETTERS ":", word, length))
			return pseudonym_of(spot->pseudonyms, prefixes[i].kind, word);
	}
	return NULL;
}

/* Security: anyone who opens this URL logs the node in. */
static const char *see_login(const struct spot *spot, size_t *length)
{
	static const char *const forms[] = { "https://login.tailscale.com/a/", "login.tailscale.com/a/" };
	char word[SECRET_MAX];

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (text_has_prefix(spot->at, forms[i]) && take(spot->at, LETTERS ":/.", word, length))
			return pseudonym_of(spot->pseudonyms, SECRET_LOGIN, word);
	return NULL;
}

/* "C:\Users\Ada Smith\x" */
static const char *see_windows_home(const struct spot *spot, size_t *length)
{
	const char *at = spot->at, *name;
	size_t whole;

	if (!isalpha((unsigned char)at[0]) || at[1] != ':' ||
		(!text_has_prefix(at + 2, "/Users/") && !text_has_prefix(at + 2, "\\Users\\")))
		return NULL;
	name = at + strlen("C:/Users/");
	whole = strcspn(name, "\\/:,\"'");
	*length = (size_t)(name - at) +
		  (name[whole] && strchr("\\/", name[whole]) ? whole : strcspn(name, " :,\"'"));
	return "~";
}

static const char *see_home(const struct spot *spot, size_t *length)
{
	static const char *const roots[] = { "/home/", "/Users/" };

	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		size_t start = strlen(roots[i]);

		if (text_has_prefix(spot->at, roots[i]) && spot->at[start]) {
			*length = start + strcspn(spot->at + start, "/ :,\"'");
			return "~";
		}
	}
	return NULL;
}

static const char *see_mail(const struct spot *spot, size_t *length)
{
	char word[SECRET_MAX];
	size_t local;

	if (!take(spot->at, LETTERS ".+%", word, &local) || spot->at[local] != '@' ||
		!strspn(spot->at + local + 1, LETTERS) || !take(spot->at, LETTERS ".+%@", word, length))
		return NULL;
	return pseudonym_of(spot->pseudonyms, SECRET_USER, word);
}

/* ":443", not followed by more digits, letters or parts of a time. */
static bool is_port(const char *text)
{
	size_t digits = *text == ':' ? strspn(text + 1, DIGITS) : 0;
	const char *end = text + 1 + digits;

	if (digits < 2 || digits > 5 || isalnum((unsigned char)*end) || *end == '_')
		return false;
	return !(strchr(".:", *end) && *end && isdigit((unsigned char)end[1]));
}

bool rewrite_is_host_port(const char *text)
{
	char word[SECRET_MAX];
	const char *last;
	size_t length;

	if (!take_host(text, false, word, &length) || !is_port(text + length))
		return false;
	last = strrchr(word, '.');
	return last && (is_address(AF_INET, word) || isalpha((unsigned char)last[1]));
}

/* "host:port". The host must not be a number, because times are numbers too, or a word of this program. */
static bool is_host_port(const struct spot *spot, const char *word, size_t length)
{
	const char *end = spot->at + length;

	if (strchr(".-", *word) || (spot->at > spot->text && strchr("/\\.~:", spot->at[-1])))
		return false;
	return is_port(end + (*end == '.')) && word[strspn(word, DIGITS ".")] &&
	       !pseudonyms_has_word(spot->pseudonyms, word);
}

/* In a URL or before a port, any name is a host. Elsewhere, a name with dots is one if its first label is a
 * machine's (and not one of our words) or the rest is a tailnet's. */
static const char *see_host(const struct spot *spot, size_t *length)
{
	bool is_in_url = begins_authority(spot) || follows(spot, "@");
	char word[SECRET_MAX], label[SECRET_MAX];
	const char *rest;

	if (!take_host(spot->at, is_in_url, word, length) || rewrite_leaves(word) ||
		is_address(AF_INET, word))
		return NULL;
	rest = strchr(word, '.');
	snprintf(label, sizeof(label), "%.*s", rest ? (int)(rest - word) : 0, word);
	if (is_in_url || is_host_port(spot, word, *length) || text_has_suffix(word, ".ts.net") ||
		(rest && (pseudonym_find(spot->pseudonyms, rest + 1) ||
				 (pseudonym_find(spot->pseudonyms, label) &&
					 !pseudonyms_has_word(spot->pseudonyms, label)))))
		return pseudonym_of(spot->pseudonyms, SECRET_HOST, word);
	return NULL;
}

/* The user and password of a URL are dropped: a pseudonym would be of no use. */
static const char *see_credentials(const struct spot *spot, size_t *length)
{
	const char *end = spot->at;

	if (!begins_authority(spot))
		return NULL;
	for (size_t i = 0, most = strcspn(spot->at, URL_END "/?#"); i < most; i++)
		if (spot->at[i] == '@')
			end = spot->at + i + 1;
	*length = (size_t)(end - spot->at);
	return *length ? "" : NULL;
}

/* User and password before a host without "//": "ada:password@host". */
static const char *see_password(const struct spot *spot, size_t *length)
{
	size_t user = strspn(spot->at, LETTERS "."), whole = strcspn(spot->at, URL_END "/?#@");

	if (!user || spot->at[user] != ':' || spot->at[whole] != '@' || whole == user + 1)
		return NULL;
	*length = whole + 1;
	return "";
}

static const char *see_address(const struct spot *spot, size_t *length)
{
	char word[SECRET_MAX];
	bool is_found = take(spot->at, DIGITS ".", word, length) && is_address(AF_INET, word);

	if (!is_found && take(spot->at, HEX ":.", word, length) && strchr(word, ':')) {
		if (word[*length - 1] == ':' && !text_has_suffix(word, "::"))
			word[--*length] = '\0';
		is_found = is_address(AF_INET6, word);
	}
	return is_found && !rewrite_leaves(word) ? pseudonym_of(spot->pseudonyms, SECRET_PLACE, word) : NULL;
}

/* "enx0050b6f00f00": udev's name for a device, made from its hardware address. */
static const char *see_device(const struct spot *spot, size_t *length)
{
	char word[SECRET_MAX];

	if (!take(spot->at, LETTERS, word, length) || *length != 3 + HARDWARE_DIGITS || word[2] != 'x' ||
		strspn(word + 3, HEX) != HARDWARE_DIGITS)
		return NULL;
	return pseudonym_of(spot->pseudonyms, SECRET_DEVICE, word);
}

/* "3c:7c:3f:1e:88:a0" */
static const char *see_hardware(const struct spot *spot, size_t *length)
{
	for (*length = 0; *length < 17; ++*length)
		if (*length % 3 == 2 ? spot->at[*length] != ':' : !isxdigit((unsigned char)spot->at[*length]))
			return NULL;
	return isxdigit((unsigned char)spot->at[17]) || spot->at[17] == ':' ? NULL : "MAC";
}

static const char *see_query(const struct spot *spot, size_t *length)
{
	if (!spot->url_end || spot->at >= spot->url_end || !strchr("?#", *spot->at))
		return NULL;
	*length = (size_t)(spot->url_end - spot->at);
	return "?…";
}

static const char *see_quotation(const struct spot *spot, size_t *length)
{
	const char *end = spot->at, *next;

	if (!text_has_prefix(spot->at, "“"))
		return NULL;
	for (next = end; (next = strstr(next, "”")); next += strlen("”"))
		end = next + strlen("”");
	*length = end > spot->at ? (size_t)(end - spot->at) : strlen(spot->at);
	return "“…”";
}

/* ---- the walk ---- */

static const char *see(const struct spot *spot, size_t *length)
{
	static const char *(*const matchers[])(const struct spot *spot, size_t *length) = { see_quotation,
		see_query, see_credentials, see_known, see_password, see_login, see_prefixed,
		see_windows_home, see_home, see_mail, see_hardware, see_host, see_address, see_device };
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(matchers) && !found; i++)
		found = matchers[i](spot, length);
	return found;
}

static bool begins_word(const struct spot *spot)
{
	return spot->at == spot->text || !isalnum((unsigned char)spot->at[-1]) ||
	       !isalnum((unsigned char)*spot->at);
}

const char *rewrite_text(struct pseudonyms *pseudonyms, struct arena *arena, const char *text)
{
	struct spot spot = { pseudonyms, text, text, NULL };
	struct bytes out = { 0 };
	const char *result;

	bytes_add(&out, "", 0);
	while (*spot.at) {
		size_t length = 1;
		const char *found;

		if (begins_authority(&spot))
			spot.url_end = spot.at + strcspn(spot.at, URL_END);
		found = begins_word(&spot) ? see(&spot, &length) : NULL;
		if (found)
			bytes_add(&out, found, strlen(found));
		else
			bytes_add(&out, spot.at, length = 1);
		spot.at += length;
	}
	result = arena_copy(arena, out.text);
	free(out.text);
	return result;
}
