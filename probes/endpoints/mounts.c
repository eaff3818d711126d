/* Adds endpoints for mounts and services, and drops those of a mount that has gone. */
#include "probes/endpoints/mounts.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/owner.h"

#include <stdio.h>
#include <string.h>

/* The address to dial for a backend: this machine's loopback or a literal address; "" for a name, which only
 * the machine with the mount resolves. */
static const char *backend_address(const struct url *url)
{
	if (url_host_is_address(url->host))
		return url->host;
	return url_host_is_loopback(url->host) ? "127.0.0.1" : "";
}

static void watch_mount(const struct mount_watch *mount_watch, struct endpoint_spec spec)
{
	if (!*spec.url || !*spec.address || left_alone_has(mount_watch->left_alone, spec.url))
		return;
	spec.found_by = FOUND_SERVE;
	spec.is_own = true;
	spec.is_mount = true;
	spec.family = "";
	spec.key = "";
	pool_add(mount_watch->pool, &spec);
}

static void watch_both_sides(
	const struct mount_watch *mount_watch, const struct obs_mount *mount, const struct obs_peer *self)
{
	struct url url;
	bool has_backend = *mount->backend && url_split(&url, mount->backend) == 0 && *backend_address(&url);

	if (has_backend)
		watch_mount(mount_watch,
			(struct endpoint_spec){
				.url = mount->backend, .peer_id = "", .address = backend_address(&url) });
	watch_mount(mount_watch, (struct endpoint_spec){ .url = mount->url,
					 .peer_id = self->id,
					 .address = owner_address(self),
					 .target = mount->target,
					 .is_backend_asked = has_backend });
}

/* Drops the endpoint of a mount that has gone, unless another mount still leads to it. */
static void drop_unmounted(
	const struct mount_watch *mount_watch, const char *url, const struct obs_serve *serve)
{
	for (size_t i = 0; i < serve->mount_count; i++)
		if (strcmp(serve->mounts[i].url, url) == 0 || strcmp(serve->mounts[i].backend, url) == 0)
			return;
	pool_drop(mount_watch->pool, url);
	ledger_see(mount_watch->ledger, &(struct observation){ .kind = OBSERVED_DROPPED, .url = url },
		when_now());
	discover_tell(mount_watch->discover, url, false, OUTCOME_CLOSED,
		when_now()); /* ends a probe of it that is in flight */
}

void mounts_watch_serve(const struct mount_watch *mount_watch, struct obs_serve *serve)
{
	const struct obs_status *status = ledger_status(mount_watch->ledger);
	const struct obs_serve *before = ledger_serve(mount_watch->ledger);
	bool may_ask = !mount_watch->settings->is_passive && status->backend == BACKEND_RUNNING;

	owner_fill_mounts(serve, status, discover_ports(mount_watch->discover));
	for (size_t i = 0; before && i < before->mount_count; i++) {
		drop_unmounted(mount_watch, before->mounts[i].url, serve);
		drop_unmounted(mount_watch, before->mounts[i].backend, serve);
	}
	for (size_t i = 0; i < serve->mount_count && may_ask; i++)
		watch_both_sides(mount_watch, &serve->mounts[i], &status->self);
	ledger_see(mount_watch->ledger, &(struct observation){ .kind = OBSERVED_SERVE, .serve = serve },
		when_now());
}

/* The URL for a service's port. Returns false if it is not a usual LLM port. */
static bool service_url(const struct mount_watch *mount_watch, const struct obs_service *service, int port,
	char *text, size_t size)
{
	const char *suffix = ledger_status(mount_watch->ledger)->magicdns_suffix;
	const char *name = service->name + (text_has_prefix(service->name, "svc:") ? 4 : 0);
	struct url url = { .is_https = port == 443, .port = port };

	snprintf(url.host, sizeof(url.host), "%.100s.%.100s", name, suffix);
	return discover_has_port(mount_watch->discover, port) && url_join(&url, text, size) == 0;
}

static void watch_service(const struct mount_watch *mount_watch, const struct obs_service *service, int port)
{
	char url[600];

	if (!service_url(mount_watch, service, port, url, sizeof(url)) || pool_has(mount_watch->pool, url) ||
		left_alone_has(mount_watch->left_alone, url))
		return;
	pool_add(mount_watch->pool, &(struct endpoint_spec){ .url = url,
					    .peer_id = "",
					    .address = service->address,
					    .found_by = FOUND_SERVICE,
					    .is_of_tailnet = true,
					    .is_candidate = true,
					    .family = "",
					    .key = "" });
}

void mounts_watch_services(const struct mount_watch *mount_watch, const struct obs_services *services)
{
	bool may_ask = !mount_watch->settings->is_passive && mount_watch->settings->discover != DISCOVER_OFF;

	for (size_t i = 0; i < services->service_count && may_ask; i++)
		for (size_t k = 0; k < services->services[i].port_count; k++)
			watch_service(mount_watch, &services->services[i], services->services[i].ports[k]);
}
