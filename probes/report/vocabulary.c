/* The runs of letters in the rules' texts are put in a set once. A word with a run that is not in the set is in
 * no rule, so only the others are searched for, rule by rule. */
#include "probes/report/vocabulary.h"

#include "probes/base/mem.h"
#include "probes/verdicts/by_system.h"
#include "probes/verdicts/rule.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SLOTS 8192 /* in the set: some 2,000 are used */

struct vocabulary {
	char *runs[SLOTS]; /* NULL: empty */
};

/* Words that the rules and the rest of the program put into their sentences; sorted by strcmp for bsearch. */
static const char *const words[] = { "a", "acl", "active", "address", "ago", "alias", "all", "an", "and",
	"answer", "answers", "apache", "api", "app", "at", "backend", "best", "bg", "big", "body", "both",
	"busy", "by", "cache", "caddy", "cert", "certificate", "check", "client", "cold", "configuration",
	"connect", "connecting", "container", "context", "control", "cpu", "daemon", "days", "debug", "derp",
	"direct", "disco", "disk", "dns", "door", "down", "endpoint", "engine", "environment", "every",
	"exit", "fast", "firewall", "first", "for", "free", "from", "funnel", "gateway", "get", "gpu",
	"grant", "haproxy", "headers", "health", "home", "host", "hosts", "hours", "http", "https", "idle",
	"in", "internet", "is", "it", "itself", "key", "koboldcpp", "large", "largest", "last", "lemonade",
	"linux", "litellm", "llama", "llama-cpp-python", "llama-server", "llama-swap", "llm", "llm-server",
	"loads", "local", "localai", "localhost", "log", "login", "look", "machine", "macos", "memory",
	"metrics", "minutes", "mlx", "model", "models", "more", "most", "name", "netcheck", "network",
	"never", "new", "nft", "nginx", "nim", "no", "node", "nodes", "now", "oauth2-proxy", "of", "offline",
	"ok", "old", "ollama", "on", "one", "online", "open", "or", "other", "others", "part", "path", "peer",
	"ping", "policy", "port", "portkey", "prompt", "props", "proxy", "ps", "public", "queue", "ram",
	"relay", "request", "restart", "room", "router", "runs", "seconds", "seen", "serve", "server",
	"servers", "service", "set", "sglang", "side", "since", "slots", "slow", "small", "start", "status",
	"stop", "sudo", "systemctl", "tabbyapi", "tag", "tags", "tailnet", "tailscale", "tailscaled", "tcp",
	"test", "textgen", "tgi", "that", "the", "this", "through", "tls", "to", "token", "traffic", "triton",
	"tsmp", "two", "udp", "ui", "unknown", "up", "url", "use", "user", "v1", "version", "vllm", "vram",
	"way", "web", "webui", "weights", "whole", "windows", "with", "xinference" };

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

bool vocabulary_is_whole(const char *text, const char *at, size_t length)
{
	const char *end = at + length;

	if (at > text && is_name_char(at[-1]) && is_name_char(*at))
		return false;
	return !(is_name_char(end[-1]) && is_name_char(*end)) && !(*end == '.' && is_name_char(end[1]));
}

/* ---- the set ---- */

/* The slot that holds a run, or the one where it would go. */
static char **slot_of(const struct vocabulary *vocabulary, const char *run, size_t length)
{
	uint32_t hash = 2166136261u;
	size_t at;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)tolower((unsigned char)run[i])) * 16777619u;
	for (at = hash % SLOTS; vocabulary->runs[at]; at = (at + 1) % SLOTS)
		if (strncasecmp(vocabulary->runs[at], run, length) == 0 && !vocabulary->runs[at][length])
			break;
	return (char **)(uintptr_t)&vocabulary->runs[at];
}

static size_t run_length(const char *at)
{
	size_t length = 0;

	while (is_name_char(at[length]))
		length++;
	return length;
}

static bool has_all_runs(const struct vocabulary *vocabulary, const char *word)
{
	for (size_t length; *word; word += length ? length : 1) {
		length = run_length(word);
		if (length && !*slot_of(vocabulary, word, length))
			return false;
	}
	return true;
}

static void add_runs(struct vocabulary *vocabulary, const char *text)
{
	for (size_t length; *text; text += length ? length : 1) {
		char **slot;

		length = run_length(text);
		slot = length ? slot_of(vocabulary, text, length) : NULL;
		if (!slot || *slot)
			continue;
		*slot = mem_alloc(length + 1);
		memcpy(*slot, text, length);
	}
}

/* Shows each text of the rules and their fixes, until one of them is the right one. */
static bool visit_texts(bool (*is_right)(void *data, const char *text), void *data)
{
	for (const struct rule *const *table = rule_tables; *table; table++)
		for (const struct rule *rule = *table; rule->code; rule++)
			if (is_right(data, rule->text) || is_right(data, rule->fix))
				return true;
	for (const struct other_fix *const *list = other_fixes; *list; list++)
		for (const struct other_fix *fix = *list; fix->code; fix++)
			if (is_right(data, fix->text))
				return true;
	for (size_t i = 0; by_system_text(i); i++)
		if (is_right(data, by_system_text(i)))
			return true;
	return false;
}

static bool add_text(void *data, const char *text)
{
	add_runs(data, text);
	return false;
}

struct vocabulary *vocabulary_new(void)
{
	struct vocabulary *vocabulary = mem_alloc(sizeof(*vocabulary));

	visit_texts(add_text, vocabulary);
	return vocabulary;
}

void vocabulary_free(struct vocabulary *vocabulary)
{
	for (size_t i = 0; i < SLOTS; i++)
		free(vocabulary->runs[i]);
	free(vocabulary);
}

/* ---- look-up ---- */

static bool has_word(void *data, const char *text)
{
	const char *word = data;
	size_t length = strlen(word);

	for (const char *at = text; *at; at++)
		if (strncasecmp(at, word, length) == 0 && vocabulary_is_whole(text, at, length))
			return true;
	return false;
}

static int compare_word(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

bool vocabulary_has(const struct vocabulary *vocabulary, const char *word)
{
	if (strspn(word, "0123456789") == strlen(word) ||
		bsearch(word, words, ARRAY_LEN(words), sizeof(*words), compare_word))
		return true;
	return has_all_runs(vocabulary, word) && visit_texts(has_word, (void *)(uintptr_t)word);
}
