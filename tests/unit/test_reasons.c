/* Why a path is relayed: each row of the table, and which one is said where several hold. Who is asked for
 * it. */
#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define SELF_ID "n1"

static struct obs_status *fleet(bool is_relayed)
{
	struct obs_status *status = running();
	struct obs_peer *peer = with_peer(status, GPU1_ID, "gpu1");

	if (is_relayed)
		by_derp(peer);
	return status;
}

/* gpu1 serves, and what it says comes by DERP from the second 2 on. */
static struct ledger *relayed(void)
{
	struct ledger *l = watching(GPU1);

	answers(l, at(1), "llama-server-0.5.0/ready-idle/health");
	sees(l, at(2), fleet(true));
	sees(l, at(4), fleet(true));
	is_pinged(l, GPU1_ID, 44.5, at(5));
	return l;
}

/* The same, and no path to it was ever direct. */
static struct ledger *always_relayed(void)
{
	struct ledger *l = empty_ledger(NULL);

	sees(l, at(0), fleet(true));
	sees(l, at(2), fleet(true));
	watches(l, NULL, GPU1);
	answers(l, at(3), "llama-server-0.5.0/ready-idle/health");
	is_pinged(l, GPU1_ID, 44.5, at(5));
	return l;
}

static struct obs_net nothing(void)
{
	struct obs_net net;

	net_init(&net);
	return net;
}

static struct obs_net udp(enum tri has_udp)
{
	struct obs_net net = nothing();

	net.has_udp = has_udp;
	return net;
}

static struct obs_net nat(enum tri is_hard, enum tri maps_ports)
{
	struct obs_net net = udp(TRI_YES);

	net.has_ipv6 = TRI_NO;
	net.is_hard_nat = is_hard;
	net.maps_ports = maps_ports;
	return net;
}

static struct obs_net with_candidates(double count)
{
	struct obs_net net = nothing();

	net.candidates = count;
	return net;
}

static void tells(struct ledger *l, const char *id, struct obs_net net)
{
	struct obs_node node = { .peer_id = id, .net = net };

	ledger_see(l, &(struct observation){ .kind = OBSERVED_NODE, .node = &node }, at(5));
}

static void assert_reason(struct ledger *l, const char *code, const char *words, const char *fix)
{
	const struct snapshot *s = take(l, at(6));
	const struct verdict *verdict =
		assert_says(s, "relayed", LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW, words);

	assert_fix(verdict, fix);
	assert_string_equal(peer_row(s, "gpu1")->path.reason, code);
	assert_non_null(strstr(verdict->text, peer_row(s, "gpu1")->path.reason_text));
}

static void without_evidence_nothing_says_why(void **state)
{
	(void)state;
	assert_reason(
		relayed(), "", "through DERP fra (44 ms slower than its direct path): no direct path, for "
			"no known reason", "tailscale netcheck");
}

static void udp_that_is_blocked_here_comes_first(void **state)
{
	struct ledger *l = relayed();
	struct obs_net here = udp(TRI_NO);

	(void)state;
	tells(l, GPU1_ID, udp(TRI_NO));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &here }, at(5));
	assert_reason(l, "udp-blocked-here", "through DERP fra (44 ms slower than its direct path): UDP is "
		"blocked on this machine's network", "in this machine's network");
}

static void a_login_page_is_mended_by_a_login(void **state)
{
	struct ledger *l = relayed();
	struct obs_net here = udp(TRI_NO);

	(void)state;
	here.is_captive = TRI_YES;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &here }, at(5));
	assert_reason(l, "captive-portal-here", "the login page of this network is in the way", "log in");
}

/* To a machine of the same network, say: then what is known is that STUN got no answer. */
static void a_path_by_udp_makes_it_likely_at_most(void **state)
{
	struct ledger *l = relayed();
	struct obs_net here = udp(TRI_NO);

	(void)state;
	for (int t = 4; t < 6; t++) {
		struct obs_status *status = fleet(true);

		with_peer(status, "n3", "gpu2");
		sees(l, at(t), status);
	}
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &here }, at(5));
	assert_reason(l, "udp-blocked-here", "UDP is probably blocked on this machine's network", "3478");
	assert_no_verdict(take(l, at(6)), "udp-blocked");
}

static void what_tailscaled_told_of_here_counts_where_netcheck_did_not_look(void **state)
{
	struct ledger *l = relayed();
	struct obs_net here = udp(TRI_YES);

	(void)state;
	tells(l, SELF_ID, udp(TRI_NO));
	assert_reason(l, "udp-blocked-here", "UDP is blocked on this machine's network", "3478");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &here }, at(5));
	assert_reason(l, "", "for no known reason", "netcheck");
}

static void udp_that_is_blocked_there_is_mended_there(void **state)
{
	struct ledger *l = relayed();

	(void)state;
	tells(l, SELF_ID, nat(TRI_YES, TRI_NO));
	tells(l, GPU1_ID, udp(TRI_NO));
	assert_reason(l, "udp-blocked-there", "UDP is blocked on its network", "in the network of gpu1");
}

static void two_hard_nats_are_a_proof_and_one_is_a_sign(void **state)
{
	struct ledger *l = relayed();
	struct obs_net there = nat(TRI_YES, TRI_NO);

	(void)state;
	tells(l, SELF_ID, nat(TRI_YES, TRI_NO));
	assert_reason(l, "hard-nat-here", "probably because this machine is behind hard NAT",
		"to this machine");
	tells(l, GPU1_ID, nat(TRI_YES, TRI_UNKNOWN)); /* its router may map a port */
	assert_reason(l, "hard-nat-here", "probably because this machine is behind hard NAT",
		"to this machine");
	tells(l, GPU1_ID, there);
	assert_reason(l, "hard-nat-both", "both sides are behind hard NAT", "relay-server-port");
	there.has_ipv6 = TRI_YES;
	tells(l, GPU1_ID, there);
	assert_reason(l, "hard-nat-both", "both sides are behind hard NAT",
		"relay-server-port"); /* we have none */
	tells(l, SELF_ID, nat(TRI_NO, TRI_NO));
	assert_reason(l, "hard-nat-there", "probably because it is behind hard NAT", "router of gpu1");
}

static void ipv6_at_both_ends_needs_no_nat_to_be_guessed(void **state)
{
	struct ledger *l = relayed();
	struct obs_net net = nat(TRI_YES, TRI_NO);

	(void)state;
	net.has_ipv6 = TRI_YES;
	tells(l, SELF_ID, net);
	tells(l, GPU1_ID, net);
	assert_reason(l, "hard-nat-here", "probably because this machine is behind hard NAT",
		"to this machine");
}

static void a_nat_that_maps_ports_is_no_reason(void **state)
{
	struct ledger *l = relayed();

	(void)state;
	tells(l, SELF_ID, nat(TRI_YES, TRI_YES));
	tells(l, GPU1_ID, nat(TRI_YES, TRI_YES));
	assert_reason(l, "", "for no known reason", "netcheck");
}

static void a_peer_without_addresses_likely_has_no_udp(void **state)
{
	struct ledger *l = relayed();
	struct obs_net net = with_candidates(0);

	(void)state;
	tells(l, GPU1_ID, with_candidates(0));
	assert_reason(
		l, "no-addresses", "it has no address for UDP, which is probably blocked on its network",
		"on gpu1");
	net.has_udp = TRI_YES;
	tells(l, GPU1_ID, net);
	assert_reason(l, "", "for no known reason", "netcheck");
}

static void addresses_that_do_not_answer_are_counted(void **state)
{
	struct ledger *l = relayed();

	(void)state;
	tells(l, GPU1_ID, with_candidates(1));
	assert_reason(l, "no-answer",
		"its one address does not answer any more: probably a firewall at either end", "41641");
	tells(l, GPU1_ID, with_candidates(3));
	assert_reason(l, "no-answer", "none of its 3 addresses answers any more", "41641");
	l = always_relayed();
	tells(l, GPU1_ID, with_candidates(3));
	assert_reason(l, "no-answer", "none of its 3 addresses answers so far", "41641");
}

static void a_direct_path_has_no_reason(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	tells(l, GPU1_ID, udp(TRI_NO));
	s = take(l, at(6));
	assert_string_equal(peer_row(s, "gpu1")->path.reason, "");
	assert_string_equal(peer_row(s, "gpu1")->path.reason_text, "");
	assert_int_equal(peer_row(s, "gpu1")->net.has_udp, TRI_NO);
}

/* ---- whom to ask for ---- */

static void assert_next(struct ledger *l, double seconds, const char *id)
{
	const struct obs_peer *peer = network_start_whois(l, at(seconds));

	assert_string_equal(peer ? peer->id : "nobody", id);
}

static void both_ends_of_a_relayed_path_are_asked_for_once_a_minute(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	assert_next(l, 1, "nobody");
	sees(l, at(2), fleet(true));
	assert_next(l, 3, SELF_ID);
	assert_next(l, 3, GPU1_ID);
	assert_next(l, 3, "nobody");
	assert_next(l, 62, "nobody");
	assert_next(l, 64, SELF_ID);
	assert_next(l, 64, GPU1_ID);
	sees(l, at(70), fleet(false));
	sees(l, at(72), fleet(false));
	assert_next(l, 140, "nobody");
}

static void who_is_wanted_is_asked_for_whatever_its_path_is(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	network_want(l, GPU1_ID, at(1));
	assert_next(l, 1, SELF_ID);
	assert_next(l, 1, GPU1_ID);
	network_want(l, GPU1_ID, at(30));
	assert_next(l, 30, "nobody");
	network_want(l, "", at(70));
	assert_next(l, 70, SELF_ID);
	assert_next(l, 70, "nobody");
	network_want(l, "gone", at(80));
	assert_next(l, 80, "nobody");
}

static void what_was_told_long_ago_is_no_reason(void **state)
{
	struct ledger *l = relayed();
	const struct snapshot *s;

	(void)state;
	tells(l, SELF_ID, udp(TRI_NO));
	tells(l, GPU1_ID, udp(TRI_NO));
	sees(l, at(190), fleet(true));
	is_pinged(l, GPU1_ID, 44.5, at(190));
	s = take(l, at(191));
	assert_verdict(s, "relayed");
	assert_string_equal(peer_row(s, "gpu1")->path.reason, "");
	assert_no_verdict(s, "udp-blocked");
	assert_int_equal(peer_row(s, "gpu1")->net.has_udp, TRI_NO);
}

static void netcheck_is_wanted_while_a_server_is_relayed_or_udp_seems_blocked(void **state)
{
	struct ledger *l = relayed();

	(void)state;
	take(l, at(6));
	assert_true(network_wants_netcheck(l, at(6)));
	sees(l, at(8), fleet(false));
	sees(l, at(10), fleet(false));
	assert_false(network_wants_netcheck(l, at(11)));
	tells(l, SELF_ID, udp(TRI_NO));
	assert_true(network_wants_netcheck(l, at(11)));
}

static void a_relayed_peer_without_servers_is_worth_no_netcheck(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(true));
	sees(l, at(2), fleet(true));
	is_pinged(l, GPU1_ID, 44, at(3));
	assert_verdict(take(l, at(3)), "relayed");
	assert_false(network_wants_netcheck(l, at(3)));
}

static void what_was_told_of_our_network_ends_with_it(void **state)
{
	struct ledger *l = relayed();
	struct obs_net here = udp(TRI_NO);

	(void)state;
	tells(l, SELF_ID, udp(TRI_NO));
	assert_true(network_start_netcheck(l, at(5)));
	assert_false(network_start_netcheck(l, at(6)));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NETCHECK, .netcheck = &here }, at(6));
	assert_int_equal(take(l, at(6))->daemon.net.has_udp, TRI_NO);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GAP }, at(7));
	assert_int_equal(take(l, at(8))->daemon.net.has_udp, TRI_UNKNOWN);
	assert_true(take(l, at(8))->daemon.net.at == 0);
	assert_no_verdict(take(l, at(8)), "udp-blocked");
	assert_true(network_start_netcheck(l, at(8)));
	assert_next(l, 9, SELF_ID);
}

static void netcheck_is_ten_minutes_apart(void **state)
{
	struct ledger *l = relayed();

	(void)state;
	assert_true(network_start_netcheck(l, at(10)));
	assert_false(network_start_netcheck(l, at(609)));
	assert_true(network_start_netcheck(l, at(610)));
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(without_evidence_nothing_says_why),
		SAYS(udp_that_is_blocked_here_comes_first),
		SAYS(a_login_page_is_mended_by_a_login),
		SAYS(a_path_by_udp_makes_it_likely_at_most),
		SAYS(what_tailscaled_told_of_here_counts_where_netcheck_did_not_look),
		SAYS(udp_that_is_blocked_there_is_mended_there),
		SAYS(two_hard_nats_are_a_proof_and_one_is_a_sign),
		SAYS(ipv6_at_both_ends_needs_no_nat_to_be_guessed),
		SAYS(a_nat_that_maps_ports_is_no_reason),
		SAYS(a_peer_without_addresses_likely_has_no_udp),
		SAYS(addresses_that_do_not_answer_are_counted),
		SAYS(a_direct_path_has_no_reason),
		SAYS(both_ends_of_a_relayed_path_are_asked_for_once_a_minute),
		SAYS(who_is_wanted_is_asked_for_whatever_its_path_is),
		SAYS(what_was_told_long_ago_is_no_reason),
		SAYS(netcheck_is_wanted_while_a_server_is_relayed_or_udp_seems_blocked),
		SAYS(a_relayed_peer_without_servers_is_worth_no_netcheck),
		SAYS(what_was_told_of_our_network_ends_with_it),
		SAYS(netcheck_is_ten_minutes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
