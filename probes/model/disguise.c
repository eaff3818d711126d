/* A walk over a text from word to word. At the beginning of each, whoever knows one there says how long it is
 * and what stands for it. */
#include "probes/model/disguise.h"

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

bool disguise_leaves(const char *host)
{
	static const char *const hosts[] = { "0.0.0.0", "::", "100.100.100.100", "example.com",
		"tailscale.com", "ollama.com" };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (strcmp(host, hosts[i]) == 0)
			return true;
	return url_host_is_loopback(host) || text_has_suffix(host, ".tailscale.com");
}

/* A span of these characters as a text of its own, without what ends a sentence; false where there is none,
 * or too much. */
static bool take(const char *at, const char *accept, char word[SECRET_MAX], size_t *length)
{
	*length = strspn(at, accept);
	while (*length && strchr(".-", at[*length - 1]))
		(*length)--;
	if (!*length || *length >= SECRET_MAX)
		return false;
	for (size_t i = 0; i < *length; i++)
		word[i] = (char)tolower((unsigned char)at[i]);
	word[*length] = '\0';
	return true;
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

/* A name in parts, whose first is a machine's and no word, or whose others are a tailnet's; in a URL, any. */
static const char *see_host(const struct place *place, size_t *length)
{
	bool is_authority = follows(place, "://") || follows(place, "@");
	char word[SECRET_MAX], label[SECRET_MAX];
	const char *rest;

	if (!take(place->at, LETTERS ".", word, length) || disguise_leaves(word) || is_address(AF_INET, word))
		return NULL;
	rest = strchr(word, '.');
	snprintf(label, sizeof(label), "%.*s", rest ? (int)(rest - word) : 0, word);
	if (is_authority || text_has_suffix(word, ".ts.net") ||
		(rest && (pseudonym_find(place->pseudonyms, rest + 1) ||
				 (pseudonym_find(place->pseudonyms, label) && !pseudonym_is_word(label)))))
		return pseudonym_of(place->pseudonyms, SECRET_HOST, word);
	return NULL;
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
	return is_found && !disguise_leaves(word) ? pseudonym_of(place->pseudonyms, SECRET_PLACE, word)
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
		see_query, see_known, see_login, see_prefixed, see_windows_home, see_home, see_mail, see_host,
		see_address, see_device };
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

const char *disguise_text(struct pseudonyms *pseudonyms, struct arena *arena, const char *text)
{
	struct place place = { pseudonyms, text, text, NULL };
	struct bytes out = { 0 };
	const char *result;

	bytes_add(&out, "", 0);
	while (*place.at) {
		size_t length = 1;
		const char *found;

		if (follows(&place, "://"))
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
