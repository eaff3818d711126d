#include "probes/report/log_secrets.h"

#include "probes/base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define KEY_MIN 8 /* characters after a prefix: "sk-learn" and "hf_hub" are words */

/* What keys begin with: OpenAI and its imitators, Hugging Face, Tailscale, GitHub, GitLab, NVIDIA, Groq, Google, Slack;
 * and what they follow in a header. */
static const char *const prefixes[] = { "sk-", "hf_", "tskey-", "ghp_", "gho_", "github_pat_", "glpat-",
	"nvapi-", "gsk_", "AIza", "xoxb-", "xoxp-", "Bearer ", "bearer ", "Basic ", "basic " };

/* What stands before one. "token" alone does not: logs of LLM servers count tokens. */
static const char *const names[] = { "api_key", "api-key", "apikey", "access_token", "auth_token", "hf_token",
	"password", "passwd", "secret" };

static bool is_key_character(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("-_.~+/=", c));
}

static bool is_in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t key_length(const char *text)
{
	size_t length = 0;

	while (is_key_character(text[length]))
		length++;
	return length;
}

/* Words have neither digits nor capitals in them. */
static bool is_key(const char *text, size_t length)
{
	return length >= KEY_MIN && strcspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") < length;
}

/* Returns how many characters of the line are done. */
static size_t hide_prefixed(char *at)
{
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t prefix = strlen(prefixes[i]), length;

		if (strncmp(at, prefixes[i], prefix) != 0)
			continue;
		length = key_length(at + prefix);
		if (!is_key(at + prefix, length))
			continue;
		memset(at + prefix, '*', length);
		return prefix + length;
	}
	return 0;
}

/* NAME, then a separator, then the key: "api_key=x", "password: 'x'". */
static size_t hide_named(char *at)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t name = strlen(names[i]), gap, length;

		if (strncasecmp(at, names[i], name) != 0)
			continue;
		gap = strspn(at + name, " \t:=\"'");
		length = key_length(at + name + gap);
		if (!gap || !length)
			continue;
		memset(at + name + gap, '*', length);
		return name + gap + length;
	}
	return 0;
}

void log_secrets_hide(char *line)
{
	for (char *at = line; *at;) {
		bool begins = at == line || !is_in_word(at[-1]);
		size_t done = begins ? hide_prefixed(at) : 0;

		if (!done)
			done = hide_named(at);
		at += done ? done : 1;
	}
}
