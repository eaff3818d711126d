/* Rules about an endpoint whose trouble has its cause elsewhere: in tailnet lock, in the router or exit node on
 * the way, in what this node was set to, in the name, in the scheme. They come before reach_rules, which would
 * blame the server's firewall or the tailnet policy. */
#include "probes/verdicts/cause.h"

#include "probes/base/cidr.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/exit_node.h"
#include "probes/verdicts/health.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/rule.h"
#include "probes/verdicts/serve_command.h"
#include "probes/verdicts/tailnet_lock.h"

#include <string.h>

static const char renew_router[] = "renew the node key of %{value}";
static const char wake_router[] = "wake %{value}, or start Tailscale on it";
static const char try_value[] = "try %{value}";
static const char plain_http[] = "on %{peer}: serve it by plain HTTP within the tailnet, with the port of "
	"the server for PORT: %{sudo}tailscale serve --bg --http=80 PORT";
static const char switch_https_on[] = "switch HTTPS on at https://login.tailscale.com/admin/dns; or serve "
	"it by plain HTTP within the tailnet, on %{peer} and with the port of the server for PORT: "
	"tailscale serve --bg --http=80 PORT";

/* "" if the URL cannot be split. */
static const char *host_of(const struct evidence *e, struct url *url)
{
	return url_split(url, e->endpoint->url) == 0 ? url->host : "";
}

static void blame(const struct evidence *e, const struct known_peer *machine, struct finding *f)
{
	if (machine->obs)
		peer_short_name(e->ledger, machine->obs, f->cause, sizeof(f->cause));
}

/* ---- tailnet lock ---- */

static bool is_hidden(const struct evidence *e, struct finding *f)
{
	struct url url;
	const struct obs_unsigned *peer = tailnet_lock_hides(e->ledger, host_of(e, &url));

	if (!peer || e->peer || (!answer_came_to(e, OUTCOME_UNRESOLVED) && !answer_is_cut_off(e)))
		return false;
	text_set(f->detail, sizeof(f->detail), "hides it, because its node key is not signed");
	tailnet_lock_choose_fix(e->ledger, peer->node_key, f);
	return true;
}

static bool is_locked(const struct evidence *e, struct finding *f)
{
	if (is_hidden(e, f))
		return true;
	if (e->endpoint->is_own || is_outside_tailnet(e) || !answer_is_cut_off(e) ||
		!tailnet_lock_keeps_us_out(e->ledger))
		return false;
	blame(e, &e->ledger->self, f);
	text_set(f->detail, sizeof(f->detail), "keeps this machine out until it is signed");
	tailnet_lock_choose_fix(e->ledger, tailnet_lock_own_key(e->ledger), f);
	return true;
}

/* ---- the way to what is outside the tailnet ---- */

/* Whether this machine is in the network that the route leads to: then nothing goes through the router. */
static bool is_in_route(const struct evidence *e, const struct known_peer *router, const char *address)
{
	char own[64];

	for (const char *const *at = e->ledger->status->own_addresses; *at; at++) {
		const char *port = strrchr(*at, ':'), *from = **at == '[' ? *at + 1 : *at;

		text_set(own, sizeof(own), "%.*s", port ? (int)(port - from) : 0, from);
		own[strcspn(own, "]")] = '\0';
		for (size_t i = 0; router->obs->routes[i]; i++)
			if (cidr_holds(router->obs->routes[i], address) &&
				cidr_holds(router->obs->routes[i], own))
				return true;
	}
	return false;
}

/* The router of that address, an online one if there are several; NULL: none. */
static const struct known_peer *router_of(const struct evidence *e)
{
	const struct known_peer *found = NULL;

	if (e->peer || e->endpoint->is_own || !*e->endpoint->address || !daemon_runs(e->ledger))
		return NULL;
	for (size_t i = 0; i < e->ledger->peer_count; i++) {
		const struct known_peer *peer = &e->ledger->peers[i];

		if (cidrs_hold(peer->obs->routes, e->endpoint->address) &&
			(!found || peer_is_away(e->ledger, found) || found->obs->is_expired))
			found = peer;
	}
	return found && is_in_route(e, found, e->endpoint->address) ? NULL : found;
}

static bool has_no_router(const struct evidence *e, struct finding *f)
{
	const struct known_peer *router = answer_is_cut_off(e) ? router_of(e) : NULL;

	if (!router || (!peer_is_away(e->ledger, router) && !router->obs->is_expired))
		return false;
	blame(e, router, f);
	peer_short_name(e->ledger, router->obs, f->value, sizeof(f->value));
	text_set(f->detail, sizeof(f->detail), "%s, %s", f->value,
		router->obs->is_expired ? "whose node key expired" : "which is offline");
	f->fix = router->obs->is_expired ? renew_router : wake_router;
	return true;
}

unsigned cause_count_behind(const struct ledger *ledger, const char *router)
{
	unsigned count = 0;
	char name[TEXT_CAP];

	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		const struct known_endpoint *endpoint = ledger->endpoints.items[i];
		const struct evidence evidence = { .ledger = ledger,
			.endpoint = endpoint,
			.peer = *endpoint->peer_id ? peer_find(ledger, endpoint->peer_id) : NULL };
		const struct known_peer *found = router_of(&evidence);

		count += found &&
			 strcmp(peer_short_name(ledger, found->obs, name, sizeof(name)), router) == 0;
	}
	return count;
}

/* Where preferences cannot be read, tailscaled's own warning tells it. */
static bool refuses_routes(const struct ledger *ledger)
{
	enum tri accepts = ledger->prefs ? ledger->prefs->accepts_routes : TRI_UNKNOWN;

	return accepts == TRI_NO || (accepts == TRI_UNKNOWN && health_line(ledger, HEALTH_ROUTES));
}

static bool accepts_no_routes(const struct evidence *e, struct finding *f)
{
	const struct known_peer *router = answer_is_cut_off(e) ? router_of(e) : NULL;

	if (!router || !refuses_routes(e->ledger))
		return false;
	blame(e, &e->ledger->self, f);
	peer_short_name(e->ledger, router->obs, f->detail, sizeof(f->detail));
	return true;
}

static bool has_no_exit_node(const struct evidence *e, struct finding *f)
{
	if (!is_outside_tailnet(e) || !answer_is_cut_off(e) || router_of(e) ||
		!exit_node_is_gone(e->ledger, f->detail, sizeof(f->detail)))
		return false;
	blame(e, &e->ledger->self, f);
	return true;
}

/* ---- a name or a scheme that leads elsewhere ---- */

/* A full name that is not one of the tailnet's: its owner says where it leads. */
static bool is_own_domain(const struct evidence *e)
{
	const struct obs_status *status = e->ledger->status;
	struct url url;
	const char *host = host_of(e, &url);

	return strchr(host, '.') && !url_host_is_address(host) && !text_has_suffix(host, ".ts.net") &&
	       status && !url_host_is_below(host, status->magicdns_suffix);
}

static bool leads_elsewhere(const struct evidence *e, struct finding *f)
{
	char name[TEXT_CAP];

	if (!daemon_runs(e->ledger) || !is_own_domain(e) || !e->peer || e->peer == &e->ledger->self ||
		!peer_is_away(e->ledger, e->peer))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s (%s)",
		peer_short_name(e->ledger, e->peer->obs, name, sizeof(name)), e->endpoint->address);
	return true;
}

/* A server of the same machine that answers by plain HTTP, on the port that goes with 443. */
static bool is_plain_only(const struct evidence *e, struct finding *f)
{
	if (!answer_came_to(e, OUTCOME_REFUSED) || e->endpoint->port != 443 || !*e->endpoint->peer_id ||
		!text_has_prefix(e->endpoint->url, "https://"))
		return false;
	for (size_t i = 0; i < e->ledger->endpoints.count; i++) {
		const struct known_endpoint *other = e->ledger->endpoints.items[i];

		if (other->port != 80 || strcmp(other->peer_id, e->endpoint->peer_id) != 0 ||
			!endpoint_is_good(other))
			continue;
		text_set(f->detail, sizeof(f->detail), "%s", other->url);
		return true;
	}
	return false;
}

/* tailscale serve picks the mount by the Host header, and no mount has an address for its name. But every program
 * in Go answers an unknown path like that. */
static bool needs_name(const struct evidence *e, struct finding *f)
{
	struct url url;

	if (!answer_is_go_404(e) || when_known(e->endpoint->good) || !e->peer || !*e->peer->obs->fqdn ||
		url_split(&url, e->endpoint->url) < 0 || url.is_https || !url_host_is_address(url.host))
		return false;
	text_set(url.host, sizeof(url.host), "%s", e->peer->obs->fqdn);
	if (url_join(&url, f->value, sizeof(f->value)) == 0)
		f->fix = try_value;
	f->is_inferred = true;
	return true;
}

/* ---- certificates ---- */

/* No node of this tailnet gets a certificate, whatever it tries. */
static bool gets_no_certificate(const struct evidence *e, struct finding *f)
{
	bool is_refused = answer_came_to(e, OUTCOME_TLS) && answer_of(e)->tls == TLS_ALERT_INTERNAL;

	if (!is_refused || !e->peer || !daemon_runs(e->ledger) || e->ledger->status->issues_certs != TRI_NO)
		return false;
	if (daemon_is_of_tailscale(e->ledger)) {
		text_set(f->detail, sizeof(f->detail), "HTTPS is off for this tailnet");
		f->fix = switch_https_on;
	} else {
		text_set(f->detail, sizeof(f->detail), "the control server of this tailnet issues none");
	}
	return true;
}

/* The target without the check of its certificate. */
static void say_insecure(const struct evidence *e, const struct obs_mount *mount, struct finding *f)
{
	char target[sizeof(f->value)];

	text_set(target, sizeof(target), "https+insecure://%s", mount->target + strlen("https://"));
	serve_command_choose(e, mount, target, f);
}

static bool is_distrusted(enum tls_trouble tls)
{
	return tls == TLS_UNTRUSTED || tls == TLS_NAME_MISMATCH || tls == TLS_EXPIRED;
}

/* A backend of our own mount. tailscaled checks its certificate too, unless it is told not to. */
static bool is_untrusted_backend(const struct evidence *e, struct finding *f)
{
	struct url url;

	if (!answer_came_to(e, OUTCOME_TLS) || !is_distrusted(answer_of(e)->tls) ||
		!url_host_is_loopback(host_of(e, &url)))
		return false;
	for (size_t i = 0; i < e->ledger->mount_count; i++) {
		const struct obs_mount *mount = e->ledger->mounts[i].obs;

		if (!mount->backend || strcmp(mount->backend, e->endpoint->url) != 0 ||
			!text_has_prefix(mount->target, "https://"))
			continue;
		say_insecure(e, mount, f);
		return true;
	}
	return false;
}

bool cause_is_target_distrusted(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *backend = e->backend;

	if (!backend || !text_has_prefix(e->mount->target, "https://") || !when_known(backend->last.at) ||
		backend->last.outcome != OUTCOME_TLS || !is_distrusted(backend->last.tls))
		return false;
	text_set(f->detail, sizeof(f->detail), "shows a certificate that tailscaled does not trust");
	say_insecure(e, e->mount, f);
	return true;
}

/* Also for a host whose own verdict explains everything: that it is meant is half of the trouble. */
const struct rule name_rules[] = {
	{ CODE_DOMAIN_ELSEWHERE, LAYER_PATH, SEVERITY_DOWN, STATE_OFFLINE, leads_elsewhere,
		"the name %{host} points to %{detail}, which is offline",
		"correct the DNS record of %{host}, if another machine is meant", true },
	{ 0 },
};

const struct rule cause_rules[] = {
	{ CODE_TAILNET_LOCK, LAYER_HOST, SEVERITY_DOWN, STATE_DOWN, is_locked,
		"%{host} cannot be reached: tailnet lock %{detail}",
		"`tailscale lock status`; it names the key: sign it on a signing node, with tailscale lock "
		"sign", true },
	{ CODE_ROUTER_OFFLINE, LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, has_no_router,
		"%{host} is behind the subnet router %{detail}", "", true },
	{ CODE_ROUTES_NOT_ACCEPTED, LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, accepts_no_routes,
		"%{host} is behind the subnet router %{detail}, and this machine does not accept its routes",
		"`%{sudo}tailscale set --accept-routes`", true },
	{ CODE_EXIT_NODE_OFFLINE, LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, has_no_exit_node,
		"%{host} is outside the tailnet, and this machine's exit node %{detail}",
		"`%{sudo}tailscale set --exit-node=`; then none is used (tailscale exit-node list shows "
		"others)",
		true },
	{ CODE_NOT_LISTENING, LAYER_PORT, SEVERITY_DOWN, STATE_DOWN, is_plain_only,
		"nothing listens on %{host_port}, but %{detail} answers", "use %{detail}", true },
	{ CODE_CERT_NOT_ISSUED, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, gets_no_certificate,
		"%{host} has no certificate and cannot get one: %{detail}",
		plain_http, true },
	{ CODE_CERT_UNTRUSTED, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, is_untrusted_backend,
		"the server at %{host_port} is up, but tailscale serve does not trust its certificate", "",
		true },
	{ CODE_NAME_NEEDED, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, needs_name,
		"%{host_port} has no LLM API at this address (HTTP 404 for %{path}): either it is "
		"tailscale serve, which needs the machine's name, or another program",
		"try the machine's full name", true },
	{ 0 },
};

const struct other_fix cause_fixes[] = {
	{ CODE_ROUTER_OFFLINE, renew_router },
	{ CODE_ROUTER_OFFLINE, wake_router },
	{ CODE_CERT_NOT_ISSUED, switch_https_on },
	{ CODE_CERT_UNTRUSTED, serve_command_fix },
	{ CODE_CERT_UNTRUSTED, serve_command_by_address },
	{ CODE_NAME_NEEDED, try_value },
	{ 0 },
};
