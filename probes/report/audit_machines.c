/* What is exposed by machines: addresses, pages beside servers, names, keys of nodes. */
#include "probes/report/audit_checks.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/report/audit_facts.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS (24 * 60 * 60 * INT64_C(1000))
#define SOON_DAYS 14
#define NAMED_MOST 5

/* ---- listeners of this machine ---- */

static bool is_own_address(const struct peer *self, const char *address)
{
	for (size_t i = 0; self && self->addresses[i]; i++)
		if (strcmp(self->addresses[i], address) == 0)
			return true;
	return false;
}

static bool ends_with_port(const char *target, int port)
{
	const char *colon = strrchr(target, ':');

	return colon && (int)strtol(colon + 1, NULL, 10) == port;
}

/* The server at that port of this machine; NULL: none is known. */
static const struct endpoint *endpoint_at(const struct snapshot *snapshot, int port)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (snapshot->endpoints[i].peer == 0 && audit_self(snapshot) &&
			audit_port_of(snapshot->endpoints[i].url) == port &&
			text_has_prefix(snapshot->endpoints[i].url, "http://"))
			return &snapshot->endpoints[i];
	return NULL;
}

static bool is_served(const struct snapshot *snapshot, int port)
{
	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (ends_with_port(snapshot->mounts[i].target, port))
			return true;
	return false;
}

/* One finding for IPv4 and IPv6. */
static bool is_again(const struct snapshot *snapshot, size_t index)
{
	const struct bound *bound = &snapshot->bounds[index];

	for (size_t i = 0; i < index; i++)
		if (snapshot->bounds[i].port == bound->port &&
			audit_is_wildcard(snapshot->bounds[i].address) == audit_is_wildcard(bound->address) &&
			!audit_is_local(snapshot->bounds[i].address) &&
			!is_own_address(audit_self(snapshot), snapshot->bounds[i].address))
			return true;
	return false;
}

bool audit_bound_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct bound *bound = &snapshot->bounds[about->index];
	const struct endpoint *endpoint = endpoint_at(snapshot, bound->port);

	if (audit_is_local(bound->address) || is_own_address(audit_self(snapshot), bound->address) ||
		!(bound->is_llm || endpoint || is_served(snapshot, bound->port)) ||
		is_again(snapshot, about->index))
		return false;
	*severity = endpoint && endpoint->wants_key == TRI_YES ? SEVERITY_INFO : SEVERITY_DEGRADED;
	return true;
}

void audit_bound_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct bound *bound = &snapshot->bounds[about->index];
	const struct endpoint *endpoint = endpoint_at(snapshot, bound->port);
	bool is_all = audit_is_wildcard(bound->address);

	if (*bound->process)
		text_set(words->text, sizeof(words->text), "%s listens", bound->process);
	else if (endpoint && *endpoint->title)
		text_set(words->text, sizeof(words->text), "%s listens", endpoint->title);
	else
		text_set(words->text, sizeof(words->text),
			"A program (only its user and root may know which) listens");
	text_add(words->text, sizeof(words->text), " on port %d of %s%s: ", bound->port,
		is_all ? "all addresses, " : "", bound->address);
	text_add(words->text, sizeof(words->text),
		is_all ? "every network that this machine is in reaches it, not the tailnet alone, unless a "
			 "firewall stands in between."
		       : "a network outside the tailnet reaches it, unless a firewall stands in between.");
	text_set(words->hint, sizeof(words->hint),
		"with ufw: %sufw allow in on tailscale0 to any port %d proto tcp, "
		"where its default for incoming traffic is deny",
		audit_sudo(snapshot, audit_self(snapshot)), bound->port);
}

/* ---- forwards ---- */

/* Programs that listen for a server on another machine. */
static bool is_forwarder(const char *process)
{
	static const char *const names[] = { "ssh", "sshd", "autossh", "kubectl", "socat" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(process, names[i]) == 0)
			return true;
	return false;
}

bool audit_forwarded_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct bound *bound = &snapshot->bounds[about->index];

	(void)severity;
	for (size_t i = 0; i < about->index; i++)
		if (snapshot->bounds[i].port == bound->port && is_forwarder(snapshot->bounds[i].process))
			return false; /* the same one, by IPv6 */
	return is_forwarder(bound->process) && (bound->is_llm || endpoint_at(snapshot, bound->port));
}

void audit_forwarded_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct bound *bound = &snapshot->bounds[about->index];

	text_set(words->text, sizeof(words->text),
		"Port %d of this machine is a forward by %s: what answers there runs on another machine.",
		bound->port, bound->process);
}

/* ---- userspace networking ---- */

static const struct bound *local_llm(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->bound_count; i++)
		if (snapshot->bounds[i].is_llm || endpoint_at(snapshot, snapshot->bounds[i].port))
			return &snapshot->bounds[i];
	return NULL;
}

bool audit_userspace_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct bound *bound = local_llm(snapshot);
	const struct endpoint *endpoint = bound ? endpoint_at(snapshot, bound->port) : NULL;

	(void)about;
	if (!snapshot->daemon.is_known || snapshot->daemon.has_tun || !bound)
		return false;
	*severity = endpoint && endpoint->wants_key == TRI_NO
			    ? audit_severity_on(snapshot, audit_self(snapshot))
			    : SEVERITY_INFO;
	return true;
}

void audit_userspace_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	(void)about;
	text_set(words->text, sizeof(words->text),
		"tailscaled runs with userspace networking here, which opens every port of 127.0.0.1 at this "
		"machine's "
		"tailnet address too: besides what is served, port %d is open to whoever the policy lets in.",
		local_llm(snapshot)->port);
}

/* ---- pages beside servers ---- */

bool audit_companion_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct companion *companion = &snapshot->companions[about->index];
	const struct peer *host = companion->peer < 0 ? NULL : &snapshot->peers[companion->peer];

	*severity = audit_severity_on(snapshot, host);
	return companion->is_open == TRI_YES;
}

void audit_companion_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct companion *companion = &snapshot->companions[about->index];

	text_set(words->text, sizeof(words->text), "%s%s%s answers without a login at %s.", companion->title,
		companion->peer >= 0 ? " on " : "",
		companion->peer >= 0 ? snapshot->peers[companion->peer].name : "", companion->url);
}

bool audit_web_client_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	(void)about;
	*severity = audit_severity_on(snapshot, audit_self(snapshot));
	return snapshot->daemon.runs_web_client == TRI_YES;
}

void audit_web_client_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	(void)about;
	text_set(words->text, sizeof(words->text),
		"Tailscale's web client is on: this machine's settings and counters (/metrics) are open at "
		"port 5252 "
		"to whoever the policy lets in; only its owner can change them.");
	text_set(words->run, sizeof(words->run), "%stailscale set --webclient=false",
		audit_sudo(snapshot, audit_self(snapshot)));
}

/* ---- keys of nodes ---- */

bool audit_expiry_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct peer *peer = &snapshot->peers[about->peer];
	int64_t left = peer->key_expiry - snapshot->taken.wall_ms;

	if (!peer->endpoint_count || !peer->key_expiry || peer->tags[0] || peer->is_shared_in)
		return false;
	*severity = left < SOON_DAYS * DAY_MS ? SEVERITY_DEGRADED : SEVERITY_INFO;
	return true;
}

void audit_expiry_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct peer *peer = &snapshot->peers[about->peer];
	int64_t left = peer->key_expiry - snapshot->taken.wall_ms;
	char date[32], span[32];

	when_format(peer->key_expiry, date, sizeof(date));
	text_span(span, sizeof(span), left < 0 ? -left : left);
	if (left > 0)
		text_set(words->text, sizeof(words->text),
			"%s serves LLMs, and its node key expires on %.10s, in %s: after that it is off the "
			"tailnet "
			"until somebody logs in there.",
			peer->name, date, span);
	else
		text_set(words->text, sizeof(words->text),
			"%s serves LLMs, and its node key expired on %.10s: it is off the tailnet until "
			"somebody logs "
			"in there.",
			peer->name, date);
}

/* ---- names ---- */

/* A certificate by Tailscale is for the machine's full name. */
static bool has_certificate(const struct snapshot *snapshot, size_t peer)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];
		struct url parts;

		if (endpoint->peer == (int)peer && endpoint->cert_not_after &&
			url_split(&parts, endpoint->url) == 0 && parts.is_https &&
			text_equal_fold(parts.host, snapshot->peers[peer].fqdn))
			return true;
	}
	return false;
}

static size_t count_names(const struct snapshot *snapshot, char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (!snapshot->peers[i].is_shared_in && has_certificate(snapshot, i) && ++count <= NAMED_MOST)
			text_add(text, size, "%s%s", count > 1 ? ", " : "", snapshot->peers[i].fqdn);
	if (count > NAMED_MOST)
		text_add(text, size, " and %zu more", count - NAMED_MOST);
	return count;
}

bool audit_names_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	char text[8] = "";

	(void)about;
	(void)severity;
	return count_names(snapshot, text, sizeof(text)) > 0;
}

void audit_names_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	(void)about;
	text_set(words->text, sizeof(words->text),
		"Names with a certificate are in public logs (Certificate Transparency) for good, where "
		"anyone can "
		"read them: ");
	count_names(snapshot, words->text, sizeof(words->text));
	text_add(words->text, sizeof(words->text), ".");
}

/* ---- this machine, as others see it ---- */

bool audit_identity_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	(void)about;
	(void)severity;
	return snapshot->daemon.is_known && audit_self(snapshot);
}

/* By whois of its own address; by the status as long as that was not answered. */
void audit_identity_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct peer *self = audit_self(snapshot);
	const struct daemon *daemon = &snapshot->daemon;
	const char *login = *daemon->login ? daemon->login : *self->user ? self->user : "an unknown user";
	char *text = words->text;
	size_t size = sizeof(words->text);

	(void)about;
	text_set(text, size, "To others this machine is %s", *self->fqdn ? self->fqdn : self->name);
	for (const char *const *tag = self->tags; *tag; tag++)
		text_add(text, size, ", %s", *tag);
	if (self->tags[0])
		text_add(text, size, ": it acts as %s, and servers behind tailscale serve are told no user.",
			self->tags[1] ? "those tags" : "that tag");
	else
		text_add(text, size,
			" of %s%s%s%s: servers behind tailscale serve are told that user's login, name and "
			"picture with each request.",
			login, *daemon->display ? " (" : "", daemon->display, *daemon->display ? ")" : "");
	for (const char *const *name = daemon->capabilities; *name; name++)
		text_add(text, size, "%s%s",
			name == daemon->capabilities ? " The policy gives it, as seen from here: " : ", ",
			*name);
	if (*daemon->capabilities)
		text_add(text, size, ".");
}
