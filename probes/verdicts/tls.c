/* Rules about the TLS handshake with a server and its certificate. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/fill.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/rule.h"

#include <string.h>

#define NEW_CERTIFICATE                                                                                        \
	"on %{peer}: `%{sudo}tailscale cert %{cert_name}`; a server other than tailscale serve needs the new " \
	"files in its configuration"

#define ASK_WHY "on %{peer}: `%{sudo}tailscale cert %{cert_name}`; it says why"

static const char use_value[] = "use %{value}";
static const char ask_why[] = ASK_WHY;
static const char use_http[] = "use http:// for that port";
static const char renew_there[] = "give the server at %{host_port} a new certificate for %{host}";
static const char name_there[] =
	"use a name that its certificate is for, or give the server at %{host_port} one for %{host}";
static const char trust_there[] =
	"set ca_file in the configuration to the CA that signed it, or give the server at %{host_port} a "
	"certificate that this machine trusts";
static const char look_there[] = "check that port %{port} of %{host} serves HTTPS";
static const char check_clocks[] = "check the clocks of this machine and of %{host}";
static const char show_certificate[] =
	"tsllm-top has no client certificate to show: check port %{port} of %{host} with a client that has one";

#define CERT_NOTICE_MS (14 * INT64_C(86400000))

static bool is_tls(const struct evidence *e, enum tls_trouble trouble)
{
	return answer_came_to(e, OUTCOME_TLS) && e->endpoint->last.tls == trouble;
}

/* The server has no certificate for the name that we asked for, whatever else it has. */
static bool is_name_refused(const struct evidence *e)
{
	return is_tls(e, TLS_ALERT_INTERNAL) || is_tls(e, TLS_NAME_MISMATCH);
}

/* Whether tailscale gives a certificate for it. */
static bool is_of_tailscale(const struct evidence *e)
{
	char name[400] = "";

	fill_cert_name(e, name, sizeof(name));
	return *name != '\0';
}

/* elsewhere: the fix where the certificate is not one that tailscale gives. */
static void choose_fix(const struct evidence *e, struct finding *f, const char *elsewhere)
{
	if (!is_of_tailscale(e))
		f->fix = elsewhere;
}

static void say_full_name(const struct evidence *e, struct finding *f)
{
	struct url url;

	if (!e->peer || !*e->peer->obs->fqdn || url_split(&url, e->endpoint->url) < 0)
		return;
	text_set(url.host, sizeof(url.host), "%s", e->peer->obs->fqdn);
	if (url_join(&url, f->value, sizeof(f->value)) == 0)
		f->fix = use_value;
}

static bool has_short_name(const struct evidence *e, struct finding *f)
{
	struct url url;

	if (!is_name_refused(e) || !is_of_tailscale(e) || url_split(&url, e->endpoint->url) != 0 ||
		strpbrk(url.host, ".:"))
		return false;
	say_full_name(e, f);
	return true;
}

static bool needs_name(const struct evidence *e, struct finding *f)
{
	struct url url;

	if (!is_name_refused(e) || !is_of_tailscale(e) || url_split(&url, e->endpoint->url) != 0 ||
		!url_host_is_address(url.host))
		return false;
	say_full_name(e, f);
	return true;
}

/* A port that answers a TLS hello with something else may speak anything, so plain HTTP is tried
 * (PROOF_PLAIN_HTTP). */
static bool speaks_no_tls(const struct evidence *e, struct finding *f)
{
	bool is_plain_http = e->endpoint->proofs & PROOF_PLAIN_HTTP;

	if (is_tls(e, TLS_WANTS_CERTIFICATE) ||
		(!is_tls(e, TLS_NOT_TLS) && !(answer_came_to(e, OUTCOME_TLS) && is_plain_http)))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", is_plain_http ? "plain HTTP, not HTTPS" : "no TLS");
	if (is_plain_http)
		f->fix = use_http;
	return true;
}

static bool is_expired(const struct evidence *e, struct finding *f)
{
	int64_t past = e->now.wall_ms - e->endpoint->cert_not_after;
	char span[32];

	if (!is_tls(e, TLS_EXPIRED))
		return false;
	if (e->endpoint->cert_not_after && past > 0)
		text_set(f->detail, sizeof(f->detail), " %s ago", text_span(span, sizeof(span), past));
	choose_fix(e, f, renew_there);
	return true;
}

static bool is_untrusted(const struct evidence *e, struct finding *f)
{
	if (!is_tls(e, TLS_UNTRUSTED))
		return false;
	choose_fix(e, f, trust_there);
	return true;
}

static bool has_other_name(const struct evidence *e, struct finding *f)
{
	if (!is_tls(e, TLS_NAME_MISMATCH))
		return false;
	choose_fix(e, f, name_there);
	return true;
}

/* So does tailscale serve, while a certificate is being issued. */
static bool does_not_finish(const struct evidence *e)
{
	return is_tls(e, TLS_TIMEOUT) && e->endpoint->misses >= 2;
}

static bool has_no_certificate(const struct evidence *e, struct finding *f)
{
	if (!daemon_is_of_tailscale(e->ledger))
		f->fix = ask_why;
	f->is_inferred = true;
	return (is_tls(e, TLS_ALERT_INTERNAL) || does_not_finish(e)) && is_of_tailscale(e);
}

static bool has_tls_trouble(const struct evidence *e, struct finding *f)
{
	bool is_stuck = does_not_finish(e), wants_certificate = is_tls(e, TLS_WANTS_CERTIFICATE);

	if (!is_stuck && !wants_certificate && !is_tls(e, TLS_OTHER) && !is_tls(e, TLS_ALERT_INTERNAL))
		return false;
	choose_fix(e, f, look_there);
	if (wants_certificate)
		f->fix = show_certificate;
	if (text_contains_fold(e->endpoint->last.tls_text, "not yet valid"))
		f->fix = check_clocks;
	text_set(f->detail, sizeof(f->detail), "%s",
		is_stuck            ? "it does not finish"
		: wants_certificate ? "it wants a client certificate"
				    : e->endpoint->last.tls_text);
	return true;
}

static bool certificate_expires_soon(const struct evidence *e, struct finding *f)
{
	int64_t left = e->endpoint->cert_not_after - e->now.wall_ms;
	char span[32];

	if (!e->endpoint->cert_not_after || left < 0 || left > CERT_NOTICE_MS ||
		answer_came_to(e, OUTCOME_TLS))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", text_span(span, sizeof(span), left));
	choose_fix(e, f, renew_there);
	return true;
}

const struct rule tls_rules[] = {
	{ CODE_SHORT_NAME, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, has_short_name,
		"certificates are for full names, not for the short name %{host}",
		"use the full name of that machine: tailscale status --json shows it as DNSName", true },
	{ CODE_NAME_NEEDED, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, needs_name,
		"HTTPS is served by name, not by address: no certificate there is valid for %{host}",
		"use the machine's full name", true },
	{ CODE_NOT_TLS, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, speaks_no_tls,
		"port %{port} of %{host} speaks %{detail}",
		"check that the port is really the LLM server's: what answers there is not HTTPS", true },
	{ CODE_CERT_EXPIRED, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, is_expired,
		"the certificate of %{host} expired%{detail}", NEW_CERTIFICATE, true },
	{ CODE_CERT_UNTRUSTED, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, is_untrusted,
		"the certificate of %{host} is not signed by anyone this machine trusts",
		NEW_CERTIFICATE "; or, with a CA of your own, set ca_file in the configuration", true },
	{ CODE_CERT_NAME_MISMATCH, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, has_other_name,
		"the certificate that %{host} shows is for another name", NEW_CERTIFICATE, true },
	{ CODE_CERT_NOT_ISSUED, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, has_no_certificate,
		"%{host} has no certificate: either none was issued yet (ACME pending or rate limited), or "
		"HTTPS is off for the tailnet, or that name is not served",
		ASK_WHY "; HTTPS is switched on at https://login.tailscale.com/admin/dns", true },
	{ CODE_TLS_FAILED, LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, has_tls_trouble,
		"the TLS handshake with %{host} fails: %{detail}",
		"on %{peer}: `tailscale serve status`; "
		"see whether the port is served by HTTPS",
		true },
	{ CODE_CERT_EXPIRING, LAYER_TLS, SEVERITY_DEGRADED, STATE_WARN, certificate_expires_soon,
		"the certificate of %{host} expires in %{detail}", NEW_CERTIFICATE, false },
	{ 0 },
};

const struct other_fix tls_fixes[] = {
	{ CODE_SHORT_NAME, use_value },
	{ CODE_NOT_TLS, use_http },
	{ CODE_CERT_EXPIRED, renew_there },
	{ CODE_CERT_UNTRUSTED, trust_there },
	{ CODE_CERT_NAME_MISMATCH, name_there },
	{ CODE_CERT_NOT_ISSUED, ask_why },
	{ CODE_TLS_FAILED, look_there },
	{ CODE_TLS_FAILED, check_clocks },
	{ CODE_TLS_FAILED, show_certificate },
	{ CODE_CERT_EXPIRING, renew_there },
	{ 0 },
};
