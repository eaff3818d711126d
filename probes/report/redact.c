/* First the secrets of a snapshot are learned, then all its texts (texts.h) are rewritten: names as a whole,
 * sentences and URLs from within. */
#include "probes/report/redact.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/report/rewrite.h"
#include "probes/report/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct redactor {
	struct pseudonyms *pseudonyms;
	struct arena *arena; /* of the current snapshot */
};

static struct pseudonyms *begin(const char *home)
{
	struct pseudonyms *pseudonyms = pseudonyms_new();

	if (home && strlen(home) > 1)
		pseudonym_give(pseudonyms, home, "~");
	return pseudonyms;
}

struct redactor *redactor_new(const char *home)
{
	struct redactor *redactor = mem_alloc(sizeof(*redactor));

	redactor->pseudonyms = begin(home);
	return redactor;
}

void redactor_free(struct redactor *redactor)
{
	if (!redactor)
		return;
	pseudonyms_free(redactor->pseudonyms);
	free(redactor);
}

/* ---- learning ---- */

/* A peer of another tailnet is known by its FQDN, and by the first label of it. */
static void learn_names(struct pseudonyms *pseudonyms, const struct peer *peer)
{
	const char *suffix = strchr(peer->fqdn, '.'), *name;
	bool is_full = strcmp(peer->name, peer->fqdn) == 0 && suffix;
	char label[TEXT_CAP + 1], full[2 * TEXT_CAP];

	snprintf(label, sizeof(label), "%.*s", suffix ? (int)(suffix - peer->fqdn) : 0, peer->fqdn);
	name = pseudonym_of(pseudonyms, SECRET_PEER, is_full ? label : peer->name);
	if (!suffix)
		return;
	snprintf(full, sizeof(full), "%s.%s", name, pseudonym_of(pseudonyms, SECRET_TAILNET, suffix + 1));
	pseudonym_give(pseudonyms, peer->fqdn, full);
	if (strcmp(label, peer->name) != 0) /* two machines of one name: the label of one has a number */
		pseudonym_give(pseudonyms, label, name);
}

static void learn_peer(struct pseudonyms *pseudonyms, const struct peer *peer)
{
	learn_names(pseudonyms, peer);
	for (const char *const *address = peer->addresses; *address; address++)
		pseudonym_of(pseudonyms, SECRET_ADDRESS, *address);
}

/* The host of "host", "host:port", "[v6]:port" or a URL of any scheme; "" if none is spelled out. */
static void take_host(const char *text, char *host, size_t size)
{
	const char *scheme = strstr(text, "//"), *at = scheme ? scheme + 2 : text;
	size_t length = strcspn(at, "/?#");

	for (size_t i = length; i; i--)
		if (at[i - 1] == '@') {
			at += i;
			break;
		}
	if (*at == '[')
		length = strcspn(++at, "]/");
	else
		length = strcspn(at, url_host_is_address(at) ? "/" : ":/?#");
	snprintf(host, size, "%.*s", (int)length, at);
	if (strpbrk(host, "${} "))
		host[0] = '\0';
}

/* A host outside the tailnet. This machine's loopback needs no pseudonym. */
static void learn_host(struct pseudonyms *pseudonyms, const char *text)
{
	char host[SECRET_MAX];

	take_host(text, host, sizeof(host));
	if (*host && !rewrite_leaves(host))
		pseudonym_of(pseudonyms, url_host_is_address(host) ? SECRET_PLACE : SECRET_HOST, host);
}

/* Whether it is a path that everyone has, such as /run/tailscale/tailscaled.sock. */
static bool is_usual_path(const char *path)
{
	static const char *const usual[] = { "run", "var", "tmp", "usr", "opt", "bin", "sbin", "local",
		"homebrew", "snap", "common", "socket", "current", "tailscale", "tailscaled",
		"tailscaled.sock", "tailscaled.socket", "tsllm-capture" };

	for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
		size_t length = strcspn(path, "/"), i = 0;

		while (i < ARRAY_LEN(usual) &&
			(strlen(usual[i]) != length || memcmp(usual[i], path, length) != 0))
			i++;
		if (i == ARRAY_LEN(usual))
			return false;
		path += length;
	}
	return true;
}

/* The path of a file or socket. A path below the home directory is left alone, because the home directory
 * itself is hidden. */
static void learn_path(struct redactor *redactor, const char *path)
{
	struct arena *arena = arena_new();
	bool is_at_home = text_has_prefix(rewrite_text(redactor->pseudonyms, arena, path), "~");

	if (strchr(path, '/') && !is_at_home && !is_usual_path(path))
		pseudonym_of(redactor->pseudonyms, SECRET_FILE, path);
	arena_free(arena);
}

/* "/opt/bin/tsllm-capture: lacks the right …": the path of the helper, which its fix repeats. */
static void learn_helper(struct redactor *redactor, const char *trouble)
{
	const char *end = strstr(trouble, ": ");
	char path[SECRET_MAX];

	snprintf(path, sizeof(path), "%.*s", end ? (int)(end - trouble) : 0, trouble);
	if (path[0] == '/')
		learn_path(redactor, path);
}

/* The target of a mount: a server, a socket, a directory or another URL. */
static void learn_target(struct redactor *redactor, const char *target)
{
	static const char *const files[] = { "path:", "unix:" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (text_has_prefix(target, files[i])) {
			learn_path(redactor, target + strlen(files[i]));
			return;
		}
	if (!text_has_prefix(target, "text:") && !text_has_prefix(target, "redirect:/"))
		learn_host(redactor->pseudonyms, target);
}

/* Tailscale's regions are everyone's; any other reveals whose network this is. */
static bool is_public_derp(const char *code)
{
	static const char *const codes[] = { "ams", "blr", "dbi", "den", "dfw", "fra", "hel", "hkg", "hnl",
		"iad", "jnb", "lax", "lhr", "mad", "mia", "nai", "nue", "nyc", "ord", "par", "sao", "sea",
		"sfo", "sin", "syd", "tok", "tor", "waw" };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (!strcmp(codes[i], code))
			return true;
	return !*code;
}

static void learn_derp(struct pseudonyms *pseudonyms, const char *code)
{
	char text[SECRET_MAX];

	snprintf(text, sizeof(text), "DERP %s", code);
	if (!is_public_derp(code))
		pseudonym_of(pseudonyms, SECRET_DERP, text);
}

/* Peers come first: other names are recognised by theirs. */
static void learn(struct redactor *redactor, const struct snapshot *snapshot)
{
	struct pseudonyms *pseudonyms = redactor->pseudonyms;
	const struct daemon *daemon = &snapshot->daemon;

	pseudonym_give(pseudonyms, "tagged-devices", "tagged-devices"); /* the user of all tagged machines */
	pseudonym_give(pseudonyms, "Tagged Devices", "Tagged Devices");
	pseudonym_of(pseudonyms, SECRET_TAILNET, daemon->magicdns_suffix);
	if (strchr(daemon->tailnet, '@'))
		pseudonym_of(pseudonyms, SECRET_USER, daemon->tailnet);
	/* Tailscale's own capabilities are everyone's; others were named by whoever wrote the policy. */
	for (const char *const *name = daemon->capabilities; name && *name; name++)
		if (strstr(*name, "tailscale.com/"))
			pseudonym_give(pseudonyms, *name, *name);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		learn_peer(pseudonyms, &snapshot->peers[i]);
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		learn_host(pseudonyms, snapshot->endpoints[i].url);
	for (size_t i = 0; i < snapshot->mount_count; i++)
		learn_target(redactor, snapshot->mounts[i].target);
	learn_path(redactor, daemon->socket);
	learn_helper(redactor, snapshot->capture.trouble);
	/* tailscaled's own words, which may hold names that are not known. A verdict may repeat them. */
	for (size_t i = 0; daemon->health && daemon->health[i]; i++)
		pseudonym_give(pseudonyms, daemon->health[i], "“…”");
}

/* The subject of an event may be a URL, a relay may be an address, the host of a mount may hold a ${…} that
 * was not expanded. */
static bool is_plain(const char *name, enum secret_kind kind)
{
	return (kind != SECRET_PEER && kind != SECRET_HOST) || !strpbrk(name, ":/${}");
}

/* All names are learned before any text is rewritten. */
static void learn_name(void *data, enum text_form form, enum secret_kind kind, const char **text)
{
	struct redactor *redactor = data;

	if (text_has_prefix(*text, "DERP ")) /* a ping's answer may be just this */
		learn_derp(redactor->pseudonyms, *text + strlen("DERP "));
	if (form != TEXT_NAME)
		return;
	if (kind == SECRET_DERP)
		learn_derp(redactor->pseudonyms, *text);
	else if (kind == SECRET_HOST && !is_plain(*text, kind))
		learn_host(redactor->pseudonyms, *text);
	else if (is_plain(*text, kind) && !(kind == SECRET_HOST && rewrite_leaves(*text)))
		pseudonym_of(redactor->pseudonyms, kind, *text);
}

/* Ids of models stay, even one that begins with a machine's name, unless a machine has exactly that name. */
static void learn_models(struct pseudonyms *pseudonyms, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->model_count; i++)
		pseudonym_give(pseudonyms, snapshot->models[i].id, snapshot->models[i].id);
}

/* A host that only one sentence or URL shows to be a host is hidden in earlier texts too, where it stands
 * bare. */
static void learn_prose(void *data, enum text_form form, enum secret_kind kind, const char **text)
{
	struct redactor *redactor = data;
	struct arena *arena;

	(void)kind;
	if (form != TEXT_PROSE || (!strchr(*text, ' ') && !strstr(*text, "//")))
		return;
	arena = arena_new();
	rewrite_text(redactor->pseudonyms, arena, *text);
	arena_free(arena);
}

/* ---- rewriting ---- */

static void rewrite(void *data, enum text_form form, enum secret_kind kind, const char **text)
{
	struct redactor *redactor = data;
	const char *before = kind == SECRET_DERP ? "DERP " : "";
	const char *whole =
		pseudonym_find(redactor->pseudonyms, arena_printf(redactor->arena, "%s%s", before, *text));

	if (form == TEXT_NAME && whole)
		*text = arena_copy(redactor->arena, whole + strlen(before));
	else if (kind == SECRET_DERP)
		return;
	else if (form != TEXT_WORD)
		*text = rewrite_text(redactor->pseudonyms, redactor->arena, *text);
}

void redactor_hide_path(struct redactor *redactor, const char *path)
{
	learn_path(redactor, path);
}

void redactor_apply(struct redactor *redactor, struct snapshot *snapshot)
{
	redactor->arena = snapshot->arena;
	learn(redactor, snapshot);
	texts_visit(snapshot, learn_name, redactor);
	learn_models(redactor->pseudonyms, snapshot);
	texts_visit(snapshot, learn_prose, redactor);
	texts_visit(snapshot, rewrite, redactor);
}

/* ---- what was replaced ---- */

char *redactor_say(const struct redactor *redactor, char *to, size_t size)
{
	static const char *const kinds[][2] = {
		[SECRET_PEER] = { "machine", "machines" },
		[SECRET_TAILNET] = { "tailnet", "tailnets" },
		[SECRET_USER] = { "user", "users" },
		[SECRET_ADDRESS] = { "tailnet address", "tailnet addresses" },
		[SECRET_PLACE] = { "other address", "other addresses" },
		[SECRET_TAG] = { "tag", "tags" },
		[SECRET_SERVICE] = { "Service", "Services" },
		[SECRET_NODE] = { "node id", "node ids" },
		[SECRET_HOST] = { "host", "hosts" },
		[SECRET_FILE] = { "path", "paths" },
		[SECRET_LOGIN] = { "login URL", "login URLs" },
		[SECRET_DEVICE] = { "network device", "network devices" },
		[SECRET_DERP] = { "DERP region", "DERP regions" },
	};

	*to = '\0';
	for (int kind = 0; kind < SECRET_KINDS; kind++) {
		unsigned count = pseudonyms_count(redactor->pseudonyms, (enum secret_kind)kind);

		if (count)
			text_add(to, size, "%s%u %s", *to ? ", " : "", count, kinds[kind][count > 1]);
	}
	return to;
}

/* ---- a complaint ---- */

void redact_complaint(const char *home, const char *text, char *to, size_t size)
{
	const char *open = strchr(text, '\''), *close = strrchr(text, '\'');
	struct pseudonyms *pseudonyms = begin(home);
	struct arena *arena = arena_new();

	if (open && close > open)
		text = arena_printf(arena, "%.*s'…%s", (int)(open - text), text, close);
	snprintf(to, size, "%s", rewrite_text(pseudonyms, arena, text));
	arena_free(arena);
	pseudonyms_free(pseudonyms);
}
