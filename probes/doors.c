/* Matching names with machines, and mounts with URLs. */
#include "probes/doors.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/serve.h"

#include <stdio.h>
#include <string.h>

static bool is_named(const struct obs_peer *peer, const char *host)
{
	size_t length = strlen(host);

	if (text_equal_fold(peer->fqdn, host))
		return true;
	if (!strchr(host, '.') && length && strncmp(peer->fqdn, host, length) == 0 &&
		peer->fqdn[length] == '.')
		return true;
	for (size_t i = 0; peer->addresses[i]; i++)
		if (strcmp(peer->addresses[i], host) == 0)
			return true;
	return false;
}

const struct obs_peer *doors_peer(const struct obs_status *status, const char *host, size_t *hint)
{
	if (status->has_self && is_named(&status->self, host))
		return &status->self;
	if (hint && *hint < status->peer_count && is_named(&status->peers[*hint], host))
		return &status->peers[*hint];
	for (size_t i = 0; i < status->peer_count; i++) {
		if (!is_named(&status->peers[i], host))
			continue;
		if (hint)
			*hint = i;
		return &status->peers[i];
	}
	return NULL;
}

const char *doors_address(const struct obs_peer *peer)
{
	for (size_t i = 0; peer->addresses[i]; i++)
		if (!strchr(peer->addresses[i], ':'))
			return peer->addresses[i];
	return peer->addresses[0] ? peer->addresses[0] : "";
}

bool doors_is_tailnet_name(const struct obs_status *status, const char *host)
{
	const char *suffix = *status->magicdns_suffix ? status->magicdns_suffix : "ts.net";

	return url_host_is_below(host, suffix);
}

static bool is_llm_port(const int *ports, int port)
{
	for (; *ports; ports++)
		if (*ports == port)
			return true;
	return false;
}

static const char *mount_url(
	struct obs_serve *serve, const struct obs_mount *mount, const struct obs_status *status)
{
	struct url url = { .is_https = mount->protocol == SERVE_HTTPS || mount->protocol == SERVE_TLS_TCP,
		.port = mount->port };
	const char *host = *mount->host ? mount->host : status->self.fqdn;
	const char *path = strcmp(mount->path, "/") == 0 ? "" : mount->path;
	char text[900];

	if (mount->protocol == SERVE_TUN || !*host || strstr(host, "${"))
		return "";
	snprintf(url.host, sizeof(url.host), "%s", host);
	snprintf(url.path, sizeof(url.path), "%s", path);
	if (url_join(&url, text, sizeof(text)) < 0 || url_split(&url, text) < 0 ||
		url_join(&url, text, sizeof(text)) < 0)
		return "";
	return arena_copy(serve->arena, text);
}

void doors_of_mounts(struct obs_serve *serve, const struct obs_status *status, const int *ports)
{
	for (size_t i = 0; i < serve->mount_count; i++) {
		struct obs_mount *mount = &serve->mounts[i];
		bool is_tcp = mount->protocol == SERVE_TCP || mount->protocol == SERVE_TLS_TCP;
		char backend[600], normal[600];
		struct url url;

		mount->url = mount->backend = "";
		if (!serve_backend(mount->target, is_tcp, backend, sizeof(backend)) ||
			url_split(&url, backend) < 0 || (is_tcp && !is_llm_port(ports, url.port)) ||
			url_join(&url, normal, sizeof(normal)) < 0)
			continue;
		mount->backend = arena_copy(serve->arena, normal);
		mount->url = mount_url(serve, mount, status);
	}
}
