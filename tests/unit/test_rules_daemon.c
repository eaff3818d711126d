/* What is said of this machine's own tailscaled: each code made to appear, and kept away by its neighbour. */
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/tailscaled/prefs.h"
#include "tests/unit/ledger_help.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct snapshot *with_trouble(enum daemon_trouble trouble, const char *text)
{
	struct ledger *l = empty_ledger(NULL);

	is_on(l, "linux", INIT_SYSTEMD, "sudo ");
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_TROUBLE, .trouble = trouble, .trouble_text = text },
		at(0));
	return take(l, at(1));
}

static const struct snapshot *with_status(struct obs_status *status)
{
	struct ledger *l = empty_ledger(NULL);

	sees(l, at(0), status);
	return take(l, at(1));
}

static const char *const all_quiet[] = { "tailscaled-missing", "tailscaled-denied", "status-stale",
	"tailscale-stopped", "needs-login", "needs-approval", "tailscale-starting", "control-lost",
	"no-route", "udp-blocked", "name-unresolved", "resumed", "userspace-networking", "own-limits",
	"peers-left-out", "health-warning", "tailnet-lock", "exit-node-offline" };

static void a_running_daemon_raises_nothing(void **state)
{
	const struct snapshot *s = with_status(running());

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_quiet); i++)
		assert_no_verdict(s, all_quiet[i]);
	assert_int_equal(s->verdict_count, 0);
}

static void nothing_is_said_before_anything_was_tried(void **state)
{
	(void)state;
	assert_int_equal(take(empty_ledger(NULL), at(0))->verdict_count, 0);
}

static void no_socket_is_a_missing_daemon(void **state)
{
	const struct snapshot *s = with_trouble(DAEMON_MISSING, "/run/ts.sock: no such file");

	(void)state;
	assert_fix(assert_says(s, "tailscaled-missing", LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN,
			   "/run/ts.sock: no such file"),
		"sudo systemctl start tailscaled");
	assert_int_equal(s->status, STATUS_UNKNOWN);
	assert_int_equal(s->verdicts.count, 1);
}

static void without_the_command_tailscale_is_not_installed(void **state)
{
	const struct snapshot *s = with_trouble(DAEMON_ABSENT, "no socket at /run/ts.sock and no "
		"`tailscale` command");

	(void)state;
	assert_fix(assert_verdict(s, "tailscaled-missing"), "install Tailscale "
		"(https://tailscale.com/download)");
	assert_string_equal(find_verdict(s, "tailscaled-missing")->run, "");
	assert_no_verdict(s, "status-stale");
}

/* A container may see the socket of a tailscaled beside it, and not the command. */
static void one_that_answered_before_is_installed_and_has_to_be_started(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	is_on(l, "linux", INIT_SYSTEMD, "sudo ");
	sees(l, at(0), running());
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_TROUBLE,
			.trouble = DAEMON_ABSENT,
			.trouble_text = "no socket at /run/ts.sock and no `tailscale` command" },
		at(30));
	assert_fix(assert_verdict(take(l, at(31)), "tailscaled-missing"), "sudo systemctl start tailscaled");
}

static void a_forbidden_socket_is_denied_and_not_missing(void **state)
{
	const struct snapshot *s = with_trouble(DAEMON_DENIED, "/run/ts.sock: permission denied");

	(void)state;
	assert_fix(assert_says(s, "tailscaled-denied", LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN,
			   "permission denied"),
		"sudo tailscale set --operator=$USER");
	assert_no_verdict(s, "tailscaled-missing");
	assert_no_verdict(s, "status-stale");
}

/* An operator may change tailscaled, not open a socket that is closed to him. */
static void a_closed_socket_needs_root_and_no_operator(void **state)
{
	const struct snapshot *s = with_trouble(DAEMON_CLOSED, "/run/ts.sock: Permission denied");

	(void)state;
	assert_fix(assert_verdict(s, "tailscaled-denied"), "sudo systemctl restart tailscaled; it makes its "
		"socket anew");
	assert_null(strstr(find_verdict(s, "tailscaled-denied")->fix, "--operator"));
	assert_no_verdict(s, "status-stale");
	assert_int_equal(s->status, STATUS_UNKNOWN);
}

static void a_daemon_that_never_answered_is_down(void **state)
{
	const struct snapshot *s = with_trouble(DAEMON_SILENT, "no answer within 5 s");

	(void)state;
	assert_says(s, "status-stale", LAYER_DAEMON, SEVERITY_DOWN, STATE_SLOW,
		"has not answered yet: no answer within 5 s");
}

static void a_status_is_stale_after_three_periods_and_not_before(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), running());
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_TROUBLE,
			.trouble = DAEMON_SILENT,
			.trouble_text = "no answer within 5 s" },
		at(5));
	assert_no_verdict(take(l, at(6)), "status-stale");
	assert_says(take(l, at(7)), "status-stale", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW,
		"7 s ago: no answer within 5 s");
	sees(l, at(8), running());
	assert_no_verdict(take(l, at(9)), "status-stale");
}

static void a_stopped_tailscale_is_told_from_its_state(void **state)
{
	const struct snapshot *s = with_status(in_state(BACKEND_STOPPED, "Stopped"));

	(void)state;
	assert_fix(assert_says(s, "tailscale-stopped", LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, "stopped"),
		"sudo tailscale up");
	assert_int_equal(s->status, STATUS_UNKNOWN);
}

static void while_tailscale_is_stopped_nothing_is_known_of_the_tailnet(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	size_t events;

	(void)state;
	answers(l, at(1), "ollama-0.17.4/loaded-idle/api-ps");
	assert_state(take(l, at(1)), STATE_OK);
	sees(l, at(2), in_state(BACKEND_STOPPED, "Stopped"));
	assert_state(take(l, at(2)), STATE_UNKNOWN);
	assert_true(take(l, at(2))->endpoints[0].is_stale);
	events = take(l, at(2))->event_count;
	sees(l, at(3), running());
	answers(l, at(4), "ollama-0.17.4/loaded-idle/api-ps");
	assert_state(take(l, at(4)), STATE_OK);
	assert_int_equal(take(l, at(4))->event_count, events + 1); /* that it is at work again */
}

static void what_held_at_the_first_look_may_have_begun_before(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), running());
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NAMES, .names_resolve = false }, at(1));
	assert_true(assert_verdict(take(l, at(1)), "name-unresolved")->was_before);
	sees(l, at(60), running());
	assert_true(assert_verdict(take(l, at(60)), "name-unresolved")->was_before);
	sees(l, at(70), running());
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NAMES, .names_resolve = true }, at(70));
	assert_no_verdict(take(l, at(70)), "name-unresolved");
	sees(l, at(80), running());
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NAMES, .names_resolve = false }, at(80));
	assert_false(assert_verdict(take(l, at(80)), "name-unresolved")->was_before);
}

static void no_path_is_known_while_tailscale_is_stopped(void **state)
{
	struct obs_status *status = in_state(BACKEND_STOPPED, "Stopped");
	struct ledger *l = watching("https://gpu1.tail4c1d.ts.net");
	const struct snapshot *s = take(l, at(1));

	(void)state;
	assert_int_equal(peer_row(s, "gpu1")->path.kind, PATH_DIRECT);
	with_peer(status, GPU1_ID, "gpu1");
	sees(l, at(2), status);
	assert_int_equal(peer_row(take(l, at(2)), "gpu1")->path.kind, PATH_UNKNOWN);
}

static void a_login_is_asked_for_with_its_url(void **state)
{
	struct obs_status *status = in_state(BACKEND_NEEDS_LOGIN, "NeedsLogin");

	(void)state;
	status->auth_url = "https://login.tailscale.com/a/1a2b3c";
	assert_fix(assert_says(with_status(status), "needs-login", LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN,
			   "logged out"),
		"log in at https://login.tailscale.com/a/1a2b3c");
	assert_fix(assert_verdict(with_status(in_state(BACKEND_NEEDS_LOGIN, "NeedsLogin")), "needs-login"),
		"sudo tailscale up --force-reauth");
}

static void a_hostile_login_url_stays_as_it_is(void **state)
{
	struct obs_status *status = in_state(BACKEND_NEEDS_LOGIN, "NeedsLogin");

	(void)state;
	status->auth_url = "https://evil/%{detail}%{";
	assert_string_equal(
		find_verdict(with_status(status), "needs-login")->fix, "log in at https://evil/%{detail}%{");
}

static void an_unapproved_machine_waits_for_an_admin(void **state)
{
	const struct snapshot *s = with_status(in_state(BACKEND_NEEDS_MACHINE_AUTH, "NeedsMachineAuth"));

	(void)state;
	assert_fix(assert_says(s, "needs-approval", LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN, "approve"),
		"https://login.tailscale.com/admin/machines");
}

static void a_headscale_approves_its_machines_itself(void **state)
{
	static const char text[] = "{\"ControlURL\":\"https://headscale.example.net\"}";
	struct ledger *l = empty_ledger(NULL);
	struct fault fault;

	(void)state;
	sees(l, at(0), in_state(BACKEND_NEEDS_MACHINE_AUTH, "NeedsMachineAuth"));
	ledger_see(l,
		&(struct observation){
			.kind = OBSERVED_PREFS, .prefs = prefs_parse(text, strlen(text), &fault) },
		at(0));
	assert_string_equal(find_verdict(take(l, at(1)), "needs-approval")->fix,
		"approve it on the control server of this tailnet, https://headscale.example.net");
}

static void a_starting_daemon_is_not_stopped(void **state)
{
	const struct snapshot *s = with_status(in_state(BACKEND_STARTING, "Starting"));

	(void)state;
	assert_says(s, "tailscale-starting", LAYER_DAEMON, SEVERITY_DOWN, STATE_UNKNOWN, "Starting");
	assert_no_verdict(s, "tailscale-stopped");
}

static struct obs_status *cut_off(void)
{
	struct obs_status *status = running();

	status->self.is_online = false;
	return status;
}

static void control_is_lost_when_two_statuses_say_that_we_are_offline(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), cut_off());
	assert_no_verdict(take(l, at(1)), "control-lost");
	sees(l, at(2), cut_off());
	assert_says(
		take(l, at(3)), "control-lost", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW, "control plane");
	sees(l, at(4), running());
	assert_no_verdict(take(l, at(5)), "control-lost");
}

static void no_route_is_one_sentence_and_no_fault_of_the_servers(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	comes_to(l, at(0), OUTCOME_UNREACHABLE);
	s = take(l, at(1));
	assert_says(s, "no-route", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_UNKNOWN, "no route to the tailnet");
	assert_int_equal(s->verdict_count, 1);
	assert_state(s, STATE_UNKNOWN);
}

static void one_server_that_answers_proves_a_route(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	comes_to(l, at(0), OUTCOME_UNREACHABLE);
	watches(l, "llama-server", GPU1 ":8443");
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	assert_no_verdict(take(l, at(1)), "no-route");
}

static struct ledger *without_udp(struct obs_peer *(*path)(struct obs_peer *))
{
	struct ledger *l = watching(GPU1);
	struct obs_net net;

	net_init(&net);
	net.has_udp = TRI_NO;
	answers(l, at(1), "llama-server-0.5.0/ready-idle/health");
	for (int i = 2; i <= 4; i += 2) {
		struct obs_status *status = running();
		struct obs_peer *peer = with_peer(status, GPU1_ID, "gpu1");

		if (path)
			path(peer);
		sees(l, at(i), status);
	}
	is_pinged(l, GPU1_ID, 44, at(5));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &net }, at(5));
	return l;
}

static void udp_that_is_blocked_is_an_alarm_where_it_costs_a_server_its_path(void **state)
{
	(void)state;
	assert_fix(assert_says(take(without_udp(by_derp), at(6)), "udp-blocked", LAYER_PATH,
			   SEVERITY_DEGRADED, STATE_SLOW, "UDP is blocked on this machine's network (by "
				"netcheck)"),
		"3478");
}

static void udp_that_is_blocked_is_a_word_while_no_server_is_relayed(void **state)
{
	const struct verdict *verdict = assert_verdict(take(without_udp(idle), at(6)), "udp-blocked");

	(void)state;
	assert_int_equal(verdict->severity, SEVERITY_INFO);
	assert_int_equal(verdict->state, STATE_OK);
}

/* netcheck saw no answer of a STUN server, and yet packets come and go. */
static void udp_that_a_path_takes_is_not_blocked(void **state)
{
	(void)state;
	assert_no_verdict(take(without_udp(NULL), at(6)), "udp-blocked");
	assert_no_verdict(take(without_udp(by_peer_relay), at(6)), "udp-blocked");
}

static void udp_that_gets_out_is_not_blocked(void **state)
{
	struct ledger *l = without_udp(by_derp);
	struct obs_net net;

	(void)state;
	net_init(&net);
	net.has_udp = TRI_YES;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &net }, at(6));
	assert_no_verdict(take(l, at(7)), "udp-blocked");
}

static void names_that_do_not_resolve_are_told_once_tried(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), running());
	assert_no_verdict(take(l, at(1)), "name-unresolved");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NAMES, .names_resolve = false }, at(0));
	assert_fix(assert_says(take(l, at(1)), "name-unresolved", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW,
			   "MagicDNS"),
		"sudo tailscale set --accept-dns=true");
	ledger_see(l,
		&(struct observation){
			.kind = OBSERVED_NAMES, .names_resolve = true, .names_address = "198.51.100.54" },
		at(0));
	assert_fix(assert_says(take(l, at(1)), "name-unresolved", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW,
			   "its own name leads to 198.51.100.54, outside the tailnet"),
		"sudo tailscale set --accept-dns=true");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NAMES, .names_resolve = true }, at(0));
	assert_no_verdict(take(l, at(1)), "name-unresolved");
}

static void waking_up_is_said_for_a_quarter_of_a_minute(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), running());
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GAP }, at(1));
	sees(l, at(1), running());
	assert_says(take(l, at(2)), "resumed", LAYER_DAEMON, SEVERITY_INFO, STATE_UNKNOWN, "asked again");
	sees(l, at(15), running());
	assert_no_verdict(take(l, at(16)), "resumed");
}

static void a_daemon_without_an_interface_is_a_word_not_an_alarm(void **state)
{
	struct obs_status *status = running();

	(void)state;
	status->has_tun = false;
	assert_fix(assert_says(with_status(status), "userspace-networking", LAYER_DAEMON, SEVERITY_INFO,
			   STATE_OK, "userspace networking"),
		"--socks5-server=localhost:1055");
}

static void cannot_be_asked(struct ledger *l, struct when now, const char *url, int os_error)
{
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_ANSWER,
			.answer = &(struct obs_answer){ .url = url,
				.path = "/",
				.is_primary = true,
				.outcome = OUTCOME_NOT_TRIED,
				.os_error = os_error,
				.server = "" } },
		now);
}

/* It says nothing of the servers: the one that was well is well, the one that was never asked is unknown. */
static void what_this_program_lacks_is_its_own_trouble(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_status *status = running();
	const struct snapshot *s;

	(void)state;
	with_peer(status, "n2", "gpu1");
	sees(l, at(0), status);
	watches(l, NULL, "http://gpu1.tail4c1d.ts.net:1");
	watches(l, "llama-server", GPU1);
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	for (int t = 1; t < 4; t++) {
		cannot_be_asked(l, at(t), GPU1, EMFILE);
		cannot_be_asked(l, at(t), "http://gpu1.tail4c1d.ts.net:1", EMFILE);
	}
	s = take(l, at(4));
	assert_fix(assert_says(s, "own-limits", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_UNKNOWN, "cannot open any more files"),
		"ulimit -n");
	assert_int_equal(endpoint_row(s, GPU1)->state, STATE_OK);
	assert_int_equal(endpoint_row(s, "http://gpu1.tail4c1d.ts.net:1")->state, STATE_UNKNOWN);
	assert_int_equal(s->status, STATUS_DEGRADED);
	sees(l, at(30), running());
	assert_no_verdict(take(l, at(34)), "own-limits");
	sees(l, at(40), running());
	cannot_be_asked(l, at(40), GPU1, ENOBUFS);
	assert_says(take(l, at(41)), "own-limits", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_UNKNOWN,
		"buffer space");
}

static void peers_that_are_not_kept_are_counted(void **state)
{
	struct obs_status *status = running();
	const struct snapshot *s;

	(void)state;
	with_peer(status, "n2", "gpu1");
	status->left_out = 30000;
	s = with_status(status);
	assert_says(s, "peers-left-out", LAYER_DAEMON, SEVERITY_INFO, STATE_OK,
		"1 of 30001 peers are shown; the other 30000");
	assert_int_equal(s->left_out, 30000);
}

static void a_health_warning_is_passed_on(void **state)
{
	struct obs_status *status = running();
	static const char *const lines[] = { "DNS is broken", "clock is off", "tired", NULL };

	(void)state;
	status->health = lines;
	assert_says(with_status(status), "health-warning", LAYER_DAEMON, SEVERITY_INFO, STATE_OK,
		"DNS is broken (and 2 more)");
}

static const struct snapshot *with_health(const char *const *lines)
{
	struct obs_status *status = running();

	status->health = lines;
	return with_status(status);
}

static void the_weightiest_warning_comes_first_in_any_order(void **state)
{
	static const char *const one[] = { "An update from version 1.80 to 1.102 is available.",
		"Tailscale SSH enabled, but access controls don't allow anyone to access this device.",
		"System DNS config not ideal. /etc/resolv.conf overwritten.", NULL };
	const char *const other[] = { one[2], one[1], one[0], NULL };

	(void)state;
	assert_says(with_health(one), "health-warning", LAYER_DAEMON, SEVERITY_INFO, STATE_OK,
		"/etc/resolv.conf overwritten. (and 2 more)");
	assert_says(with_health(other), "health-warning", LAYER_DAEMON, SEVERITY_INFO, STATE_OK,
		"/etc/resolv.conf overwritten. (and 2 more)");
}

static void a_warning_without_a_network_map_is_a_lost_control_plane(void **state)
{
	static const char *const texts[] = {
		"Tailscale hasn't received a network map from the coordination server in 31m7s.",
		"Unable to connect to the Tailscale coordination server to synchronize the state of your tailnet.",
		"not in map poll",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *const lines[] = { texts[i], NULL };
		const struct snapshot *s = with_health(lines);

		assert_says(s, "control-lost", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW, texts[i]);
		assert_no_verdict(s, "health-warning");
	}
}

static void a_lock_is_told_by_the_warning_or_by_its_status(void **state)
{
	static const char *const lines[] = { "this node is locked out; it will not have connectivity until "
					     "it is signed.",
		NULL };
	struct arena *arena = arena_new();
	struct obs_lock *lock = arena_alloc(arena, sizeof(*lock));
	struct ledger *l;

	(void)state;
	assert_fix(assert_says(with_health(lines), "tailnet-lock", LAYER_DAEMON, SEVERITY_DOWN, STATE_DOWN,
			   "no peer accepts its packets until its node key is signed"),
		"sign it on a signing node");
	l = empty_ledger(NULL);
	*lock = (struct obs_lock){
		.arena = arena, .is_enabled = TRI_YES, .is_signed = TRI_NO, .node_key = "nodekey:01"
	};
	sees(l, at(0), running());
	ledger_see(l, &(struct observation){ .kind = OBSERVED_LOCK, .lock = lock }, at(0));
	assert_fix(assert_verdict(take(l, at(1)), "tailnet-lock"), "tailscale lock sign nodekey:01");
	lock->is_signed = TRI_YES;
	assert_no_verdict(take(l, at(2)), "tailnet-lock");
	lock->is_signed = TRI_NO;
	lock->is_enabled = TRI_NO;
	assert_no_verdict(take(l, at(3)), "tailnet-lock");
}

static void an_exit_node_that_is_away_is_told(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct obs_status *status = running();

		offline(with_peer(status, "n7", "exit"));
		status->exit_node = "n7";
		status->exit_node_online = TRI_NO;
		sees(l, at(2 * i), status);
	}
	assert_fix(assert_says(take(l, at(3)), "exit-node-offline", LAYER_DAEMON, SEVERITY_DEGRADED,
			   STATE_SLOW, "exit node exit is offline"),
		"sudo tailscale set --exit-node=");
	sees(l, at(4), running());
	assert_no_verdict(take(l, at(5)), "exit-node-offline");
}

static const char *fix_of_names(const char *prefs_text, const char *health)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_status *status = running();
	struct fault fault;

	status->health = list_of(status, health);
	sees(l, at(0), status);
	if (prefs_text)
		ledger_see(l,
			&(struct observation){ .kind = OBSERVED_PREFS,
				.prefs = prefs_parse(prefs_text, strlen(prefs_text), &fault) },
			at(0));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NAMES, .names_resolve = false }, at(0));
	return find_verdict(take(l, at(1)), "name-unresolved")->fix;
}

static void the_fix_for_names_knows_whether_they_are_accepted(void **state)
{
	static const char health[] = "System DNS config not ideal. /etc/resolv.conf overwritten.";

	(void)state;
	assert_string_equal(
		fix_of_names("{\"CorpDNS\":false}", health), "sudo tailscale set --accept-dns=true");
	assert_non_null(strstr(fix_of_names("{\"CorpDNS\":true}", ""), "/etc/resolv.conf"));
	assert_non_null(strstr(fix_of_names(NULL, health), "/etc/resolv.conf"));
	assert_string_equal(fix_of_names(NULL, ""), "sudo tailscale set --accept-dns=true");
}

static void what_explains_the_daemon_silences_the_rest(void **state)
{
	struct obs_status *status = in_state(BACKEND_STOPPED, "Stopped");

	(void)state;
	status->has_tun = false;
	status->health = list_of(status, "Tailscale is stopped.");
	assert_int_equal(with_status(status)->verdict_count, 1);
}

static void every_code_of_the_daemon_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(daemon_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_running_daemon_raises_nothing),
		SAYS(nothing_is_said_before_anything_was_tried),
		SAYS(no_socket_is_a_missing_daemon),
		SAYS(without_the_command_tailscale_is_not_installed),
		SAYS(one_that_answered_before_is_installed_and_has_to_be_started),
		SAYS(a_forbidden_socket_is_denied_and_not_missing),
		SAYS(a_closed_socket_needs_root_and_no_operator),
		SAYS(a_daemon_that_never_answered_is_down),
		SAYS(a_status_is_stale_after_three_periods_and_not_before),
		SAYS(a_stopped_tailscale_is_told_from_its_state),
		SAYS(what_held_at_the_first_look_may_have_begun_before),
		SAYS(while_tailscale_is_stopped_nothing_is_known_of_the_tailnet),
		SAYS(no_path_is_known_while_tailscale_is_stopped),
		SAYS(a_login_is_asked_for_with_its_url),
		SAYS(a_hostile_login_url_stays_as_it_is),
		SAYS(an_unapproved_machine_waits_for_an_admin),
		SAYS(a_headscale_approves_its_machines_itself),
		SAYS(a_starting_daemon_is_not_stopped),
		SAYS(control_is_lost_when_two_statuses_say_that_we_are_offline),
		SAYS(no_route_is_one_sentence_and_no_fault_of_the_servers),
		SAYS(one_server_that_answers_proves_a_route),
		SAYS(udp_that_is_blocked_is_an_alarm_where_it_costs_a_server_its_path),
		SAYS(udp_that_is_blocked_is_a_word_while_no_server_is_relayed),
		SAYS(udp_that_a_path_takes_is_not_blocked),
		SAYS(udp_that_gets_out_is_not_blocked),
		SAYS(names_that_do_not_resolve_are_told_once_tried),
		SAYS(waking_up_is_said_for_a_quarter_of_a_minute),
		SAYS(a_daemon_without_an_interface_is_a_word_not_an_alarm),
		SAYS(what_this_program_lacks_is_its_own_trouble),
		SAYS(peers_that_are_not_kept_are_counted),
		SAYS(a_health_warning_is_passed_on),
		SAYS(what_explains_the_daemon_silences_the_rest),
		SAYS(the_weightiest_warning_comes_first_in_any_order),
		SAYS(a_warning_without_a_network_map_is_a_lost_control_plane),
		SAYS(a_lock_is_told_by_the_warning_or_by_its_status),
		SAYS(an_exit_node_that_is_away_is_told),
		SAYS(the_fix_for_names_knows_whether_they_are_accepted),
		SAYS(every_code_of_the_daemon_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
