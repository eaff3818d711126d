/* Searches the text in several passes: with escapes decoded, and literally. Decoding comes first, because
 * it also overwrites the escape characters: a backslash left before an asterisk would break the JSON.
 * Passes for the whole key come before those for a key cut off by the end of the text, which could begin
 * inside a whole one. The length of the text does not change, so pointers into it stay valid. */
#include "probes/io/secret.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MIN 4    /* shorter ones ("1", "x", "key") are no secrets and occur in every answer */
#define WORD_MAX 7    /* up to this length only whole words match: the key may be part of innocent words */
#define ESCAPE_MAX 10 /* longest escape of one character: "&#x123456;" */
#define CUT_MIN 4     /* characters at the end of the text that count as a key cut off there */

/* Placeholders for clients that insist on a key: examples in manuals, names of servers, and words that
 * every answer contains. */
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

/* ---- one character and its escapes ---- */

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
static size_t decode_html(const char *at, size_t left, int *c)
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

/* How many bytes encode the character *c at this place; 0: not an escape. */
static size_t decode(const char *at, size_t left, int *c)
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
	return *at == '&' ? decode_html(at, left, c) : 0;
}

/* ---- the key ---- */

struct pass {
	bool decodes; /* compares with escapes decoded */
	bool is_cut;  /* looks for a key cut off by the end of the text; else for the whole key */
};

/* How many bytes of the text the key takes here; 0: it is not here. */
static size_t find_here(const char *text, size_t left, const char *key, const struct pass *pass)
{
	size_t used = 0;
	const char *next = key;

	while (*next && used < left) {
		int c = -1;
		size_t length = pass->decodes ? decode(text + used, left - used, &c) : 0;

		if (!length || c != (unsigned char)*next) {
			c = (unsigned char)text[used];
			length = 1;
		}
		if (c != (unsigned char)*next || used + length > left)
			return 0;
		used += length;
		next++;
	}
	return !*next || (pass->is_cut && next - key >= CUT_MIN) ? used : 0;
}

static bool is_part_of_word(const char *text, size_t length, size_t at)
{
	return at < length && (isalnum((unsigned char)text[at]) || text[at] == '_');
}

static bool may_begin(char c, const char *key)
{
	return c == *key || c == '%' || c == '\\' || c == '&';
}

static void hide(char *text, size_t length, const char *key, const struct pass *pass)
{
	size_t reach = strlen(key) * ESCAPE_MAX;
	size_t from = pass->is_cut && length > reach ? length - reach : 0; /* only at the end */
	bool is_word = strlen(key) <= WORD_MAX;

	for (size_t i = from, used; i < length; i += used ? used : 1) {
		used = may_begin(text[i], key) ? find_here(text + i, length - i, key, pass) : 0;
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
	static const struct pass passes[] = { { true, false }, { false, false }, { true, true },
		{ false, true } };

	if (strlen(key) < WORD_MIN || is_placeholder(key))
		return;
	for (size_t i = 0; i < ARRAY_LEN(passes); i++)
		hide(text, length, key, &passes[i]);
}
