/* A walk over a text from word to word. At the beginning of each, whoever knows one there says how long it is
 * and what stands for it. */
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
struct place {
	struct pseudonyms *pseudonyms;
	const char *text, *at;
	const char *url_end; /* of the URL that at is in; NULL: in none */
};

static bool follows(const struct place *place, const char *part)
{
	size_t length = strlen(part);

	return (size_t)(place->at - place->text) >= length && memcmp(place->at - length, part, length) == 0;
}

/* At the host of a URL, or of one without its scheme: "//host/path". */
static bool begins_authority(const struct place *place)
{
	const char *before = place->at - 3;

	if (follows(place, "://"))
		return true;
	return follows(place, "//") &&
	       (before < place->text || !(isalnum((unsigned char)*before) || strchr("/:.-_~%)]", *before)));
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

/* These bytes as a text of its own, without what ends a sentence; false where there is none, or too much. */
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

/* A host's name, in any alphabet: all bytes but the marks of a sentence, “ ” and …, which UTF-8 begins alike.
 */
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

/* ---- who knows a word ---- */

static const char *see_known(const struct place *place, size_t *length)
{
	return pseudonyms_match(place->pseudonyms, place->text, place->at, length);
}

/* "tag:x" and "svc:x": the kind of name is told by its beginning. */
static const char *see_prefixed(const struct place *place, size_t *length)
{
	static const struct {
		const char *prefix;
		enum secret_kind kind;
	} prefixes[] = { { "tag:", SECRET_TAG }, { "svc:", SECRET_SERVICE } };
	char word[SECRET_MAX];

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t start = strlen(prefixes[i].prefix);

		if (text_has_prefix(place->at, prefixes[i].prefix) && strspn(place->at + start, LETTERS) &&
			take(place->at, LETTERS ":", word, length))
			return pseudonym_of(place->pseudonyms, prefixes[i].kind, word);
	}
	return NULL;
}

/* A node is logged in by whoever opens it. */
static const char *see_login(const struct place *place, size_t *length)
{
	static const char *const forms[] = { "https://login.tailscale.com/a/", "login.tailscale.com/a/" };
	char word[SECRET_MAX];

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (text_has_prefix(place->at, forms[i]) && take(place->at, LETTERS ":/.", word, length))
			return pseudonym_of(place->pseudonyms, SECRET_LOGIN, word);
	return NULL;
}

/* "C:\Users\Ada Smith\x" */
static const char *see_windows_home(const struct place *place, size_t *length)
{
	const char *at = place->at, *name;
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

static const char *see_home(const struct place *place, size_t *length)
{
	static const char *const roots[] = { "/home/", "/Users/" };

	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		size_t start = strlen(roots[i]);

		if (text_has_prefix(place->at, roots[i]) && place->at[start]) {
			*length = start + strcspn(place->at + start, "/ :,\"'");
			return "~";
		}
	}
	return NULL;
}

static const char *see_mail(const struct place *place, size_t *length)
{
	char word[SECRET_MAX];
	size_t local;

	if (!take(place->at, LETTERS ".+%", word, &local) || place->at[local] != '@' ||
		!strspn(place->at + local + 1, LETTERS) || !take(place->at, LETTERS ".+%@", word, length))
		return NULL;
	return pseudonym_of(place->pseudonyms, SECRET_USER, word);
}

/* ":443" and no more digits, letters or parts of a time. */
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

/* "host:port", of which the host is no word of ours and no number: times are numbers too. */
static bool is_host_port(const struct place *place, const char *word, size_t length)
{
	const char *end = place->at + length;

	if (strchr(".-", *word) || (place->at > place->text && strchr("/\\.~:", place->at[-1])))
		return false;
	return is_port(end + (*end == '.')) && word[strspn(word, DIGITS ".")] &&
	       !pseudonyms_has_word(place->pseudonyms, word);
}

/* A name in parts, whose first is a machine's and no word, or whose others are a tailnet's; in a URL and
 * before a port, any. */
static const char *see_host(const struct place *place, size_t *length)
{
	bool is_in_url = begins_authority(place) || follows(place, "@");
	char word[SECRET_MAX], label[SECRET_MAX];
	const char *rest;

	if (!take_host(place->at, is_in_url, word, length) || rewrite_leaves(word) ||
		is_address(AF_INET, word))
		return NULL;
	rest = strchr(word, '.');
	snprintf(label, sizeof(label), "%.*s", rest ? (int)(rest - word) : 0, word);
	if (is_in_url || is_host_port(place, word, *length) || text_has_suffix(word, ".ts.net") ||
		(rest && (pseudonym_find(place->pseudonyms, rest + 1) ||
				 (pseudonym_find(place->pseudonyms, label) &&
					 !pseudonyms_has_word(place->pseudonyms, label)))))
		return pseudonym_of(place->pseudonyms, SECRET_HOST, word);
	return NULL;
}

/* The user and the password of a URL have no pseudonym: nobody needs them. */
static const char *see_credentials(const struct place *place, size_t *length)
{
	const char *end = place->at;

	if (!begins_authority(place))
		return NULL;
	for (size_t i = 0, most = strcspn(place->at, URL_END "/?#"); i < most; i++)
		if (place->at[i] == '@')
			end = place->at + i + 1;
	*length = (size_t)(end - place->at);
	return *length ? "" : NULL;
}

/* The same before a host without "//": "ada:password@host". */
static const char *see_password(const struct place *place, size_t *length)
{
	size_t user = strspn(place->at, LETTERS "."), whole = strcspn(place->at, URL_END "/?#@");

	if (!user || place->at[user] != ':' || place->at[whole] != '@' || whole == user + 1)
		return NULL;
	*length = whole + 1;
	return "";
}

static const char *see_address(const struct place *place, size_t *length)
{
	char word[SECRET_MAX];
	bool is_found = take(place->at, DIGITS ".", word, length) && is_address(AF_INET, word);

	if (!is_found && take(place->at, HEX ":.", word, length) && strchr(word, ':')) {
		if (word[*length - 1] == ':' && !text_has_suffix(word, "::"))
			word[--*length] = '\0';
		is_found = is_address(AF_INET6, word);
	}
	return is_found && !rewrite_leaves(word) ? pseudonym_of(place->pseudonyms, SECRET_PLACE, word)
						  : NULL;
}

/* "enx0050b6f00f00": udev's name for a device, by its hardware address. */
static const char *see_device(const struct place *place, size_t *length)
{
	char word[SECRET_MAX];

	if (!take(place->at, LETTERS, word, length) || *length != 3 + HARDWARE_DIGITS || word[2] != 'x' ||
		strspn(word + 3, HEX) != HARDWARE_DIGITS)
		return NULL;
	return pseudonym_of(place->pseudonyms, SECRET_DEVICE, word);
}

static const char *see_query(const struct place *place, size_t *length)
{
	if (!place->url_end || place->at >= place->url_end || !strchr("?#", *place->at))
		return NULL;
	*length = (size_t)(place->url_end - place->at);
	return "?…";
}

static const char *see_quotation(const struct place *place, size_t *length)
{
	const char *end = place->at, *next;

	if (!text_has_prefix(place->at, "“"))
		return NULL;
	for (next = end; (next = strstr(next, "”")); next += strlen("”"))
		end = next + strlen("”");
	*length = end > place->at ? (size_t)(end - place->at) : strlen(place->at);
	return "“…”";
}

/* ---- the walk ---- */

static const char *see(const struct place *place, size_t *length)
{
	static const char *(*const witnesses[])(const struct place *place, size_t *length) = { see_quotation,
		see_query, see_credentials, see_known, see_password, see_login, see_prefixed,
		see_windows_home, see_home, see_mail, see_host, see_address, see_device };
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(witnesses) && !found; i++)
		found = witnesses[i](place, length);
	return found;
}

static bool begins_word(const struct place *place)
{
	return place->at == place->text || !isalnum((unsigned char)place->at[-1]) ||
	       !isalnum((unsigned char)*place->at);
}

const char *rewrite_text(struct pseudonyms *pseudonyms, struct arena *arena, const char *text)
{
	struct place place = { pseudonyms, text, text, NULL };
	struct bytes out = { 0 };
	const char *result;

	bytes_add(&out, "", 0);
	while (*place.at) {
		size_t length = 1;
		const char *found;

		if (begins_authority(&place))
			place.url_end = place.at + strcspn(place.at, URL_END);
		found = begins_word(&place) ? see(&place, &length) : NULL;
		if (found)
			bytes_add(&out, found, strlen(found));
		else
			bytes_add(&out, place.at, length = 1);
		place.at += length;
	}
	result = arena_copy(arena, out.text);
	free(out.text);
	return result;
}
