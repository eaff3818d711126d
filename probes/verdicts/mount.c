/* Rules about our own serve mounts (the mounts themselves, and their endpoints on the tailnet) and Services.
 *
 * They come before the rules about reaching a server, because a mount that cannot work explains every failure
 * behind it. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/mounts.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/health.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/rule.h"
#include "probes/verdicts/serve_answer.h"
#include "probes/verdicts/serve_command.h"

#include <string.h>

/* Of the mount's endpoint; a mount that is not asked at all may be broken too. */
static bool is_well(const struct evidence *e)
{
	return e->endpoint && endpoint_is_good(e->endpoint);
}

static bool is_failing(const struct evidence *e)
{
	return e->mount && answer_is_known(e) && !is_well(e);
}

static const char advertise[] = "`%{sudo}tailscale serve advertise %{value}`";
static const char listen_again[] = "%{restart}; it does not listen where it is set up to serve";

/* ---- a name that this machine had before ---- */

static bool has_old_name(const struct evidence *e)
{
	const struct obs_status *status = e->ledger->status;
	const char *host = e->mount->host;

	if (!status || !*status->self.fqdn || !*host || *e->mount->service || strstr(host, "${") ||
		text_equal_fold(host, status->self.fqdn))
		return false;
	for (size_t i = 0; status->cert_domains && status->cert_domains[i]; i++)
		if (text_equal_fold(host, status->cert_domains[i]))
			return false;
	return true;
}

static bool mount_is_renamed(const struct evidence *e, struct finding *f)
{
	if (e->mount->protocol == SERVE_TUN || !has_old_name(e) || is_well(e))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s, but this machine's name is %s", e->mount->host,
		e->ledger->status->self.fqdn);
	serve_command_choose_anew(e, f);
	return true;
}

static bool is_renamed(const struct evidence *e, struct finding *f)
{
	return is_failing(e) && mount_is_renamed(e, f);
}

/* ---- a target that is no URL ---- */

static bool mount_has_bad_target(const struct evidence *e, struct finding *f)
{
	const char *port = strrchr(e->mount->target, ':');
	bool is_loopback = strstr(e->mount->target, "://::1:") || text_has_prefix(e->mount->target, "::1:");
	char target[64];

	if (!url_host_is_bare_v6(e->mount->target) || is_well(e))
		return false;
	text_set(target, sizeof(target), "%slocalhost:%d", e->mount->protocol <= SERVE_HTTP ? "http://" : "",
		(int)text_number(port + 1, 65535));
	if (is_loopback)
		serve_command_choose(e, e->mount, target, f);
	return true;
}

static bool has_bad_target(const struct evidence *e, struct finding *f)
{
	return is_failing(e) && mount_has_bad_target(e, f);
}

/* ---- what tailscaled cannot do here ---- */

static bool is_port_taken(const struct evidence *e, struct finding *f)
{
	(void)f;
	return is_failing(e) && e->mount->is_port_taken;
}

static bool is_service(const struct evidence *e)
{
	return e->mount && *e->mount->service;
}

/* Whether the host of a Service may reach its address depends on the system and the version. */
static bool is_service_silent(const struct evidence *e, struct finding *f)
{
	if (!is_failing(e) || !is_service(e) || !answer_came_to(e, OUTCOME_CONNECT_TIMEOUT))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", e->mount->service);
	return true;
}

/* A mount of our own, a Service, or a host behind a subnet router: what helps on a peer would open another way to it,
 * or take the place of a mount. */
static bool is_refused(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->endpoint;
	bool is_elsewhere = !e->peer && !endpoint->is_own && endpoint->is_of_tailnet;

	if (!answer_came_to(e, OUTCOME_REFUSED))
		return false;
	if (is_service(e)) {
		text_set(f->detail, sizeof(f->detail), ", the address of this machine's own Service %s",
			e->mount->service);
		text_set(f->value, sizeof(f->value), "%s", e->mount->service);
		f->fix = advertise;
	} else if (e->mount) {
		text_set(f->detail, sizeof(f->detail), ", although tailscale serve is set up there");
		f->fix = listen_again;
	} else {
		text_set(f->detail, sizeof(f->detail), ": the server is stopped, or not offered there");
	}
	return is_elsewhere || e->mount;
}

/* On some systems and versions, the addresses of Services are routes. */
static bool is_service_unrouted(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->endpoint;

	f->is_inferred = true;
	return !e->peer && !endpoint->is_own && endpoint->is_of_tailnet && answer_is_cut_off(e) &&
	       health_line(e->ledger, HEALTH_ROUTES);
}

/* ---- the mount itself ---- */

/* The first ${…} that nobody expands; NULL: none. In a redirect, tailscaled itself expands two of them. */
static const char *find_unexpanded(const char *text)
{
	static const char host[] = "${HOST}", uri[] = "${REQUEST_URI}";
	bool is_redirect = text_has_prefix(text, "redirect:");
	const char *at = strstr(text, "${");

	while (at && is_redirect && (text_has_prefix(at, host) || text_has_prefix(at, uri)))
		at = strstr(at + 2, "${");
	return at;
}

static bool is_unexpanded(const struct evidence *e, struct finding *f)
{
	const char *where = find_unexpanded(e->mount->host) ? e->mount->host : e->mount->target;

	text_set(f->detail, sizeof(f->detail), "%s", where);
	return find_unexpanded(where) != NULL;
}

/* Files, a text or a redirect can't be an LLM server, and neither can what was asked and is none. */
static bool is_no_llm(const struct evidence *e)
{
	static const char *const others[] = { "path:", "text:", "redirect:" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (text_has_prefix(e->mount->target, others[i]))
			return true;
	return mounts_is_web(e->ledger, e->mount);
}

static bool mount_is_on_funnel(const struct evidence *e, struct finding *f)
{
	if (!e->mount->is_funnel)
		return false;
	serve_command_choose_private(e, f);
	if (e->endpoint || is_no_llm(e))
		only_note(f); /* an endpoint's row has the full severity */
	return true;
}

static const char renamed[] = "tailscale serve is set up for %{detail}: nothing answers under the old name";
static const char bad_target[] =
	"tailscale serve cannot use its target %{target}: an IPv6 address needs brackets";
static const char brackets[] = "mount it again, with the address in brackets: http://[ADDRESS]:PORT";

const struct other_fix mount_fixes[] = {
	{ CODE_BAD_TARGET, serve_command_fix },
	{ CODE_BAD_TARGET, serve_command_by_address },
	{ CODE_NOT_LISTENING, advertise },
	{ CODE_NOT_LISTENING, listen_again },
	{ CODE_FUNNEL_PUBLIC, serve_command_private },
	{ CODE_PROXY_SCHEME, serve_command_by_address },
	{ 0 },
};

const struct rule serve_rules[] = {
	{ CODE_PORT_TAKEN, LAYER_PORT, SEVERITY_DEGRADED, STATE_FAULT, is_port_taken,
		"another program on this machine listens on port %{port} of all addresses: requests from "
		"here reach "
		"it instead of tailscale serve (those from other machines probably still reach serve)",
		"%{program}; let the program that it names listen on other addresses or on another port",
		true },
	{ CODE_SERVE_RENAMED, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_renamed, renamed, serve_command_anew,
		true },
	{ CODE_BAD_TARGET, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, has_bad_target, bad_target, brackets,
		true },
	{ CODE_NOT_LISTENING, LAYER_PORT, SEVERITY_DOWN, STATE_DOWN, is_refused,
		"nothing listens on %{host_port}%{detail}",
		"start the server behind %{host}; on the host of a Service, tailscale serve status shows it",
		true },
	{ CODE_SERVICE_UNTESTED, LAYER_PORT, SEVERITY_INFO, STATE_UNKNOWN, is_service_silent,
		"this machine cannot connect to its own Service %{detail}, which proves nothing: look from "
		"another machine",
		"", true },
	{ CODE_ROUTES_NOT_ACCEPTED, LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, is_service_unrouted,
		"%{host} cannot be reached, probably because this machine does not accept routes, as tailscaled "
		"warns: Services may need them",
		"`%{sudo}tailscale set --accept-routes`", true },
	{ 0 },
};

const struct rule mount_rules[] = {
	{ CODE_UNEXPANDED_CONFIG, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_unexpanded,
		"a serve mount has the unexpanded %{detail} in it: nothing will answer there",
		"write the name itself: only the start of the Tailscale container expands ${TS_CERT_DOMAIN}",
		true },
	{ CODE_SERVE_RENAMED, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, mount_is_renamed, renamed,
		serve_command_anew, true },
	{ CODE_BAD_TARGET, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, mount_has_bad_target, bad_target, brackets,
		true },
	{ CODE_PROXY_SCHEME, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, serve_answer_target_is_plain,
		"tailscale serve uses TLS for its target %{target}, but the server there speaks %{detail}",
		serve_command_fix, true },
	{ CODE_FUNNEL_PUBLIC, LAYER_EXPOSURE, SEVERITY_DEGRADED, STATE_WARN, mount_is_on_funnel,
		"Funnel is on: the whole internet can reach %{mount}",
		serve_command_off, false },
	{ 0 },
};
