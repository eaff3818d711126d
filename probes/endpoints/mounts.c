/* Adds endpoints for mounts and services, and drops those of a mount that has gone. */
#include "probes/endpoints/mounts.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/owner.h"
#include "probes/io/machine.h"
#include "probes/model/server_facts.h"

#include <stdio.h>
#include <string.h>

/* The address to dial for a backend: this machine's loopback or a literal address; "" for a name, which only
 * the machine with the mount resolves. */
static const char *backend_address(const struct url *url, const struct listeners *listeners)
{
	if (url_host_is_address(url->host))
		return url->host;
	return url_host_is_loopback(url->host) ? listeners_localhost(listeners, url->port) : "";
}

static void watch_mount(const struct mount_watch *mount_watch, struct endpoint_spec spec)
{
	if (!*spec.url || !*spec.address || left_alone_has(mount_watch->left_alone, spec.url))
		return;
	spec.found_by = FOUND_SERVE;
	spec.is_mount = true;
	spec.family = "";
	spec.key = "";
	pool_add(mount_watch->pool, &spec);
}

static bool is_here(const char *host)
{
	struct strings addresses = { 0 };
	bool is_own;

	machine_addresses(&addresses);
	is_own = strings_has(&addresses, host);
	strings_fini(&addresses);
	return is_own;
}

/* A backend may be on another machine, of the tailnet or of the local network. */
static void watch_backend(const struct mount_watch *mount_watch, const struct obs_mount *mount,
	const struct url *url, const char *address)
{
	const struct obs_status *status = ledger_status(mount_watch->ledger);
	const struct obs_peer *peer;
	enum owner owner = owner_of_host(status, true, mount_watch->services, url->host, &peer, NULL);

	watch_mount(mount_watch,
		(struct endpoint_spec){ .url = mount->backend,
			.peer_id = peer ? peer->id : "",
			.address = address,
			.is_own = owner == OWNER_LOOPBACK || peer == &status->self || is_here(url->host),
			.is_of_tailnet = owner != OWNER_LOOPBACK && owner != OWNER_OUTSIDE,
			.is_unverified = text_has_prefix(mount->target, "https+insecure://") });
}

/* A Service listens at its own address, and is no peer. */
static void watch_both_sides(const struct mount_watch *mount_watch, const struct obs_mount *mount,
	const struct obs_peer *self, const struct listeners *listeners)
{
	bool is_service = *mount->service;
	struct url url;
	const char *address = *mount->backend && url_split(&url, mount->backend) == 0
				      ? backend_address(&url, listeners)
				      : "";

	if (*address)
		watch_backend(mount_watch, mount, &url, address);
	if (!mount->is_web)
		watch_mount(mount_watch,
			(struct endpoint_spec){ .url = mount->url,
				.peer_id = is_service ? "" : self->id,
				.address = is_service ? service_list_address(
								mount_watch->services, mount->service)
						      : owner_address(self),
				.is_own = true,
				.is_of_tailnet = true,
				.target = mount->target,
				.is_api_only = mount->is_api_only,
				.backend = *address ? mount->backend : NULL });
}

/* Ends the endpoint, and a probe of it that is in flight. */
static void drop(const struct mount_watch *mount_watch, const char *url)
{
	pool_drop(mount_watch->pool, url);
	ledger_see(mount_watch->ledger, &(struct observation){ .kind = OBSERVED_DROPPED, .url = url },
		when_now());
	discover_tell(mount_watch->discover, url, false, OUTCOME_CLOSED, when_now());
}

/* Drops the endpoint of a mount that has gone, unless another mount still leads to it. */
static void drop_unmounted(
	const struct mount_watch *mount_watch, const char *url, const struct obs_serve *serve)
{
	for (size_t i = 0; i < serve->mount_count; i++)
		if (strcmp(serve->mounts[i].url, url) == 0 || strcmp(serve->mounts[i].backend, url) == 0)
			return;
	drop(mount_watch, url);
}

/* Drops the tailnet side of a mount, unless the user has pinned it or it leads to an LLM server as well. */
static void drop_web(const struct mount_watch *mount_watch, const struct obs_mount *mount)
{
	if (*mount->url && !pool_is_pinned(mount_watch->pool, mount->url))
		drop(mount_watch, mount->url);
}

static bool is_left_alone(const struct mount_watch *mount_watch, const char *url)
{
	return *url && left_alone_has(mount_watch->left_alone, url) && !pool_has(mount_watch->pool, url);
}

void mounts_watch_serve(const struct mount_watch *mount_watch, struct obs_serve *serve)
{
	const struct obs_status *status = ledger_status(mount_watch->ledger);
	const struct obs_serve *before = ledger_serve(mount_watch->ledger);
	bool may_ask = !mount_watch->settings->is_passive && status->backend == BACKEND_RUNNING;
	struct listeners listeners = { 0 };

	if (serve->mount_count)
		listeners_read(&listeners);
	owner_fill_mounts(
		serve, status, &(struct mount_facts){ discover_ports(mount_watch->discover), &listeners });
	for (size_t i = 0; before && i < before->mount_count; i++) {
		drop_unmounted(mount_watch, before->mounts[i].url, serve);
		drop_unmounted(mount_watch, before->mounts[i].backend, serve);
	}
	for (size_t i = 0; i < serve->mount_count; i++) {
		struct obs_mount *mount = &serve->mounts[i];

		mount->is_web =
			is_left_alone(mount_watch, mount->backend) || is_left_alone(mount_watch, mount->url);
		if (mount->is_web)
			drop_web(mount_watch, mount);
		if (may_ask)
			watch_both_sides(mount_watch, mount, &status->self, &listeners);
	}
	listeners_fini(&listeners);
	ledger_see(mount_watch->ledger, &(struct observation){ .kind = OBSERVED_SERVE, .serve = serve },
		when_now());
}

/* ---- services ---- */

/* The URL for a service's port. The tailnet itself declares it to this node, so any port may be asked. */
static bool service_url(const struct mount_watch *mount_watch, const struct obs_service *service, int port,
	char *text, size_t size)
{
	const char *suffix = ledger_status(mount_watch->ledger)->magicdns_suffix;
	const char *name = service->name + (text_has_prefix(service->name, "svc:") ? 4 : 0);
	struct url url = { .is_https = server_facts_is_serve_port(port), .port = port };

	snprintf(url.host, sizeof(url.host), "%.100s.%.100s", name, suffix);
	return url_join(&url, text, size) == 0;
}

static void ask_service(const struct mount_watch *mount_watch, const char *url, const char *address)
{
	if (pool_has(mount_watch->pool, url) || left_alone_has(mount_watch->left_alone, url))
		return;
	pool_add(mount_watch->pool, &(struct endpoint_spec){ .url = url,
					    .peer_id = "",
					    .address = address,
					    .found_by = FOUND_SERVICE,
					    .is_of_tailnet = true,
					    .is_candidate = true,
					    .family = "",
					    .key = "" });
}

/* Whether this machine serves that port of the Service itself: then it is watched as a mount. */
static bool is_own(const struct mount_watch *mount_watch, const struct obs_service *service, int port)
{
	const struct obs_serve *serve = ledger_serve(mount_watch->ledger);

	for (size_t i = 0; serve && i < serve->mount_count; i++)
		if (serve->mounts[i].port == port && strcmp(serve->mounts[i].service, service->name) == 0)
			return true;
	return false;
}

static void watch_service(const struct mount_watch *mount_watch, const struct obs_service *service, int port)
{
	char url[600];

	if (!is_own(mount_watch, service, port) && service_url(mount_watch, service, port, url, sizeof(url)))
		ask_service(mount_watch, url, service->address);
}

static bool is_declared(const struct obs_services *services, const struct endpoint_spec *spec)
{
	struct url url;

	if (url_split(&url, spec->url) < 0)
		return false;
	for (size_t i = 0; i < services->service_count; i++)
		for (size_t k = 0; k < services->services[i].port_count; k++)
			if (services->services[i].ports[k] == url.port &&
				strcmp(services->services[i].address, spec->address) == 0)
				return true;
	return false;
}

/* What is declared no more is not for this node, or is in another tailnet. */
static void drop_undeclared(const struct mount_watch *mount_watch, const struct obs_services *services)
{
	const struct endpoint_spec *spec;
	char url[600];
	size_t i = 0;

	while ((spec = pool_at(mount_watch->pool, i))) {
		i++;
		if (spec->found_by != FOUND_SERVICE || is_declared(services, spec))
			continue;
		text_set(url, sizeof(url), "%s", spec->url);
		drop(mount_watch, url);
		i--;
	}
}

void mounts_drop_services(const struct mount_watch *mount_watch)
{
	drop_undeclared(mount_watch, &(struct obs_services){ 0 });
}

/* Their addresses may have become known only now. */
static void watch_own_services(const struct mount_watch *mount_watch)
{
	const struct obs_status *status = ledger_status(mount_watch->ledger);
	const struct obs_serve *serve = ledger_serve(mount_watch->ledger);
	const struct listeners unread = { 0 };
	bool may_ask = !mount_watch->settings->is_passive && status->backend == BACKEND_RUNNING;

	for (size_t i = 0; serve && i < serve->mount_count && may_ask; i++)
		if (*serve->mounts[i].service)
			watch_both_sides(mount_watch, &serve->mounts[i], &status->self, &unread);
}

void mounts_watch_services(const struct mount_watch *mount_watch, const struct obs_services *services)
{
	bool may_ask = !mount_watch->settings->is_passive && mount_watch->settings->discover != DISCOVER_OFF;

	drop_undeclared(mount_watch, services);
	watch_own_services(mount_watch);
	for (size_t i = 0; i < services->service_count && may_ask; i++)
		for (size_t k = 0; k < services->services[i].port_count; k++)
			watch_service(mount_watch, &services->services[i], services->services[i].ports[k]);
}

/* A declared port has no scheme: what meets the wrong one is asked once by the other. */
static void try_other_scheme(const struct mount_watch *mount_watch, const struct pool_result *result)
{
	char text[600];
	struct url url;
	bool is_wrong;

	if (url_split(&url, result->spec->url) < 0)
		return;
	is_wrong = url.is_https ? result->outcome == OUTCOME_TLS
				: result->outcome == OUTCOME_CLOSED || result->outcome == OUTCOME_NOT_HTTP ||
					  (result->outcome == OUTCOME_ANSWERED && result->status == 400);
	url.is_https = !url.is_https;
	if (is_wrong && url_join(&url, text, sizeof(text)) == 0)
		ask_service(mount_watch, text, result->spec->address);
}

void mounts_see_result(const struct mount_watch *mount_watch, const struct pool_result *result)
{
	const struct obs_serve *serve = ledger_serve(mount_watch->ledger);
	const struct endpoint_spec *spec = result->spec;

	if (result->family)
		return;
	if (spec->found_by == FOUND_SERVICE)
		try_other_scheme(mount_watch, result);
	if (!left_alone_has(mount_watch->left_alone, spec->url))
		return;
	ledger_see(mount_watch->ledger, &(struct observation){ .kind = OBSERVED_WEB, .url = spec->url },
		when_now());
	for (size_t i = 0; serve && i < serve->mount_count; i++)
		if (strcmp(serve->mounts[i].backend, spec->url) == 0)
			drop_web(mount_watch, &serve->mounts[i]);
}
