/* Matches names with machines, finds who else a host may belong to, and matches mounts with URLs. */
#include "probes/endpoints/owner.h"

#include "probes/base/cidr.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/names.h"
#include "probes/tailscaled/serve.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* "tail4c1d.ts.net". A control plane may not send it; then it is taken from this node's name. */
static const char *own_suffix(const struct obs_status *status)
{
	const char *dot = strchr(status->self.fqdn, '.');

	if (*status->magicdns_suffix)
		return status->magicdns_suffix;
	return status->has_self && dot ? dot + 1 : "";
}

static bool is_short_name(const char *host)
{
	return *host && !strpbrk(host, ".:");
}

/* Ignores the host name that a machine gives itself, because it is not a name in the tailnet. */
static bool is_meant(const struct obs_peer *peer, const char *suffix, const char *host)
{
	const struct names names = { .fqdn = peer->fqdn, .suffix = suffix, .addresses = peer->addresses };

	return names_mean(&names, host);
}

/* A machine that was installed anew may leave an offline one of its name behind. */
const struct obs_peer *owner_peer(const struct obs_status *status, const char *host, size_t *hint)
{
	const char *suffix = own_suffix(status);
	const struct obs_peer *found = NULL;

	if (status->has_self && is_meant(&status->self, suffix, host))
		return &status->self;
	if (hint && *hint < status->peer_count && status->peers[*hint].is_online &&
		is_meant(&status->peers[*hint], suffix, host))
		return &status->peers[*hint];
	for (size_t i = 0; i < status->peer_count && !(found && found->is_online); i++) {
		if ((found && !status->peers[i].is_online) || !is_meant(&status->peers[i], suffix, host))
			continue;
		found = &status->peers[i];
		if (hint)
			*hint = i;
	}
	return found;
}

const char *owner_address(const struct obs_peer *peer)
{
	for (size_t i = 0; peer->addresses[i]; i++)
		if (!strchr(peer->addresses[i], ':'))
			return peer->addresses[i];
	return peer->addresses[0] ? peer->addresses[0] : "";
}

bool owner_is_tailnet_name(const struct obs_status *status, const char *host)
{
	const char *suffix = own_suffix(status);

	return url_host_is_below(host, *suffix ? suffix : "ts.net");
}

bool owner_is_tailnet_address(const char *host)
{
	static const unsigned char v6_prefix[] = { 0xfd, 0x7a, 0x11, 0x5c, 0xa1, 0xe0 };
	unsigned char v4[4], v6[16];

	if (inet_pton(AF_INET, host, v4) == 1)
		return v4[0] == 100 && (v4[1] & 0xc0) == 64;
	return inet_pton(AF_INET6, host, v6) == 1 && memcmp(v6, v6_prefix, sizeof(v6_prefix)) == 0;
}

/* ---- owner of a host ---- */

static bool is_routed(const struct obs_status *status, const struct strings *services, const char *host)
{
	for (size_t i = 0; i < services->count; i++)
		if (strcmp(services->items[i], host) == 0)
			return true;
	for (size_t i = 0; i < status->peer_count; i++)
		for (size_t k = 0; status->peers[i].routes[k]; k++)
			if (cidr_holds(status->peers[i].routes[k], host))
				return true;
	return false;
}

enum owner owner_of_host(const struct obs_status *status, bool is_running, const struct strings *services,
	const char *host, const struct obs_peer **peer, size_t *hint)
{
	bool is_address = owner_is_tailnet_address(host);
	bool is_own_name = is_short_name(host) || (status && owner_is_tailnet_name(status, host));

	*peer = NULL;
	if (strcmp(host, "localhost") == 0)
		return OWNER_LOOPBACK;
	if (status && (*peer = owner_peer(status, host, hint)))
		return OWNER_PEER;
	if (url_host_is_loopback(host))
		return OWNER_LOOPBACK;
	if (!is_running)
		return is_address || is_own_name || text_has_suffix(host, ".ts.net") ? OWNER_UNKNOWN
										     : OWNER_OUTSIDE;
	if (is_address && is_routed(status, services, host))
		return OWNER_ROUTED;
	return is_address || is_own_name ? OWNER_NOBODY : OWNER_OUTSIDE;
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

void owner_fill_mounts(struct obs_serve *serve, const struct obs_status *status, const int *ports)
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
