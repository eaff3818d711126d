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

bool owner_is_routed(const struct obs_status *status, const char *host)
{
	for (size_t i = 0; i < status->peer_count; i++)
		if (cidrs_hold(status->peers[i].routes, host))
			return true;
	return false;
}

enum owner owner_of_host(const struct obs_status *status, bool is_running,
	const struct service_list *services, const char *host, const struct obs_peer **peer, size_t *hint)
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
	if (is_address && (service_list_has_address(services, host) || owner_is_routed(status, host)))
		return OWNER_ROUTED;
	return is_address || is_own_name ? OWNER_NOBODY : OWNER_OUTSIDE;
}

/* ---- names that are no node's ---- */

/* "192-168-1-50-via-7": 192.168.1.50 behind a subnet router of site 7, as tailscaled maps it into IPv6. */
static bool read_via6(const char *label, char *address, size_t size)
{
	unsigned char v6[16] = { 0xfd, 0x7a, 0x11, 0x5c, 0xa1, 0xe0, 0x0b, 0x1a };
	const char *via = strstr(label, "-via-");
	int64_t site = via ? text_number(via + 5, UINT32_MAX) : -1;
	char v4[32];

	if (site < 0 || (size_t)(via - label) >= sizeof(v4))
		return false;
	snprintf(v4, sizeof(v4), "%.*s", (int)(via - label), label);
	for (char *dash = strchr(v4, '-'); dash; dash = strchr(dash, '-'))
		*dash = '.';
	for (int i = 0; i < 4; i++)
		v6[8 + i] = (unsigned char)(site >> (24 - 8 * i));
	return inet_pton(AF_INET, v4, v6 + 12) == 1 && inet_ntop(AF_INET6, v6, address, (socklen_t)size);
}

static const char *record_address(const struct obs_status *status, const char *name, const char *full)
{
	for (size_t i = 0; i < status->record_count; i++)
		if (text_equal_fold(status->records[i].name, name) ||
			text_equal_fold(status->records[i].name, full))
			return status->records[i].address;
	return "";
}

bool owner_find_address(const struct obs_status *status, const struct service_list *services,
	const char *host, char *address, size_t size)
{
	const char *suffix = own_suffix(status);
	bool is_short = is_short_name(host);
	char label[256], full[600];

	snprintf(full, sizeof(full), "%s%s%s", host, is_short && *suffix ? "." : "", is_short ? suffix : "");
	snprintf(address, size, "%s", record_address(status, host, full));
	if (url_host_is_address(address))
		return true;
	if (!is_short && !url_host_is_below(host, suffix))
		return false;
	snprintf(label, sizeof(label), "%.*s",
		(int)(is_short ? strlen(host) : strlen(host) - strlen(suffix) - 1), host);
	snprintf(address, size, "%s", service_list_address(services, label));
	return *address || read_via6(label, address, size);
}

static bool is_llm_port(const int *ports, int port)
{
	for (; *ports; ports++)
		if (*ports == port)
			return true;
	return false;
}

/* ---- mounts ---- */

/* The host of its URL: of a Service, which is never the node's own, or the one that it is configured for. */
static void mount_host(
	const struct obs_mount *mount, const struct obs_status *status, char *host, size_t size)
{
	const char *suffix = own_suffix(status);

	if (!*mount->host && text_has_prefix(mount->service, "svc:"))
		snprintf(host, size, "%.100s%s%.100s", *suffix ? mount->service + 4 : "", *suffix ? "." : "",
			suffix);
	else
		snprintf(host, size, "%s", *mount->host ? mount->host : status->self.fqdn);
}

/* path: "" for the root. */
static const char *mount_url(struct obs_serve *serve, const struct obs_mount *mount, const char *path,
	const struct obs_status *status)
{
	struct url url = { .is_https = mount->protocol == SERVE_HTTPS || mount->protocol == SERVE_TLS_TCP,
		.port = mount->port };
	char text[900];

	mount_host(mount, status, url.host, sizeof(url.host));
	if (mount->protocol == SERVE_TUN || !*url.host || strstr(url.host, "${"))
		return "";
	snprintf(url.path, sizeof(url.path), "%s", path);
	if (url_join(&url, text, sizeof(text)) < 0 || url_split(&url, text) < 0 ||
		url_join(&url, text, sizeof(text)) < 0)
		return "";
	return arena_copy(serve->arena, text);
}

static bool is_localhost(const char *target)
{
	const char *scheme = strstr(target, "://"), *host = scheme ? scheme + 3 : target;
	size_t length = strcspn(host, ":/");

	return length == strlen("localhost") && strncmp(host, "localhost", length) == 0;
}

/* The part of a target's path that clients add to their base URL, as we do; NULL: none. */
static const char *api_of(const char *path)
{
	static const char *const parts[] = { "/v1", "/api" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (text_has_suffix(path, parts[i]))
			return parts[i];
	return NULL;
}

/* Another mount with this URL; NULL: none. */
static const struct obs_mount *find_other(const struct obs_serve *serve, const struct obs_mount *mount)
{
	for (size_t i = 0; i < serve->mount_count; i++)
		if (&serve->mounts[i] != mount && strcmp(serve->mounts[i].url, mount->url) == 0)
			return &serve->mounts[i];
	return NULL;
}

/* A mount "/v1" of a server's "/v1": its base URL has no /v1, unless something else is mounted at that. Of
 * other parts of an API, there is no base URL that everything is below. */
static void fill_api_mount(
	struct obs_serve *serve, struct obs_mount *mount, const char *api, const struct obs_status *status)
{
	const struct obs_mount *other;
	char base[512];
	size_t length;

	snprintf(base, sizeof(base), "%s", mount->path);
	while (text_has_suffix(base, "/"))
		base[strlen(base) - 1] = '\0';
	if (strcmp(api, "/v1") != 0 || !text_has_suffix(base, api))
		return;
	length = strlen(base) - strlen(api);
	base[length] = '\0';
	mount->url = mount_url(serve, mount, base, status);
	other = find_other(serve, mount);
	mount->is_api_only = !other;
	if (other && strcmp(other->backend, mount->backend) != 0)
		mount->url = "";
}

/* Returns the part of its API that the mount leads to; NULL: the whole server. */
static const char *fill_mount(struct obs_serve *serve, struct obs_mount *mount,
	const struct obs_status *status, const struct mount_facts *facts)
{
	bool is_tcp = mount->protocol == SERVE_TCP || mount->protocol == SERVE_TLS_TCP;
	char backend[600], normal[600];
	const char *path = strcmp(mount->path, "/") == 0 ? "" : mount->path, *api;
	struct url url;

	if (text_has_prefix(mount->target, "unix:") && !is_tcp) /* only tailscaled can ask that */
		mount->url = mount_url(serve, mount, path, status);
	if (!serve_backend(mount->target, is_tcp, backend, sizeof(backend)))
		return NULL;
	if (url_host_is_bare_v6(mount->target)) /* tailscaled answers with an error */
		mount->url = mount_url(serve, mount, path, status);
	if (url_split(&url, backend) < 0 || (is_tcp && !is_llm_port(facts->ports, url.port)))
		return NULL;
	api = api_of(url.path);
	if (api)
		url.path[strlen(url.path) - strlen(api)] = '\0';
	if (is_localhost(mount->target) && strcmp(url.host, "127.0.0.1") == 0)
		snprintf(url.host, sizeof(url.host), "%s", listeners_localhost(facts->listeners, url.port));
	if (url_join(&url, normal, sizeof(normal)) < 0)
		return NULL;
	mount->backend = arena_copy(serve->arena, normal);
	if (!api)
		mount->url = mount_url(serve, mount, path, status);
	return api;
}

void owner_fill_mounts(
	struct obs_serve *serve, const struct obs_status *status, const struct mount_facts *facts)
{
	const char **apis = arena_alloc(serve->arena, (serve->mount_count + 1) * sizeof(*apis));

	for (size_t i = 0; i < serve->mount_count; i++) {
		struct obs_mount *mount = &serve->mounts[i];

		mount->url = mount->backend = "";
		mount->is_port_taken =
			status->has_tun && !*mount->service &&
			listeners_take_all(facts->listeners, mount->port, owner_address(&status->self));
	}
	for (size_t i = 0; i < serve->mount_count; i++)
		apis[i] = fill_mount(serve, &serve->mounts[i], status, facts);
	for (size_t i = 0; i < serve->mount_count; i++)
		if (apis[i])
			fill_api_mount(serve, &serve->mounts[i], apis[i], status);
}
