/* Rules about HTTP answers, or the lack of them: which failed, the server, the proxy in front of it, or
 * the URL?
 *
 * A JSON error comes from the engine; HTML or nothing comes from a proxy. `tailscale serve` sends its 502
 * without a body and without a Server header, unlike any other proxy. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/key.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/proxy.h"
#include "probes/verdicts/proxy_answer.h"
#include "probes/verdicts/rule.h"
#include "probes/verdicts/serve_answer.h"
#include "probes/verdicts/serve_command.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BUSY_EXCUSE_MS 60000

static const char offer_ollama[] =
	"on %{peer}: `%{sudo}tailscale serve --bg --tcp=%{value} tcp://127.0.0.1:%{value}`; then use "
	"http://%{address}:%{value} (its address, not its name); or bind Ollama to that address with "
	"OLLAMA_HOST=%{address}:%{value} (OLLAMA_ORIGINS does not help)";
static const char use_address[] =
	"use http://%{address}:%{value} (its address, not its name); or bind Ollama to that address with "
	"OLLAMA_HOST=%{address}:%{value} (OLLAMA_ORIGINS does not help)";
static const char bind_ollama[] = "on %{host}: bind Ollama to an address that others can reach, with "
				  "OLLAMA_HOST (OLLAMA_ORIGINS does not help)";
static const char pass_host[] =
	"in the configuration of %{value}: give Ollama a name that it knows (nginx: "
	"proxy_set_header Host localhost; Caddy: header_up Host localhost); OLLAMA_ORIGINS does not help";
static const char base_without_v1[] = "give the base URL without /v1: %{value}";
static const char likely_base[] = "give the base URL of the server, probably %{value}";

/* The list of a server of no known family may come from others, which it waits for: that is no proof that it
 * is frozen itself. */
static bool is_list_of_unknown(const struct evidence *e)
{
	bool is_unknown = !*e->endpoint->facts->name || e->endpoint->facts->is_asked_rarely;

	return is_unknown && strcmp(answer_of(e)->path, "/v1/models") == 0;
}

static bool is_path_silent(const struct known_endpoint *endpoint, const char *path)
{
	for (size_t i = 0; i < endpoint->sents.count; i++)
		if (strcmp(endpoint->sents.items[i].path, path) == 0)
			return endpoint->sents.items[i].misses > 0;
	return false;
}

static bool gives_no_list(const struct evidence *e, struct finding *f)
{
	char span[32];

	if (answer_of(e)->outcome != OUTCOME_SILENT || e->endpoint->misses < 2 || !is_list_of_unknown(e) ||
		is_path_silent(e->endpoint, "/"))
		return false;
	if (when_known(e->endpoint->good))
		text_set(f->detail, sizeof(f->detail), "; it last came %s ago",
			text_span(span, sizeof(span), when_since(e->endpoint->good, e->now)));
	return true;
}

static bool gives_no_answer(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->endpoint;
	int64_t age = when_since(endpoint->good, e->now);
	char span[32];

	if (answer_of(e)->outcome != OUTCOME_SILENT || endpoint->misses < 2)
		return false;
	if (when_known(endpoint->good))
		text_set(f->detail, sizeof(f->detail), "; it last answered %s ago",
			text_span(span, sizeof(span), age));
	if (when_known(endpoint->good) && age < BUSY_EXCUSE_MS && endpoint->engine.figures.running > 0) {
		text_add(f->detail, sizeof(f->detail), " and was working on %.0f request%s: busy or hung",
			endpoint->engine.figures.running, endpoint->engine.figures.running < 2 ? "" : "s");
		f->severity = SEVERITY_DEGRADED;
	}
	return true;
}

/* Jan answers 403, textgen 400, as do all servers that check names with Starlette's middleware. */
static bool distrusts_name(const struct evidence *e, struct finding *f)
{
	if ((!answer_has_status(e, 400) && !answer_has_status(e, 403)) ||
		!text_contains_fold(answer_of(e)->excerpt, "invalid host header"))
		return false;
	if (e->endpoint->proofs & PROOF_HOST_LOCALHOST)
		text_set(f->detail, sizeof(f->detail), ", such as `Host: localhost` (proven)");
	f->fix = e->endpoint->facts->trust_host_fix;
	return true;
}

/* Offered by address, Ollama answers. If it was asked by name at its own plain port, that is so already. */
static void offer_by_address(const struct evidence *e, struct finding *f)
{
	int port = e->backend ? e->backend->port : 11434;
	struct url url;

	text_set(f->value, sizeof(f->value), "%d", port);
	if (!e->peer && !e->endpoint->is_own)
		f->fix = bind_ollama;
	else if (url_split(&url, e->endpoint->url) == 0 && !url.is_https && url.port == port &&
		 !url_host_is_address(url.host))
		f->fix = use_address;
}

/* A proxy passed it on, or refuses in the same way itself (Caddy's `respond 403`). */
static void blame_behind_proxy(const struct evidence *e, struct finding *f)
{
	const char *proxy = proxy_name(answer_of(e));
	bool is_proven = e->endpoint->proofs & PROOF_HOST_LOCALHOST;

	if (is_proven)
		text_set(f->detail, sizeof(f->detail),
			"Ollama behind %s refuses this name: it is bound to localhost "
			"and answers only to `Host: localhost` (proven)",
			proxy);
	else
		text_set(f->detail, sizeof(f->detail),
			"probably Ollama behind %s, bound to localhost, which refuses this name", proxy);
	if (!is_proven && !*answer_of(e)->via_header)
		text_add(f->detail, sizeof(f->detail), "; or %s itself refuses this machine", proxy);
	text_set(f->value, sizeof(f->value), "%s", proxy);
	f->fix = pass_host;
}

static bool is_host_check(const struct evidence *e, struct finding *f)
{
	if (!answer_has_status(e, 403) || answer_of(e)->shape != BODY_EMPTY || *answer_of(e)->content_type)
		return false;
	offer_by_address(e, f);
	f->is_inferred = !(e->endpoint->proofs & PROOF_HOST_LOCALHOST);
	if (proxy_is_named(answer_of(e)))
		blame_behind_proxy(e, f);
	else if (e->endpoint->proofs & PROOF_HOST_LOCALHOST)
		text_set(f->detail, sizeof(f->detail),
			"Ollama refuses this name: it is bound to localhost "
			"and answers only to `Host: localhost` (proven)");
	else
		text_set(f->detail, sizeof(f->detail),
			"probably Ollama, bound to localhost, which refuses this name");
	return true;
}

/* By default, nginx rejects with 503, in words that no other proxy uses. */
static bool is_rate_limited(const struct evidence *e, struct finding *f)
{
	bool is_nginx = answer_has_status(e, 503) && answer_of(e)->shape == BODY_HTML &&
			text_contains_fold(answer_of(e)->excerpt, "503 Service Temporarily Unavailable");

	if (!answer_has_status(e, 429) && !is_nginx)
		return false;
	if (is_nginx)
		text_set(f->detail, sizeof(f->detail),
			"; or it is closed for maintenance, which looks the same");
	if (!isnan(answer_of(e)->retry_after_s))
		text_add(f->detail, sizeof(f->detail), "; it asks to wait %.0f s",
			answer_of(e)->retry_after_s);
	return true;
}

static bool is_3xx(const struct evidence *e)
{
	return answer_is_strange(e) && answer_of(e)->status >= 300 && answer_of(e)->status <= 399;
}

static bool is_redirected(const struct evidence *e, struct finding *f)
{
	text_set(f->detail, sizeof(f->detail), "%s", answer_of(e)->location);
	return is_3xx(e) && *answer_of(e)->location;
}

static bool meets_tls_port(const struct evidence *e, struct finding *f)
{
	(void)f;
	return answer_has_status(e, 400) &&
	       text_contains_fold(answer_of(e)->excerpt, "sent an HTTP request to an HTTPS server");
}

/* This URL has worked before, so a text about a wrong one would mislead. What answers in JSON may be an
 * engine of another family, which is recognised at the next poll. */
static bool is_replaced(const struct evidence *e, struct finding *f)
{
	bool is_page = answer_of(e)->shape == BODY_HTML;
	bool is_refusal = answer_of(e)->status == 404 || answer_of(e)->status == 405;
	char span[32];

	if (!answer_is_strange(e) || !when_known(e->endpoint->good) || answer_of(e)->shape == BODY_JSON ||
		!(is_refusal || (answer_is_success(e) && is_page)))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s ago, now %s",
		text_span(span, sizeof(span), when_since(e->endpoint->good, e->now)),
		is_page ? "a web page" : "something else");
	return true;
}

static bool is_html(const struct evidence *e, struct finding *f)
{
	(void)f;
	return answer_is_strange(e) && answer_is_success(e) && answer_of(e)->shape == BODY_HTML;
}

static bool is_empty(const struct evidence *e, struct finding *f)
{
	(void)f;
	return answer_is_strange(e) && answer_is_success(e) && answer_of(e)->shape == BODY_EMPTY;
}

/* Adds ", it begins with: “…”", as much as fits into a row. The quotes mark the server's own words. */
static void say_excerpt(const struct evidence *e, const char *before, struct finding *f)
{
	const char *excerpt = answer_of(e)->excerpt;
	char shown[64];

	if (*excerpt)
		text_add(f->detail, sizeof(f->detail), "%s“%s”", before,
			text_clean(shown, sizeof(shown), excerpt, strlen(excerpt)));
}

static bool is_malformed(const struct evidence *e, struct finding *f)
{
	static const char *const reasons[OUTCOME_COUNT] = {
		[OUTCOME_TRUNCATED] = "the answer broke off",
		[OUTCOME_TOO_BIG] = "the answer is too large to read",
		[OUTCOME_NOT_HTTP] = "the answer is not HTTP",
	};
	const char *reason = when_known(answer_of(e)->at) ? reasons[answer_of(e)->outcome] : NULL;

	if (!reason && answer_is_strange(e) && answer_is_success(e))
		reason = answer_of(e)->shape == BODY_BROKEN_JSON ? "the answer is broken JSON"
			 : answer_of(e)->shape == BODY_BIG_JSON
				 ? "the answer is JSON with more values than are read"
			 : answer_of(e)->shape == BODY_PACKED
				 ? "the answer is compressed, which was not asked for, and cannot be read"
				 : "the answer is not that of an LLM server";
	if (!reason && is_3xx(e))
		reason = answer_of(e)->status == 304 ? "HTTP 304 (not modified), which was not asked for"
						     : "a redirect (HTTP 3xx) that does not say where to";
	if (!reason)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", reason);
	say_excerpt(e, ", it begins with: ", f);
	return true;
}

static bool has_failed_inside(const struct evidence *e, struct finding *f)
{
	if (!answer_is_strange(e) || answer_of(e)->status < 500)
		return false;
	if (e->endpoint->facts->empty_error && answer_of(e)->shape == BODY_EMPTY)
		text_set(f->detail, sizeof(f->detail), ": %s", e->endpoint->facts->empty_error);
	else
		say_excerpt(e, ": ", f);
	return true;
}

/* Clients add /v1 to a base URL, and so do we. Of any other path, the last part is probably wrong. */
static void suggest_base(const struct evidence *e, struct finding *f)
{
	struct url url;
	bool has_v1;

	if (url_split(&url, e->endpoint->url) < 0 || !*url.path)
		return;
	has_v1 = url_cut_path(&url, "/v1");
	if (!has_v1 && !url_cut_path(&url, "/api"))
		*strrchr(url.path, '/') = '\0';
	if (url_join(&url, f->value, sizeof(f->value)) == 0)
		f->fix = has_v1 ? base_without_v1 : likely_base;
}

static bool has_wrong_path(const struct evidence *e, struct finding *f)
{
	if (!answer_is_strange(e) || answer_of(e)->status < 400 || answer_of(e)->status > 499)
		return false;
	suggest_base(e, f);
	return true;
}

static const char withheld[] = "the key for %{host} is not sent: plain HTTP shows it to everyone on the way";
static const char send_it[] = "use https://, or allow it with plain-key = on in its [endpoint] section";

const struct rule http_rules[] = {
	{ CODE_PROXY_SCHEME, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, serve_answer_has_wrong_scheme,
		"the serve target %{target} %{detail}", serve_command_fix, true },
	{ CODE_NO_LIST, LAYER_HTTP, SEVERITY_DEGRADED, STATE_SLOW, gives_no_list,
		"%{server} at %{host_port} accepts connections, but two requests for its list of models "
		"timed out: either it hangs, or a server behind it does%{detail}",
		"`curl -m 60 %{url}/v1/models`; it shows whether the list comes late or not at all", true },
	{ CODE_NO_ANSWER, LAYER_HTTP, SEVERITY_DOWN, STATE_STALLED, gives_no_answer,
		"%{server} at %{host_port} accepts connections but "
		"has not answered the last two requests%{detail}",
		"on %{peer}: check whether the process is frozen or starved, look at its log, then restart "
		"it",
		true },
	{ CODE_NOT_TLS, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, meets_tls_port,
		"port %{port} of %{host} speaks HTTPS, not plain HTTP", "use https:// for that port", true },
	{ CODE_BAD_GATEWAY, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, serve_answer_is_bad_gateway, "%{detail}",
		"on %{peer}: `tailscale serve status`; it names the backend: start it, or correct the "
		"target",
		true },
	{ CODE_HOST_CHECK, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_host_check, "%{detail}", offer_ollama,
		true },
	{ CODE_HOST_CHECK, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, distrusts_name,
		"%{server} refuses the name %{host}: it answers only to names that it trusts%{detail}",
		"on %{peer}: add %{host} to the hosts that it trusts (textgen: start it with --listen)",
		true },
	{ CODE_NO_MOUNT, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, serve_answer_has_no_mount,
		"%{host_port} does not know this path: %{detail}",
		"on %{peer}: `tailscale serve status`; it lists the mounts", true },
	{ CODE_NO_GRANT, LAYER_HTTP, SEVERITY_INFO, STATE_AUTH, key_no_grant,
		"%{server} decides by Tailscale identity who gets in, and %{detail} has no access",
		"add a grant for %{detail} to the tailnet policy or the gateway's own configuration (a key "
		"does not help)",
		true },
	{ CODE_KEY_WITHHELD, LAYER_HTTP, SEVERITY_DEGRADED, STATE_AUTH, key_withheld_is_missed, withheld,
		send_it, true },
	{ CODE_KEY_WITHHELD, LAYER_HTTP, SEVERITY_DEGRADED, STATE_AUTH, key_withheld_is_not_needed, withheld,
		send_it, false },
	{ CODE_AUTH_REJECTED, LAYER_HTTP, SEVERITY_DEGRADED, STATE_WARN, key_is_rejected,
		"%{server} rejects the key that it was given",
		"correct key_env or key_file of this endpoint in the configuration", true },
	{ CODE_AUTH_REQUIRED, LAYER_HTTP, SEVERITY_INFO, STATE_AUTH, key_is_asked_for,
		"%{server} is up and wants a key",
		"add its key to the configuration: an [endpoint NAME] section with url = %{url} and key_env "
		"or key_file",
		true },
	{ CODE_RATE_LIMITED, LAYER_HTTP, SEVERITY_DEGRADED, STATE_SLOW, is_rate_limited,
		"%{host} limits the rate of requests (HTTP %{status})%{detail}",
		"exempt this node in the proxy, or poll less: period in the configuration", true },
	{ CODE_PROXY_BACKEND_SILENT, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, proxy_answer_engine_is_silent,
		"%{detail} in front of %{host} is up, but its engine does not answer (HTTP %{status})",
		"look at the engine behind the proxy: it hangs, or its queue is longer than the proxy's "
		"time-out",
		true },
	{ CODE_PROXY_BACKEND_DOWN, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, proxy_answer_engine_is_dead,
		"%{detail} in front of %{host} is up, but its engine is not (HTTP %{status})",
		"start the engine behind the proxy, or correct its upstream address", true },
	{ CODE_AUTH_AT_PROXY, LAYER_HTTP, SEVERITY_INFO, STATE_AUTH, key_proxy_wants_login,
		"%{detail} in front of %{host} wants a login (HTTP %{status}): the engine behind it cannot "
		"be seen",
		"let this node through in the proxy, or give a key that it accepts", true },
	{ CODE_REDIRECTED, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_redirected,
		"%{host} redirects elsewhere (HTTP %{status}), which is not followed: %{detail}",
		"pin the address it points to, if that is the server", true },
	{ CODE_REPLACED, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_replaced,
		"%{server} answered here until %{detail} does (HTTP %{status} for %{path}): "
		"another program has its port, or a proxy leads elsewhere",
		"on %{peer}: %{program}; see whether %{server} still runs", true },
	{ CODE_HTML_NOT_API, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_html,
		"a web page came where JSON was asked for (%{path}): this is a web UI or a login page, not "
		"an API",
		"use the base of the API (Open WebUI's is /api)", true },
	{ CODE_EMPTY_ANSWER, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_empty,
		"HTTP %{status} with an empty body: probably a proxy (Caddy does this) that does not know "
		"this name or path",
		"add this name and path to the configuration of the proxy", true },
	{ CODE_MALFORMED, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, is_malformed,
		"%{server} at %{host_port}: %{detail}",
		"`curl -i %{url}%{path}`; it shows the answer: check that the port is really the LLM "
		"server's",
		true },
	{ CODE_SERVER_ERROR, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, has_failed_inside,
		"%{server} answers HTTP %{status}%{detail}",
		"on %{peer}: read the log of the server, then restart it", true },
	{ CODE_WRONG_BASE_PATH, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, has_wrong_path,
		"%{host_port} has no LLM API here (HTTP %{status} for %{path})",
		"give the base URL of the server: it may be under a path, or on another port", true },
	{ 0 },
};

const struct other_fix http_fixes[] = {
	{ CODE_PROXY_SCHEME, serve_command_by_address },
	{ CODE_BAD_GATEWAY, serve_answer_new_target },
	{ CODE_BAD_GATEWAY, serve_answer_start_target },
	{ CODE_BAD_GATEWAY, serve_answer_of_service },
	{ CODE_NO_MOUNT, serve_answer_of_service },
	{ CODE_HOST_CHECK, use_address },
	{ CODE_HOST_CHECK, bind_ollama },
	{ CODE_HOST_CHECK, pass_host },
	{ CODE_PROXY_BACKEND_DOWN, proxy_answer_start_tunnel },
	{ CODE_PROXY_BACKEND_DOWN, proxy_answer_correct_tls },
	{ CODE_WRONG_BASE_PATH, base_without_v1 },
	{ CODE_WRONG_BASE_PATH, likely_base },
	{ 0 },
};
