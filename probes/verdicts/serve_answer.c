#include "probes/verdicts/serve_answer.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/cause.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/proxy.h"
#include "probes/verdicts/serve_command.h"

#include <string.h>

const char serve_answer_new_target[] = "on %{peer}: `tailscale serve status`; it shows the target, which "
				       "should look like http://127.0.0.1:8080";
const char serve_answer_of_service[] = "on a machine that hosts %{host}: look at tailscale serve status, "
				       "start the backend that it names, or correct the mount";
const char serve_answer_start_target[] = "start the server at %{target}";

bool serve_answer_target_is_plain(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *backend = e->backend;
	char target[sizeof(f->value)];
	bool is_plain_http;

	if (!e->mount || !text_has_prefix(e->mount->target, "https+insecure://") || !backend)
		return false;
	is_plain_http = backend->proofs & PROOF_PLAIN_HTTP;
	text_set(f->detail, sizeof(f->detail), "%s", is_plain_http ? "plain HTTP" : "no TLS");
	text_set(target, sizeof(target), "http://%s", e->mount->target + strlen("https+insecure://"));
	serve_command_choose(e, e->mount, target, f);
	return is_plain_http || (when_known(backend->last.at) && backend->last.outcome == OUTCOME_TLS &&
					backend->last.tls == TLS_NOT_TLS);
}

bool serve_answer_has_wrong_scheme(const struct evidence *e, struct finding *f)
{
	bool has_failed = answer_has_status(e, 502) || answer_came_to(e, OUTCOME_SILENT);
	char protocol[sizeof(f->detail) / 2];

	if (answer_has_status(e, 502) && cause_is_target_distrusted(e, f))
		return true;
	if (!has_failed || !serve_answer_target_is_plain(e, f))
		return false;
	text_set(protocol, sizeof(protocol), "%s", f->detail);
	text_set(f->detail, sizeof(f->detail), "is asked by TLS, but the server there speaks %s", protocol);
	return true;
}

/* tailscale serve's own answer if it has no proxy for the target of a mount. */
static bool has_unknown_target(const struct evidence *e, struct finding *f)
{
	if (!answer_has_status(e, 500) || proxy_is_named(answer_of(e)) ||
		!text_has_prefix(answer_of(e)->excerpt, "unknown proxy destination"))
		return false;
	text_set(f->detail, sizeof(f->detail),
		"tailscale serve is up, it cannot proxy to the target of this mount (HTTP 500)");
	f->fix = serve_answer_new_target;
	return true;
}

/* It is the backend's trouble, unless that has answered since. */
static void blame_backend(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *backend = e->backend;
	bool has_answered =
		backend && endpoint_is_good(backend) && when_since(answer_of(e)->at, backend->last.at) > 0;

	if (backend && when_known(backend->last.at) && !has_answered)
		text_set(f->cause, sizeof(f->cause), "%s", backend->url);
}

/* Other programs in Go answer in the same words and ways. tailscale serve is likely only where it can be: at a
 * mount of ours, or by a name of the tailnet. Plain HTTP there is more often a server's own port; only what
 * few but serve answer counts at it. */
static bool may_be_serve(const struct evidence *e, bool with_plain_http)
{
	const char *suffix = e->ledger->status ? e->ledger->status->magicdns_suffix : "";
	bool is_on_tailnet = e->peer || e->endpoint->is_of_tailnet || e->endpoint->is_own;
	struct url url;

	if (e->mount)
		return true;
	return is_on_tailnet && url_split(&url, e->endpoint->url) == 0 && (url.is_https || with_plain_http) &&
	       url_host_is_below(url.host, suffix);
}

/* A Service has a name and an address, but is no machine. */
static bool is_others_service(const struct evidence *e)
{
	return !e->peer && !e->mount && e->endpoint->is_of_tailnet && !e->endpoint->is_own;
}

bool serve_answer_is_bad_gateway(const struct evidence *e, struct finding *f)
{
	if (has_unknown_target(e, f))
		return true;
	if (!answer_has_status(e, 502) || answer_of(e)->shape != BODY_EMPTY || proxy_is_named(answer_of(e)) ||
		!may_be_serve(e, true))
		return false;
	blame_backend(e, f);
	if (is_others_service(e))
		f->fix = serve_answer_of_service;
	if (e->mount && *e->mount->backend) {
		text_set(f->detail, sizeof(f->detail), "tailscale serve is up, its backend %s is not",
			e->mount->target);
		f->fix = serve_answer_start_target;
	} else {
		text_set(f->detail, sizeof(f->detail),
			"tailscale serve (or a proxy like it) is up, the backend behind it is not "
			"(or it is an https+insecure target that speaks plain HTTP)");
	}
	return true;
}

bool serve_answer_has_no_mount(const struct evidence *e, struct finding *f)
{
	if (!may_be_serve(e, false) || !answer_is_go_404(e))
		return false;
	if (is_others_service(e))
		f->fix = serve_answer_of_service;
	f->is_inferred = !e->mount;
	text_set(f->detail, sizeof(f->detail), "%s",
		e->mount ? "tailscale serve is up, but has nothing mounted there"
			 : "either tailscale serve has nothing mounted there, or it is another proxy "
			   "(Traefik) that has no route for it");
	return true;
}
