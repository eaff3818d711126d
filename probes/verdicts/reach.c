/* Rules about what keeps a request from reaching a server: its name, its port.
 *
 * Silence counts at the second time, an explicit refusal at once. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/gone.h"
#include "probes/ledger/pings.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/by_system.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/rule.h"

#include <stdio.h>
#include <string.h>

#define SESSION_MISSES 4

static const char see_names[] = "`tailscale status`; it shows the names: a server outside the tailnet needs "
	"its full name or its address";
static const char start_here[] = "start the server on port %{port} of this machine";
static const char start_outside[] =
	"on %{host}: start the server on port %{port}, at an address that others can reach";
static const char serve_https[] = "on %{peer}: serve it there, with the port of the server for PORT: "
				  "%{sudo}tailscale serve --bg --https=%{port} PORT";
#define SERVE_PORT "on %{peer}: `%{sudo}tailscale serve --bg --tcp=%{port} tcp://127.0.0.1:%{port}`; "
#define IS_SAFE "that is safe, while %{value} opens it to every network of that machine"
static const char serve_port[] = SERVE_PORT IS_SAFE;
static const char serve_by_address[] =
	SERVE_PORT "then use http://%{address}:%{port} (its address, not its name); " IS_SAFE;
static const char serve_unknown[] =
	SERVE_PORT "then use http://%{address}:%{port} if it is Ollama, which refuses its name; " IS_SAFE;
static const char listen_there[] =
	"on %{peer}: start the server with %{value}; a server there cannot be offered by tailscale serve";
static const char lead_there[] = "check that the firewall of %{host} lets TCP port %{port} in, and that "
	"this machine's network leads there";
#define SEE_POLICY "check that the tailnet policy grants tcp:%{port} of %{peer} to this node"
static const char of_serve[] = "on %{peer}: %{firewall}; and " SEE_POLICY
			       " (a rule for the engine's own port does not open this one)";
static const char shields_down[] =
	"on %{peer}: `%{sudo}tailscale set --shields-up=false`; its apps call that \"allow incoming "
	"connections\"";
static const char behind_here[] = "check that the server on port %{port} of this machine runs";
static const char behind_port[] = "on %{host}: check that the server behind port %{port} runs";

static bool is_https(const struct evidence *e)
{
	return text_has_prefix(e->endpoint->url, "https://");
}

/* Names of the tailnet must be known to tailscaled; any other is resolved. */
static bool is_unknown_host(const struct evidence *e, struct finding *f)
{
	struct url url;

	if (!answer_came_to(e, OUTCOME_UNRESOLVED) || url_split(&url, e->endpoint->url) != 0)
		return false;
	if (!e->endpoint->is_of_tailnet)
		text_set(f->detail, sizeof(f->detail), ", and its name does not resolve");
	else if (!strpbrk(url.host, ".:"))
		f->fix = see_names;
	return true;
}

/* The facts of its family or, while that is unknown, of the one whose default port it uses. */
static const struct server_facts *likely_facts(const struct evidence *e)
{
	return *e->endpoint->server ? e->endpoint->facts
				    : server_facts_of_port(e->ledger->terms.servers, e->endpoint->port);
}

/* The safe way comes first; the text says what the other one opens. A server that checks the Host header
 * refuses the names under which serve's HTTPS passes requests on, but takes those by address through
 * --tcp. */
static void say_how_to_listen(const struct evidence *e, struct finding *f)
{
	const struct server_facts *facts = likely_facts(e);
	bool has_no_serve = !by_system_has_shell(by_system_of(e));

	text_set(f->value, sizeof(f->value), "%s",
		facts->listen_option ? facts->listen_option : "--host 0.0.0.0");
	f->fix = e->endpoint->is_own && !*e->endpoint->peer_id ? start_here
		 : is_outside_tailnet(e)                        ? start_outside
		 : has_no_serve                                 ? listen_there
		 : is_https(e)                                  ? serve_https
		 : facts->checks_host                           ? serve_by_address
		 : *facts->name                                 ? serve_port
								: serve_unknown;
}

static bool is_not_listening(const struct evidence *e, struct finding *f)
{
	if (!answer_came_to(e, OUTCOME_REFUSED))
		return false;
	say_how_to_listen(e, f);
	if (e->endpoint->proofs & PROOF_LOOPBACK_ONLY)
		text_set(f->detail, sizeof(f->detail), "it is bound to 127.0.0.1 only");
	else if (!*e->endpoint->peer_id && !is_outside_tailnet(e))
		text_set(f->detail, sizeof(f->detail), "the server is stopped");
	else if (is_https(e) && !is_outside_tailnet(e))
		text_set(f->detail, sizeof(f->detail), "nothing is served on that port");
	else
		text_set(f->detail, sizeof(f->detail),
			"either the server is stopped or it is bound to localhost");
	return true;
}

/* Discovery found it, nobody asked for it, and it does not come back. */
static bool is_gone(const struct evidence *e, struct finding *f)
{
	char span[32], left[32];
	int64_t age = e->now.wall_ms - e->endpoint->stopped_at;

	if (!answer_is_known(e) || !gone_holds(e->ledger, e->endpoint, e->now))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s; it will be forgotten in %s",
		text_span(span, sizeof(span), age),
		text_span(left, sizeof(left), age < GONE_FORGOTTEN_MS ? GONE_FORGOTTEN_MS - age : 0));
	return true;
}

static const char *who_we_are(const struct ledger *ledger)
{
	const struct obs_peer *self = ledger->status ? &ledger->status->self : NULL;

	if (!self)
		return "autogroup:member";
	return self->tags[0]        ? self->tags[0]
	       : *self->user        ? self->user
	       : self->addresses[0] ? self->addresses[0]
				    : "*";
}

/* A port of tailscale serve: policies often grant the port of the engine behind it instead. */
static bool is_port_of_serve(const struct evidence *e)
{
	return server_facts_is_serve_port(e->endpoint->port);
}

static bool is_denied_by_acl(const struct evidence *e, struct finding *f)
{
	const struct obs_peer *peer = e->peer ? e->peer->obs : NULL;

	if (!answer_came_to(e, OUTCOME_CONNECT_TIMEOUT) || !(e->endpoint->proofs & PROOF_ACL))
		return false;
	text_set(f->detail, sizeof(f->detail),
		"{\"src\": [\"%s\"], \"dst\": [\"%s\"], \"ip\": [\"tcp:%d\"]}%s", who_we_are(e->ledger),
		peer && peer->tags[0]        ? peer->tags[0]
		: peer && peer->addresses[0] ? peer->addresses[0]
					     : "*",
		e->endpoint->port,
		is_port_of_serve(e) ? " (a rule for the engine's own port does not open this one)" : "");
	return true;
}

/* A firewall that rejects connects shows up as "No route to host", at once. If no peer at all can be
 * reached, it is this machine. */
static bool is_turned_away(const struct evidence *e, struct finding *f)
{
	if (!answer_came_to(e, OUTCOME_UNREACHABLE) ||
		(e->peer && !e->endpoint->is_own && endpoints_have_no_route(e->ledger, e->now)))
		return false;
	text_set(f->detail, sizeof(f->detail),
		"are rejected: either by that host's firewall, or because this machine has no route to it");
	f->is_inferred = true;
	return true;
}

/* Before the WireGuard handshake, a lost first packet (sent again after 5 s) looks like a closed port. */
static bool has_session(const struct evidence *e)
{
	return !e->peer || e->peer->obs->last_handshake;
}

static bool is_filtered(const struct evidence *e, struct finding *f)
{
	bool answers_pings = e->peer && ping_is_answered(e->peer);

	if (is_outside_tailnet(e))
		f->fix = lead_there;
	else if (is_port_of_serve(e))
		f->fix = of_serve;
	if (is_turned_away(e, f))
		return true;
	if (!answer_came_to(e, OUTCOME_CONNECT_TIMEOUT) ||
		e->endpoint->misses < (has_session(e) ? 2 : SESSION_MISSES))
		return false;
	if (e->endpoint->proofs & PROOF_SHIELDS) {
		text_set(f->detail, sizeof(f->detail),
			"time out: that host accepts no connections (shields up, in tailscaled's log)");
		f->fix = shields_down;
	} else if (e->endpoint->proofs & PROOF_ACL_NEARBY)
		text_set(f->detail, sizeof(f->detail),
			"time out: probably the tailnet policy, "
			"which rejects another port of that host (in tailscaled's log)");
	else if (answers_pings)
		text_set(f->detail, sizeof(f->detail),
			"time out: an ACL or that host's firewall drops them "
			"(the host itself answers pings)");
	else if (is_outside_tailnet(e))
		text_set(f->detail, sizeof(f->detail),
			"time out: either a firewall drops them, or the host is off or cut off");
	else
		text_set(f->detail, sizeof(f->detail),
			"time out: either an ACL or that host's firewall drops them, or the host is cut off");
	f->is_inferred = !(e->endpoint->proofs & PROOF_SHIELDS) && !answers_pings;
	return true;
}

/* Too few for a conclusion, of an endpoint that never answered: --once may end here. */
static bool has_first_timeouts(const struct evidence *e, struct finding *f)
{
	if (!answer_came_to(e, OUTCOME_CONNECT_TIMEOUT) || when_known(e->endpoint->good) ||
		!e->endpoint->misses)
		return false;
	text_set(f->detail, sizeof(f->detail), "%u attempt%s", e->endpoint->misses,
		e->endpoint->misses == 1 ? "" : "s");
	return true;
}

static bool closes_at_once(const struct evidence *e, struct finding *f)
{
	if (e->peer || e->endpoint->is_of_tailnet)
		text_set(f->detail, sizeof(f->detail), "`tailscale serve --tcp` with a dead backend, or ");
	else
		f->fix = e->endpoint->is_own ? behind_here : behind_port;
	return answer_came_to(e, OUTCOME_CLOSED);
}

static bool is_resolving(const struct evidence *e, struct finding *f)
{
	(void)f;
	return e->endpoint->is_resolving;
}

/* A server that was asked before keeps its last state, shown with its age. */
static bool was_never_asked(const struct evidence *e, struct finding *f)
{
	(void)f;
	return !when_known(e->endpoint->last.at);
}

/* For endpoints that are not asked now: the name is not resolved yet, or tailscaled is not running. */
const struct rule unasked_rules[] = {
	{ CODE_NAME_PENDING, LAYER_HOST, SEVERITY_INFO, STATE_UNKNOWN, is_resolving,
		"not asked yet: this machine's resolver has not answered for %{host} yet",
		"%{resolve}", true },
	{ CODE_NOT_ASKED, LAYER_HOST, SEVERITY_INFO, STATE_UNKNOWN, was_never_asked,
		"not asked: while Tailscale is not running here, %{host} may be a stranger's machine", "",
		true },
	{ 0 },
};

const struct rule reach_rules[] = {
	{ CODE_UNKNOWN_HOST, LAYER_HOST, SEVERITY_DOWN, STATE_DOWN, is_unknown_host,
		"%{host} is not a machine of this tailnet that can be seen from here%{detail}",
		"`tailscale status`; it shows the names: a peer that no rule of the tailnet policy allows "
		"is not among them",
		true },
	{ CODE_GONE, LAYER_PORT, SEVERITY_INFO, STATE_OFFLINE, is_gone,
		"the server that was found on %{host_port} has been gone for %{detail}", "", true },
	{ CODE_NOT_LISTENING, LAYER_PORT, SEVERITY_DOWN, STATE_DOWN, is_not_listening,
		"nothing listens on %{host_port}: %{detail}", "", true },
	{ CODE_ACL_DENIED, LAYER_PORT, SEVERITY_DOWN, STATE_FILTERED, is_denied_by_acl,
		"the tailnet policy does not let this node reach %{peer} on port %{port}",
		"add to \"grants\" in the tailnet policy: %{detail}", true },
	{ CODE_FILTERED, LAYER_PORT, SEVERITY_DOWN, STATE_FILTERED, is_filtered,
		"connections to %{host_port} %{detail}", "on %{peer}: %{firewall}; and " SEE_POLICY, true },
	{ CODE_CONNECT_TIMEOUT, LAYER_PORT, SEVERITY_INFO, STATE_UNKNOWN, has_first_timeouts,
		"no connection to %{host_port} yet after %{detail}: either it is frozen or cut off, "
		"or a firewall or an ACL drops them",
		"", true },
	{ CODE_ACCEPTS_THEN_CLOSES, LAYER_PORT, SEVERITY_DOWN, STATE_DOWN, closes_at_once,
		"%{host_port} accepts the connection and closes it without an answer: either "
		"%{detail}a server that crashes, or a proxy that drops the request",
		"on %{peer}: `tailscale serve status`; check that the server behind port %{port} runs",
		true },
	{ 0 },
};

const struct other_fix reach_fixes[] = {
	{ CODE_UNKNOWN_HOST, see_names },
	{ CODE_NOT_LISTENING, start_here },
	{ CODE_NOT_LISTENING, start_outside },
	{ CODE_NOT_LISTENING, serve_https },
	{ CODE_NOT_LISTENING, serve_port },
	{ CODE_NOT_LISTENING, serve_by_address },
	{ CODE_NOT_LISTENING, serve_unknown },
	{ CODE_NOT_LISTENING, listen_there },
	{ CODE_FILTERED, lead_there },
	{ CODE_FILTERED, of_serve },
	{ CODE_FILTERED, shields_down },
	{ CODE_ACCEPTS_THEN_CLOSES, behind_port },
	{ CODE_ACCEPTS_THEN_CLOSES, behind_here },
	{ 0 },
};
