/* Rules about this machine's own tailscaled, on which all the rest depends. */
#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/networks.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/exit_node.h"
#include "probes/verdicts/health.h"
#include "probes/verdicts/rule.h"
#include "probes/verdicts/tailnet_lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LIMITED_MS 30000

static const char install[] = "install Tailscale (https://tailscale.com/download); if its socket is "
	"elsewhere, name it: --socket PATH";
static const char new_socket[] = "%{restart}; it makes its socket anew, open to every user of this machine";
static const char log_in_at[] = "log in at %{detail}";
static const char approve_there[] = "approve it on the control server of this tailnet%{detail}";
static const char take_resolv_conf[] = "%{restart}; another program has overwritten /etc/resolv.conf (in a "
				       "container: put nameserver 100.100.100.100 there)";
static const char more_files[] = "`ulimit -n 4096`; in the shell from which tsllm-top is then started";
static const char captive[] = "log in to this network: its login page is in the way";

static bool is_missing(const struct evidence *e, struct finding *f)
{
	bool is_absent = e->ledger->trouble == DAEMON_ABSENT;

	text_set(f->detail, sizeof(f->detail), "%s", e->ledger->trouble_text);
	if (is_absent && !e->ledger->status) /* one that answered before is installed */
		f->fix = install;
	return is_absent || e->ledger->trouble == DAEMON_MISSING;
}

static bool is_denied(const struct evidence *e, struct finding *f)
{
	bool is_closed = e->ledger->trouble == DAEMON_CLOSED;

	text_set(f->detail, sizeof(f->detail), "%s", e->ledger->trouble_text);
	if (is_closed)
		f->fix = new_socket;
	return is_closed || e->ledger->trouble == DAEMON_DENIED;
}

static bool is_backend(const struct evidence *e, enum backend_state state)
{
	return e->ledger->status && e->ledger->trouble == DAEMON_FINE && e->ledger->status->backend == state;
}

static bool is_stopped(const struct evidence *e, struct finding *f)
{
	(void)f;
	return is_backend(e, BACKEND_STOPPED);
}

static bool needs_login(const struct evidence *e, struct finding *f)
{
	if (!is_backend(e, BACKEND_NEEDS_LOGIN))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", e->ledger->status->auth_url);
	if (*f->detail)
		f->fix = log_in_at;
	return true;
}

static bool needs_approval(const struct evidence *e, struct finding *f)
{
	const struct obs_prefs *prefs = e->ledger->prefs;

	if (prefs && *prefs->control_url)
		text_set(f->detail, sizeof(f->detail), ", %s", prefs->control_url);
	if (!daemon_is_of_tailscale(e->ledger))
		f->fix = approve_there;
	return is_backend(e, BACKEND_NEEDS_MACHINE_AUTH);
}

static bool is_not_running_yet(const struct evidence *e, struct finding *f)
{
	if (!e->ledger->status || e->ledger->trouble != DAEMON_FINE)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", e->ledger->status->backend_word);
	return e->ledger->status->backend <= BACKEND_IN_USE_OTHER_USER ||
	       e->ledger->status->backend == BACKEND_STARTING;
}

/* A late status is stale, whatever the cause. Before the first one, tailscaled has not answered yet. */
static bool is_stale(const struct evidence *e, struct finding *f)
{
	const struct ledger *l = e->ledger;
	int64_t age = when_since(l->status_at, e->now);
	char span[32];

	if (l->trouble == DAEMON_MISSING || l->trouble == DAEMON_ABSENT || l->trouble == DAEMON_DENIED ||
		l->trouble == DAEMON_CLOSED)
		return false;
	if (!l->status) {
		text_set(f->detail, sizeof(f->detail), "%s: %s",
			l->trouble == DAEMON_MALFORMED ? "tailscaled has not given a status yet"
						       : "tailscaled has not answered yet",
			l->trouble_text);
		f->severity = SEVERITY_DOWN;
		return l->trouble != DAEMON_FINE;
	}
	text_set(f->detail, sizeof(f->detail), "tailscaled last answered %s ago%s%s",
		text_span(span, sizeof(span), age), *l->trouble_text ? ": " : "", l->trouble_text);
	return age > 3 * l->terms.period_ms;
}

static bool has_no_tun(const struct evidence *e, struct finding *f)
{
	(void)f;
	return daemon_runs(e->ledger) && !e->ledger->status->has_tun;
}

static bool lost_control(const struct evidence *e, struct finding *f)
{
	const char *line = health_line(e->ledger, HEALTH_CONTROL);

	if (line)
		text_set(f->detail, sizeof(f->detail), " (it warns: %s)", line);
	return line || (daemon_runs(e->ledger) && e->ledger->self.offline_polls >= 2);
}

static bool is_locked_out(const struct evidence *e, struct finding *f)
{
	tailnet_lock_choose_fix(e->ledger, tailnet_lock_own_key(e->ledger), f);
	return tailnet_lock_keeps_us_out(e->ledger);
}

static bool has_no_exit_node(const struct evidence *e, struct finding *f)
{
	return exit_node_is_gone(e->ledger, f->detail, sizeof(f->detail));
}

static bool has_health_warning(const struct evidence *e, struct finding *f)
{
	size_t others;
	const char *line = daemon_runs(e->ledger) ? health_worst(e->ledger, &others) : NULL;

	if (!line)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", line);
	if (others)
		text_add(f->detail, sizeof(f->detail), " (and %zu more)", others);
	return true;
}

/* tailscaled writes resolv.conf anew when it starts. */
static bool names_fail(const struct evidence *e, struct finding *f)
{
	const struct obs_prefs *prefs = e->ledger->prefs;
	const char *line = health_line(e->ledger, HEALTH_DNS);
	bool is_accepted = prefs && prefs->accepts_dns == TRI_YES;

	if (line)
		text_set(f->detail, sizeof(f->detail), " (tailscaled warns: %s)", line);
	if (is_accepted || (line && !(prefs && prefs->accepts_dns == TRI_NO)))
		f->fix = take_resolv_conf;
	return daemon_runs(e->ledger) && e->ledger->names == NAMES_FAIL;
}

/* Public DNS has the names of nodes with Funnel. */
static bool names_lead_elsewhere(const struct evidence *e, struct finding *f)
{
	text_set(f->detail, sizeof(f->detail), "%s", e->ledger->names_address);
	return daemon_runs(e->ledger) && e->ledger->names == NAMES_ELSEWHERE;
}

static bool is_resuming(const struct evidence *e, struct finding *f)
{
	(void)f;
	return when_known(e->ledger->blanked) && when_since(e->ledger->blanked, e->now) < 15000;
}

static bool has_no_route(const struct evidence *e, struct finding *f)
{
	(void)f;
	return endpoints_have_no_route(e->ledger, e->now);
}

/* A limit of this process or machine. It says nothing about the servers that could not be asked. */
static bool has_own_limits(const struct evidence *e, struct finding *f)
{
	const struct ledger *l = e->ledger;
	bool is_files = l->limit_error == EMFILE, is_system = l->limit_error == ENFILE;

	if (!when_known(l->limited) || when_since(l->limited, e->now) > LIMITED_MS)
		return false;
	text_set(f->detail, sizeof(f->detail), "%s",
		is_files    ? "this process cannot open any more files"
		: is_system ? "this machine cannot open any more files"
			    : strerror(l->limit_error));
	if (is_files)
		f->fix = more_files;
	return true;
}

static bool has_left_out(const struct evidence *e, struct finding *f)
{
	const struct obs_status *status = e->ledger->status;

	if (!daemon_runs(e->ledger) || !status->left_out)
		return false;
	text_set(f->detail, sizeof(f->detail), "%zu of %zu peers are shown; the other %zu",
		status->peer_count, status->peer_count + status->left_out, status->left_out);
	return true;
}

/* Only informational until it costs a server its direct path. */
static bool has_udp_blocked(const struct evidence *e, struct finding *f)
{
	const struct obs_net *here = network_here(e->ledger, e->now);

	if (!daemon_runs(e->ledger) || !here || here->has_udp != TRI_NO || network_has_udp_path(e->ledger))
		return false;
	if (here->is_captive == TRI_YES)
		f->fix = captive;
	text_set(f->detail, sizeof(f->detail), "%s",
		here == &e->ledger->netcheck ? "netcheck" : "what tailscaled found");
	if (!network_has_relayed_server(e->ledger, e->now)) {
		f->severity = SEVERITY_INFO;
		f->state = STATE_OK;
	}
	return true;
}

const struct rule daemon_rules[] = {
	{ CODE_TAILSCALED_MISSING, LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, is_missing,
		"can't reach tailscaled: %{detail}",
		"%{start}; if Tailscale is not installed, get it from https://tailscale.com/download; if "
		"its socket is elsewhere, name it: --socket PATH",
		true },
	{ CODE_TAILSCALED_DENIED, LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, is_denied,
		"no right to read tailscaled: %{detail}", "`%{sudo}tailscale set --operator=$USER`", true },
	{ CODE_STATUS_STALE, LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW, is_stale, "%{detail}",
		"%{check}", true },
	{ CODE_TAILSCALE_STOPPED, LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, is_stopped,
		"Tailscale is stopped on this machine", "`%{sudo}tailscale up`", true },
	{ CODE_NEEDS_LOGIN, LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, needs_login,
		"this machine is logged out of its tailnet",
		"`%{sudo}tailscale up --force-reauth`; it prints a link to log in with (or the whole "
		"command, if it needs your other settings)", true },
	{ CODE_NEEDS_APPROVAL, LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, needs_approval,
		"this machine is waiting for a tailnet admin to approve it",
		"approve it at https://login.tailscale.com/admin/machines", true },
	{ CODE_TAILSCALE_STARTING, LAYER_DAEMON, SEVERITY_DOWN, STATE_UNKNOWN, is_not_running_yet,
		"tailscaled is not running yet: its state is %{detail}",
		"%{log}; if this takes longer than a few seconds", true },
	{ CODE_TAILNET_LOCK, LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, is_locked_out,
		"tailnet lock keeps this machine out: no peer accepts its packets until its node key is "
		"signed",
		"`tailscale lock status`; it names the key: sign it on a signing node, with tailscale lock "
		"sign", false },
	{ CODE_CONTROL_LOST, LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW, lost_control,
		"tailscaled has lost contact with its control plane%{detail}: peers that came or moved "
		"since then are shown as they were",
		"%{restart}; before that, check that this machine can reach the internet", false },
	{ CODE_NO_ROUTE, LAYER_DAEMON, SEVERITY_DEGRADED, STATE_UNKNOWN, has_no_route,
		"this machine has no route to the tailnet at the moment: nothing is known about the servers",
		"check this machine's network and that the Tailscale interface is up", false },
	{ CODE_UDP_BLOCKED, LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW, has_udp_blocked,
		"UDP is blocked on this machine's network (by %{detail}): every path goes through DERP",
		"open UDP here: out from port 41641 to any, and to 3478 (STUN)", false },
	{ CODE_EXIT_NODE_OFFLINE, LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW, has_no_exit_node,
		"this machine's exit node %{detail}: what is outside the tailnet cannot be reached",
		"`%{sudo}tailscale set --exit-node=`; then none is used (tailscale exit-node list shows "
		"others)",
		false },
	{ CODE_NAME_UNRESOLVED, LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW, names_fail,
		"MagicDNS names do not resolve on this machine: clients here fail, even if the servers are "
		"fine%{detail}",
		"`%{sudo}tailscale set --accept-dns=true`", false },
	{ CODE_NAME_UNRESOLVED, LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW, names_lead_elsewhere,
		"this machine does not use MagicDNS: its own name leads to %{detail}, outside the tailnet, "
		"and those of the servers may too",
		"`%{sudo}tailscale set --accept-dns=true`", false },
	{ CODE_RESUMED, LAYER_DAEMON, SEVERITY_INFO, STATE_UNKNOWN, is_resuming,
		"this machine slept or its clock jumped: everything is being asked again", "", false },
	{ CODE_USERSPACE_NETWORKING, LAYER_DAEMON, SEVERITY_INFO, STATE_OK, has_no_tun,
		"tailscaled has no network interface here (userspace networking): plain connections cannot "
		"work, so servers are asked through tailscaled",
		"clients on this machine need its SOCKS5 proxy (tailscaled --socks5-server=localhost:1055)",
		false },
	{ CODE_OWN_LIMITS, LAYER_DAEMON, SEVERITY_DEGRADED, STATE_UNKNOWN, has_own_limits,
		"not every server could be asked from here: %{detail}",
		"%{limits}", false },
	{ CODE_PEERS_LEFT_OUT, LAYER_DAEMON, SEVERITY_INFO, STATE_OK, has_left_out,
		"%{detail} are more than this program can keep, and are not watched", "", false },
	{ CODE_HEALTH_WARNING, LAYER_DAEMON, SEVERITY_INFO, STATE_OK, has_health_warning,
		"tailscaled warns: %{detail}", "`tailscale status`", false },
	{ 0 },
};

const struct other_fix daemon_fixes[] = {
	{ CODE_TAILSCALED_MISSING, install },
	{ CODE_TAILSCALED_DENIED, new_socket },
	{ CODE_NEEDS_LOGIN, log_in_at },
	{ CODE_NEEDS_APPROVAL, approve_there },
	{ CODE_TAILNET_LOCK, tailnet_lock_sign },
	{ CODE_TAILNET_LOCK, tailnet_lock_sign_here },
	{ CODE_NAME_UNRESOLVED, take_resolv_conf },
	{ CODE_OWN_LIMITS, more_files },
	{ CODE_UDP_BLOCKED, captive },
	{ 0 },
};
