#include "probes/report/audit_facts.h"

#include "probes/base/text.h"
#include "probes/base/url.h"

#include <string.h>

const struct peer *audit_self(const struct snapshot *snapshot)
{
	return snapshot->peer_count && snapshot->peers[0].is_self ? &snapshot->peers[0] : NULL;
}

bool audit_is_users(const struct peer *peer)
{
	return !peer->tags[0] && !peer->is_shared_in && !peer->is_mullvad && *peer->user &&
	       strcmp(peer->user, "tagged-devices") != 0;
}

static bool is_of_other(const struct snapshot *snapshot, const struct peer *peer)
{
	const struct peer *self = audit_self(snapshot);

	return audit_is_users(peer) && !(self && strcmp(self->user, peer->user) == 0);
}

struct audience audience_of(const struct snapshot *snapshot)
{
	struct audience audience = { 0, 0 };

	for (size_t i = 0; i < snapshot->peer_count; i++) {
		bool is_known = false;

		if (!is_of_other(snapshot, &snapshot->peers[i]))
			continue;
		for (size_t k = 0; k < i && !is_known; k++)
			is_known = is_of_other(snapshot, &snapshot->peers[k]) &&
				   strcmp(snapshot->peers[k].user, snapshot->peers[i].user) == 0;
		audience.machines++;
		audience.users += !is_known;
	}
	return audience;
}

/* A tag is there to be granted; machines of one user trust each other; another tailnet's are its owner's. */
enum severity audit_severity_on(const struct snapshot *snapshot, const struct peer *host)
{
	if (!host || host->tags[0] || host->is_shared_in)
		return SEVERITY_INFO;
	return audience_of(snapshot).users ? SEVERITY_DEGRADED : SEVERITY_INFO;
}

bool audit_is_wildcard(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

bool audit_is_local(const char *address)
{
	return url_host_is_loopback(address) && !audit_is_wildcard(address);
}

int audit_port_of(const char *url)
{
	struct url parts;

	return url_split(&parts, url) == 0 ? parts.port : 0;
}

/* In userspace networking, tailscaled passes every port of its address on to localhost. */
bool audit_is_reachable(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	struct url parts;

	if (url_split(&parts, endpoint->url) < 0)
		return false;
	if (!url_host_is_loopback(parts.host))
		return true;
	if (snapshot->daemon.is_known && !snapshot->daemon.has_tun)
		return true;
	for (size_t i = 0; i < snapshot->bound_count; i++)
		if (snapshot->bounds[i].port == parts.port && !audit_is_local(snapshot->bounds[i].address))
			return true;
	return false;
}

size_t audit_next_url(const struct snapshot *snapshot, size_t lead, size_t from)
{
	while (from < snapshot->endpoint_count && snapshot->endpoints[from].lead != lead)
		from++;
	return from;
}

const struct endpoint *audit_open_url(const struct snapshot *snapshot, size_t lead)
{
	const struct endpoint *found = NULL;

	for (size_t i = audit_next_url(snapshot, lead, 0); i < snapshot->endpoint_count;
		i = audit_next_url(snapshot, lead, i + 1)) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];

		if (endpoint->wants_key == TRI_NO && audit_is_reachable(snapshot, endpoint) &&
			(!found || (found->peer < 0 && endpoint->peer >= 0)))
			found = endpoint;
	}
	return found;
}

const struct verdict *audit_verdict(const struct snapshot *snapshot, struct span span, const char *code)
{
	for (size_t i = 0; i < span.count; i++)
		if (strcmp(snapshot->verdict_list[span.first + i].code, code) == 0)
			return &snapshot->verdict_list[span.first + i];
	return NULL;
}

const char *audit_sudo(const struct snapshot *snapshot, const struct peer *machine)
{
	bool is_known = machine && *machine->os;

	if (machine && machine->is_self)
		return snapshot->daemon.sudo;
	return is_known && !text_equal_fold(machine->os, "linux") && !text_has_suffix(machine->os, "bsd")
		       ? ""
		       : "sudo ";
}
