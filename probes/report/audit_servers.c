/* What is exposed by servers: Funnel, missing keys, APIs that do more than answer. */
#include "probes/report/audit_checks.h"

#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/verdict_codes.h"
#include "probes/report/audit_facts.h"

#include <stdio.h>
#include <string.h>

static const struct endpoint *endpoint_of(const struct snapshot *snapshot, const struct audit_subject *about)
{
	return about->endpoint < 0 ? NULL : &snapshot->endpoints[about->endpoint];
}

static const struct peer *host_of(const struct snapshot *snapshot, const struct audit_subject *about)
{
	return about->peer < 0 ? NULL : &snapshot->peers[about->peer];
}

static const char *title_of(const struct endpoint *endpoint)
{
	return *endpoint->title ? endpoint->title : "the server";
}

/* ---- Funnel ---- */

/* It was asked, and is no LLM server. */
static bool is_web(const struct snapshot *snapshot, const struct audit_subject *about)
{
	return about->endpoint < 0 && snapshot->mounts[about->index].backend_state == STATE_WEB;
}

bool audit_funnel_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, about);

	if (!snapshot->mounts[about->index].is_funnel)
		return false;
	if (is_web(snapshot, about))
		return true;
	*severity = !endpoint                                                           ? SEVERITY_DEGRADED
		    : endpoint->wants_key == TRI_YES                                    ? SEVERITY_INFO
		    : endpoint->wants_key == TRI_NO                                     ? SEVERITY_DOWN
		    : audit_verdict(snapshot, endpoint->verdicts, CODE_OPEN_ONBOARDING) ? SEVERITY_DOWN
											: SEVERITY_DEGRADED;
	return true;
}

void audit_funnel_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	static const char *const keys[] = {
		[TRI_UNKNOWN] = "whether it asks for a key is not known",
		[TRI_NO] = "it asks for no key",
		[TRI_YES] = "it asks for a key",
	};
	const struct mount *mount = &snapshot->mounts[about->index];
	const struct endpoint *endpoint = endpoint_of(snapshot, about);
	const struct verdict *verdict = audit_verdict(snapshot, mount->verdicts, CODE_FUNNEL_PUBLIC);
	char url[600];

	text_set(url, sizeof(url), "%s://%s:%d%s", serve_protocol_name(mount->protocol),
		*mount->host ? mount->host : "this machine", mount->port, mount->path);
	text_set(words->text, sizeof(words->text),
		"Funnel is on: the whole internet can use %s (%s%s%s); %s. Tailscale limits no rate there, "
		"and visitors "
		"carry no identity (no Tailscale-User headers).",
		mount->endpoint >= 0 ? snapshot->endpoints[mount->endpoint].url : url,
		endpoint ? title_of(endpoint) : "", endpoint ? " at " : "", mount->target,
		is_web(snapshot, about) ? "it is no LLM server"
					: keys[endpoint ? endpoint->wants_key : TRI_UNKNOWN]);
	if (!verdict && endpoint)
		verdict = audit_verdict(snapshot, endpoint->verdicts, CODE_FUNNEL_PUBLIC);
	if (!verdict)
		return;
	text_set(words->run, sizeof(words->run), "%s", verdict->run);
	text_set(words->run_on, sizeof(words->run_on), "%s", verdict->run_on);
	text_set(words->hint, sizeof(words->hint), "%s", verdict->hint);
}

/* ---- Open WebUI and the like ---- */

bool audit_onboarding_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, about);

	if (!audit_verdict(snapshot, endpoint->verdicts, CODE_OPEN_ONBOARDING))
		return false;
	*severity = audience_of(snapshot).users ? SEVERITY_DOWN : SEVERITY_DEGRADED;
	return true;
}

void audit_onboarding_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, about);

	text_set(words->text, sizeof(words->text), "The first visitor of %s becomes the administrator of %s.",
		endpoint->url, title_of(endpoint));
}

/* ---- no key ---- */

/* Whether one URL of the server that others reach gives everything without a key. */
static const struct endpoint *open_url(const struct snapshot *snapshot, const struct audit_subject *about)
{
	size_t lead = (size_t)about->endpoint;

	return snapshot->endpoints[lead].lead == lead ? audit_open_url(snapshot, lead) : NULL;
}

bool audit_open_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	*severity = audit_severity_on(snapshot, host_of(snapshot, about));
	return open_url(snapshot, about) != NULL;
}

/* Who may be let in, as far as it shows. */
static void say_audience(const struct snapshot *snapshot, const struct peer *host, char *text, size_t size)
{
	struct audience audience = audience_of(snapshot);

	if (!host)
		text_add(text, size, "whoever reaches it can use it");
	else if (host->is_shared_in)
		text_add(text, size,
			"%s is shared in from another tailnet, whose owner decides who reaches it",
			host->name);
	else if (host->tags[0])
		text_add(text, size, "whoever the tailnet policy lets reach %s can use it", host->tags[0]);
	else if (audience.users)
		text_add(text, size,
			"whoever the tailnet policy lets reach %s, which has no tag, can use it; this "
			"machine sees "
			"%zu machine%s of %zu other user%s",
			host->name, audience.machines, audience.machines == 1 ? "" : "s", audience.users,
			audience.users == 1 ? "" : "s");
	else
		text_add(text, size,
			"whoever the tailnet policy lets reach %s, which has no tag, can use it; this "
			"machine sees "
			"no other user's machine",
			host->name);
}

void audit_open_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct endpoint *endpoint = open_url(snapshot, about);

	text_set(words->text, sizeof(words->text), "%s at %s asks for no key: ", title_of(endpoint),
		endpoint->url);
	say_audience(snapshot, host_of(snapshot, about), words->text, sizeof(words->text));
	text_add(words->text, sizeof(words->text), ".");
}

/* ---- APIs that manage ---- */

/* A mount of /v1 alone hides the rest. */
static bool is_whole(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	int index = (int)(endpoint - snapshot->endpoints);

	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (snapshot->mounts[i].endpoint == index && snapshot->mounts[i].is_api_only)
			return false;
	return true;
}

static const struct endpoint *whole_url(const struct snapshot *snapshot, const struct audit_subject *about)
{
	size_t lead = (size_t)about->endpoint;

	if (!open_url(snapshot, about))
		return NULL;
	for (size_t i = audit_next_url(snapshot, lead, 0); i < snapshot->endpoint_count;
		i = audit_next_url(snapshot, lead, i + 1))
		if (is_whole(snapshot, &snapshot->endpoints[i]) &&
			snapshot->endpoints[i].wants_key == TRI_NO &&
			audit_is_reachable(snapshot, &snapshot->endpoints[i]))
			return &snapshot->endpoints[i];
	return NULL;
}

bool audit_management_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	*severity = audit_severity_on(snapshot, host_of(snapshot, about));
	return *snapshot->endpoints[about->endpoint].management && whole_url(snapshot, about);
}

/* The port of the server itself, on its machine; 0: not known, only a way through a proxy is. */
static int own_port(const struct snapshot *snapshot, const struct audit_subject *about)
{
	size_t lead = (size_t)about->endpoint;

	for (size_t i = audit_next_url(snapshot, lead, 0); i < snapshot->endpoint_count;
		i = audit_next_url(snapshot, lead, i + 1))
		if (text_has_prefix(snapshot->endpoints[i].url, "http://"))
			return audit_port_of(snapshot->endpoints[i].url);
	return 0;
}

void audit_management_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct endpoint *endpoint = whole_url(snapshot, about);
	const struct peer *host = host_of(snapshot, about);
	int port = own_port(snapshot, about);

	text_set(words->text, sizeof(words->text), "Whoever can chat with %s at %s can also %s.",
		title_of(endpoint), endpoint->url, endpoint->management);
	if (!host || host->is_shared_in || !port)
		return;
	if (!host->is_self)
		text_set(words->run_on, sizeof(words->run_on), "%s", host->name);
	if (!endpoint->checks_host) {
		text_set(words->run, sizeof(words->run),
			"%stailscale serve --bg --set-path=/v1 http://127.0.0.1:%d/v1", audit_sudo(snapshot, host),
			port);
		text_set(words->hint, sizeof(words->hint),
			"then remove the mounts of the whole server, and bind it to 127.0.0.1");
		return;
	}
	text_set(words->paste, sizeof(words->paste),
		"server {\n\tlisten 127.0.0.1:8081;\n\tlocation /v1/ {\n\t\tproxy_pass http://127.0.0.1:%d;\n"
		"\t\tproxy_set_header Host localhost;\n\t\tproxy_buffering off;\n\t\tproxy_read_timeout "
		"1h;\n\t}\n}",
		port);
	text_set(words->run, sizeof(words->run), "%stailscale serve --bg 8081", audit_sudo(snapshot, host));
	text_set(words->hint, sizeof(words->hint),
		"with nginx as pasted, because %s on localhost refuses the machine's name; then remove the "
		"mounts "
		"of the whole server, and bind it to 127.0.0.1",
		title_of(endpoint));
}

/* ---- a key that is none ---- */

bool audit_false_key_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	const struct endpoint *endpoint = open_url(snapshot, about);

	if (!endpoint || !*endpoint->no_guard)
		return false;
	*severity = endpoint->sends_key ? SEVERITY_DEGRADED : SEVERITY_INFO;
	return true;
}

void audit_false_key_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct endpoint *endpoint = open_url(snapshot, about);

	text_set(words->text, sizeof(words->text),
		"%s guards nothing at %s: %s never asks for a key of its own.", endpoint->no_guard,
		endpoint->url, title_of(endpoint));
	if (endpoint->sends_key)
		text_add(words->text, sizeof(words->text),
			" The key that your configuration sends there is not checked.");
}

/* ---- one server, two ports ---- */

static const struct endpoint *url_of_scheme(
	const struct snapshot *snapshot, const struct audit_subject *about, const char *scheme)
{
	size_t lead = (size_t)about->endpoint;

	for (size_t i = audit_next_url(snapshot, lead, 0); i < snapshot->endpoint_count;
		i = audit_next_url(snapshot, lead, i + 1))
		if (text_has_prefix(snapshot->endpoints[i].url, scheme) &&
			!state_blocks(snapshot->endpoints[i].state) && snapshot->endpoints[i].is_of_tailnet &&
			audit_is_reachable(snapshot, &snapshot->endpoints[i]))
			return &snapshot->endpoints[i];
	return NULL;
}

bool audit_two_ports_holds(
	const struct snapshot *snapshot, const struct audit_subject *about, enum severity *severity)
{
	(void)severity;
	return snapshot->endpoints[about->endpoint].lead == (size_t)about->endpoint &&
	       url_of_scheme(snapshot, about, "https://") && url_of_scheme(snapshot, about, "http://");
}

void audit_two_ports_say(
	const struct snapshot *snapshot, const struct audit_subject *about, struct audit_words *words)
{
	const struct endpoint *served = url_of_scheme(snapshot, about, "https://"),
			      *raw = url_of_scheme(snapshot, about, "http://");

	text_set(words->text, sizeof(words->text),
		"%s can be reached at %s and, without HTTPS, at %s: a rule for one port does not close the "
		"other.",
		title_of(served), served->url, raw->url);
}
