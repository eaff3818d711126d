/* Turns a serve configuration into a flat list of mounts.
 *
 * A web port is in it twice: as a listener in "TCP", and as a host with handlers in "Web". The same three
 * maps are at the root, in every Tailscale Service, and in every `tailscale serve` that runs in the
 * foreground. Funnel is open for a host and port if any of them opens it. */
#include "probes/tailscaled/serve.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOUNTS_MAX 512

struct reader {
	const struct json *root;
	struct arena *arena;
	VEC(struct obs_mount) mounts;
};

/* One set of the three maps, and its owner. */
struct section {
	const struct json *maps;
	const char *service;
	bool is_foreground;
};

/* The port after the last colon of "host:port"; 0 if there is none. */
static int port_of(const char *host_port)
{
	const char *colon = strrchr(host_port, ':');
	int64_t port = colon ? text_number(colon + 1, 65535) : -1;

	return port > 0 ? (int)port : 0;
}

/* Whether Funnel is open for "host:port"; host_port NULL: for any host on that port. */
static bool opens_funnel(const struct json *maps, const char *host_port, int port)
{
	const struct json *funnel = json_member(maps, "AllowFunnel");

	for (const struct json *item = json_first(funnel); item; item = json_next(item))
		if (json_is_true(item) && (host_port ? strcmp(json_key(item), host_port) == 0
						     : port_of(json_key(item)) == port))
			return true;
	return false;
}

static bool is_funnel(
	const struct reader *reader, const struct section *section, const char *host_port, int port)
{
	const struct json *sessions = json_member(reader->root, "Foreground");

	if (*section->service)
		return false;
	if (opens_funnel(reader->root, host_port, port))
		return true;
	for (const struct json *session = json_first(sessions); session; session = json_next(session))
		if (opens_funnel(session, host_port, port))
			return true;
	return false;
}

static void add_mount(struct reader *reader, const struct section *section, struct obs_mount mount)
{
	if (reader->mounts.count == MOUNTS_MAX)
		return;
	mount.service = text_keep(reader->arena, section->service);
	mount.is_foreground = section->is_foreground;
	*VEC_PUSH(&reader->mounts) = mount;
}

/* Hand-written configurations may say "3030" or "localhost:3030" for http. */
static const char *keep_proxy(struct arena *arena, const char *proxy)
{
	char whole[TEXT_CAP] = "", bare[TEXT_CAP];

	if (text_has_prefix(proxy, "unix:"))
		return text_keep(arena, proxy);
	if (url_host_is_bare_v6(proxy)) /* no URL, so what may be a password in it cannot be told */
		return text_keep(arena, proxy);
	if (strstr(proxy, "://"))
		return text_keep(arena, url_bare(proxy, whole, sizeof(whole)));
	text_add(whole, sizeof(whole), "http://%s%s", text_number(proxy, 65535) > 0 ? "127.0.0.1:" : "",
		url_bare(proxy, bare, sizeof(bare)));
	return text_keep(arena, whole);
}

static const char *keep_target(struct arena *arena, const struct json *handler)
{
	static const struct {
		const char *key, *scheme;
	} others[] = {
		{ "Path", "path" },
		{ "Redirect", "redirect" },
	};
	const char *proxy = json_text(handler, "Proxy");
	char whole[TEXT_CAP] = "", bare[TEXT_CAP];

	if (*proxy)
		return keep_proxy(arena, proxy);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		const char *value = json_text(handler, others[i].key);
		size_t code = strspn(value, "0123456789"); /* "302:https://…" */

		if (!*value)
			continue;
		code = value[code] == ':' ? code + 1 : 0;
		text_add(whole, sizeof(whole), "%s:%.*s%s", others[i].scheme, (int)code, value,
			url_bare(value + code, bare, sizeof(bare)));
		return text_keep(arena, whole);
	}
	return *json_text(handler, "Text") ? "text:" : "";
}

static void read_web(struct reader *reader, const struct section *section, const struct json *web)
{
	const char *host_port = json_key(web), *host;
	int port = port_of(host_port);
	char name[8];
	const struct json *listener;

	snprintf(name, sizeof(name), "%d", port);
	listener = json_member(json_member(section->maps, "TCP"), name);
	if (!port || !(json_true(listener, "HTTPS") || json_true(listener, "HTTP")))
		return;
	host = text_keep_n(reader->arena, host_port, (size_t)(strrchr(host_port, ':') - host_port));
	for (const struct json *handler = json_first(json_member(web, "Handlers")); handler;
		handler = json_next(handler))
		add_mount(reader, section,
			(struct obs_mount){
				.host = host,
				.port = port,
				.protocol = json_true(listener, "HTTPS") ? SERVE_HTTPS : SERVE_HTTP,
				.path = text_keep(reader->arena, json_key(handler)),
				.target = keep_target(reader->arena, handler),
				.is_funnel = is_funnel(reader, section, host_port, port),
			});
}

static void read_tcp(struct reader *reader, const struct section *section, const struct json *listener)
{
	const char *forward = json_text(listener, "TCPForward"), *name = json_text(listener, "TerminateTLS");
	char bare[TEXT_CAP];
	int64_t port = text_number(json_key(listener), 65535);

	if (!*forward || port <= 0)
		return;
	add_mount(reader, section,
		(struct obs_mount){
			.host = text_keep(reader->arena, name),
			.port = (int)port,
			.protocol = *name ? SERVE_TLS_TCP : SERVE_TCP,
			.path = "",
			.target = text_keep(reader->arena, url_bare(forward, bare, sizeof(bare))),
			.is_funnel = is_funnel(reader, section, NULL, (int)port),
		});
}

static void read_section(struct reader *reader, const struct section *section)
{
	const struct json *tcp = json_member(section->maps, "TCP"), *web = json_member(section->maps, "Web");

	for (const struct json *listener = json_first(tcp); listener; listener = json_next(listener))
		read_tcp(reader, section, listener);
	for (const struct json *host = json_first(web); host; host = json_next(host))
		read_web(reader, section, host);
	if (json_true(section->maps, "Tun"))
		add_mount(reader, section,
			(struct obs_mount){ .host = "", .protocol = SERVE_TUN, .path = "", .target = "" });
}

static void read_config(struct reader *reader, const struct json *maps, bool is_foreground)
{
	const struct json *services = json_member(maps, "Services");

	read_section(reader, &(struct section){ maps, "", is_foreground });
	for (const struct json *service = json_first(services); service; service = json_next(service))
		read_section(reader, &(struct section){ service, json_key(service), is_foreground });
}

static struct obs_serve *read_root(const struct json *root)
{
	struct reader reader = { .root = root, .arena = arena_new() };
	struct obs_serve *serve = arena_alloc(reader.arena, sizeof(*serve));
	const struct json *sessions = json_member(root, "Foreground");

	read_config(&reader, root, false);
	for (const struct json *session = json_first(sessions); session; session = json_next(session))
		read_config(&reader, session, true);
	serve->arena = reader.arena;
	serve->mount_count = reader.mounts.count;
	serve->mounts = arena_alloc(reader.arena, reader.mounts.count * sizeof(*serve->mounts));
	if (reader.mounts.count)
		memcpy(serve->mounts, reader.mounts.items, reader.mounts.count * sizeof(*serve->mounts));
	free(reader.mounts.items);
	return serve;
}

struct obs_serve *serve_parse(const char *bytes, size_t length, struct fault *fault)
{
	struct json *root = json_parse(bytes, length, fault);
	struct obs_serve *serve = NULL;

	if (root && (json_is_object(root) || json_is_null(root)))
		serve = read_root(root);
	else if (root)
		fault_say(fault, "JSON, but no serve configuration");
	json_free(root);
	return serve;
}

void serve_free(struct obs_serve *serve)
{
	if (serve)
		arena_free(serve->arena);
}

/* "localhost" is dialed as 127.0.0.1, but keeps its name if a certificate must match it. */
static void put_url(char *url, size_t size, const char *scheme, const char *rest, bool names_matter)
{
	const char *after = rest + strlen("localhost");
	bool is_local = text_has_prefix(rest, "localhost") && (!*after || strchr(":/", *after));

	*url = '\0';
	if (is_local && !names_matter)
		text_add(url, size, "%s://127.0.0.1%s", scheme, after);
	else
		text_add(url, size, "%s://%s", scheme, rest);
	while (text_has_suffix(url, "/"))
		url[strlen(url) - 1] = '\0';
}

/* Escapes and "…" mean that the text is not the one that was configured; ${…} is expanded by other
 * programs. */
static bool is_literal(const char *target)
{
	size_t length = strlen(target);

	for (size_t i = 0; i < length; i++)
		if (target[i] <= ' ' || target[i] > '~' || target[i] == '\\')
			return false;
	return length < TEXT_CAP - 1 && !strstr(target, "${");
}

bool serve_backend(const char *target, bool is_tcp, char *url, size_t size)
{
	static const struct {
		const char *prefix, *scheme;
		bool names_matter;
	} forms[] = {
		{ "http://", "http", false },
		{ "https+insecure://", "https", false },
		{ "https://", "https", true },
	};

	if (!is_literal(target) || text_has_prefix(target, "unix:"))
		return false;
	if (is_tcp) {
		put_url(url, size, "http", target, false);
		return strchr(target, ':');
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (text_has_prefix(target, forms[i].prefix) && target[strlen(forms[i].prefix)]) {
			put_url(url, size, forms[i].scheme, target + strlen(forms[i].prefix),
				forms[i].names_matter);
			return true;
		}
	return false;
}
