/* Each place where the key could begin is compared with escapes undone, and as it stands. The first takes the sign
 * of an escape with it: a backslash that was left before an asterisk would break the JSON. Whole keys go before
 * those that the end of the text cuts off, which could begin inside of a whole one. The length of the text stays,
 * so nothing that points into it has to move. */
#include "probes/io/secret.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MIN 4    /* "1", "x" and "key" are no secret, and stand in every answer */
#define WORD_MAX 7    /* a shorter key is likely a part of innocent words */
#define ESCAPE_MAX 10 /* bytes that write one character: "&#x123456;" */
#define CUT_MIN 4     /* so much of a key at the end of the text is taken for the beginning of it */

/* Clients that insist on a key are given these: what manuals print, names of servers, words that answers are
 * made of. */
static const char *const placeholders[] = { "ollama", "lm-studio", "lmstudio", "vllm", "llama", "llama.cpp",
	"llamacpp", "llama-cpp", "llama-server", "llama-swap", "litellm", "localai", "koboldcpp", "tabbyapi",
	"triton", "sglang", "openai", "empty", "none", "null", "dummy", "no-key", "not-needed",
	"sk-no-key-required", "token-abc123", "true", "false", "data", "list", "object", "model", "models",
	"name", "status", "detail", "error", "version" };

static bool is_placeholder(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(placeholders); i++)
		if (text_equal_fold(placeholders[i], key))
			return true;
	return false;
}

/* ---- one character, however it is written ---- */

static int hex_of(const char *digits, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isxdigit((unsigned char)digits[i]))
			return -1;
		value = value * 16 + (isdigit((unsigned char)digits[i])
						     ? digits[i] - '0'
						     : tolower((unsigned char)digits[i]) - 'a' + 10);
	}
	return value;
}

/* "&amp;", "&#38;", "&#x26;" */
static size_t undo_html(const char *at, size_t left, int *c)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
		{ "&apos;", '\'' } };
	bool is_hex = left > 2 && (at[2] == 'x' || at[2] == 'X');
	char number[8] = "";
	size_t digits;

	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		size_t length = strlen(entities[i].entity);

		*c = entities[i].c;
		if (length <= left && memcmp(at, entities[i].entity, length) == 0)
			return length;
	}
	if (left < 4 || at[1] != '#')
		return 0;
	memcpy(number, at + 2 + is_hex, left - 2 - is_hex < 7 ? left - 2 - is_hex : 7);
	digits = strspn(number, is_hex ? "0123456789abcdefABCDEF" : "0123456789");
	*c = (int)strtol(number, NULL, is_hex ? 16 : 10);
	return digits && number[digits] == ';' ? digits + 3 + is_hex : 0;
}

/* How many bytes write the one character *c at this place; 0: it is no escape. */
static size_t undo(const char *at, size_t left, int *c)
{
	if (*at == '%' && left > 2) {
		*c = hex_of(at + 1, 2);
		return 3;
	}
	if (*at == '\\' && left > 5 && at[1] == 'u') {
		*c = hex_of(at + 2, 4);
		return 6;
	}
	if (*at == '\\' && left > 1) {
		*c = (unsigned char)at[1];
		return 2;
	}
	return *at == '&' ? undo_html(at, left, c) : 0;
}

/* ---- the key ---- */

struct manner {
	bool undoes; /* escapes */
	bool is_cut; /* by the end of the text; else the whole key is looked for */
};

/* How many bytes of text the key takes from here; 0: it is not here. */
static size_t find_here(const char *text, size_t left, const char *key, const struct manner *manner)
{
	size_t used = 0;
	const char *next = key;

	while (*next && used < left) {
		int c = -1;
		size_t length = manner->undoes ? undo(text + used, left - used, &c) : 0;

		if (!length || c != (unsigned char)*next) {
			c = (unsigned char)text[used];
			length = 1;
		}
		if (c != (unsigned char)*next || used + length > left)
			return 0;
		used += length;
		next++;
	}
	return !*next || (manner->is_cut && next - key >= CUT_MIN) ? used : 0;
}

static bool is_part_of_word(const char *text, size_t length, size_t at)
{
	return at < length && (isalnum((unsigned char)text[at]) || text[at] == '_');
}

static bool may_begin(char c, const char *key)
{
	return c == *key || c == '%' || c == '\\' || c == '&';
}

static void hide(char *text, size_t length, const char *key, const struct manner *manner)
{
	size_t reach = strlen(key) * ESCAPE_MAX;
	size_t from = manner->is_cut && length > reach ? length - reach : 0; /* only the end cuts */
	bool is_word = strlen(key) <= WORD_MAX;

	for (size_t i = from, used; i < length; i += used ? used : 1) {
		used = may_begin(text[i], key) ? find_here(text + i, length - i, key, manner) : 0;
		if (is_word && ((i && is_part_of_word(text, length, i - 1)) ||
				       is_part_of_word(text, length, i + used)))
			used = 0;
		memset(text + i, '*', used);
	}
}

bool secret_is_plain(const char *key)
{
	return strlen(key) > WORD_MAX && !is_placeholder(key);
}

void secret_hide(char *text, size_t length, const char *key)
{
	static const struct manner manners[] = { { true, false }, { false, false }, { true, true },
		{ false, true } };

	if (strlen(key) < WORD_MIN || is_placeholder(key))
		return;
	for (size_t i = 0; i < ARRAY_LEN(manners); i++)
		hide(text, length, key, &manners[i]);
}
