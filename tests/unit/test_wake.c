/* Who can wake a machine that sleeps: by the networks that nodes are in, by whose they are, and by what is known. */
#include "tests/unit/ledger_help.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define GPU2_ID "n9"
#define SELF_ID "n1"
#define MAC "3c:7c:3f:1e:88:a0"

/* What is special about the tailnet of a test: gpu1 sleeps, gpu2 is there. */
static struct {
	bool has_no_tun, is_tagged_here, is_tagged_there, is_anothers, is_away_too, has_no_peerapi,
		has_no_mac;
} odd;

static struct obs_status *fleet(void)
{
	static const char *const tags[] = { "tag:gpu", NULL };
	struct obs_status *status = running();
	struct obs_peer *gpu1 = offline(with_peer(status, GPU1_ID, "gpu1")), *gpu2;

	gpu1->mac = odd.has_no_mac ? "" : MAC;
	gpu2 = with_peer(status, GPU2_ID, "gpu2");
	status->has_tun = !odd.has_no_tun;
	status->self.peerapi_port = odd.has_no_peerapi ? 0 : 41001;
	gpu2->peerapi_port = odd.has_no_peerapi ? 0 : 41002;
	gpu2->user_id = odd.is_anothers ? 2 : 1;
	if (odd.is_away_too)
		offline(gpu2);
	if (odd.is_tagged_here)
		status->self.tags = tags;
	if (odd.is_tagged_there)
		gpu2->tags = tags;
	return status;
}

/* Its addresses, up to NULL. */
static void is_at(struct ledger *l, const char *id, ...)
{
	struct obs_node node = { .peer_id = id };
	va_list list;

	net_init(&node.net);
	va_start(list, id);
	for (const char *address = va_arg(list, const char *); address; address = va_arg(list, const char *))
		node.ipv4[node.ipv4_count++] = ntohl(inet_addr(address));
	va_end(list);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_NODE, .node = &node }, at(5));
}

/* gpu1 has been offline for two statuses. */
static struct ledger *asleep(void)
{
	struct ledger *l = watching(GPU1);

	sees(l, at(2), fleet());
	sees(l, at(4), fleet());
	return l;
}

static const struct verdict *verdict_of(struct ledger *l)
{
	return assert_verdict(take(l, at(6)), "host-offline");
}

static void assert_woken_by(struct ledger *l, const char *address, const char *who)
{
	char run[128];
	const struct verdict *verdict = verdict_of(l);

	snprintf(run, sizeof(run), "curl -fsS -d mac=" MAC " http://%s/v0/wol", address);
	assert_string_equal(verdict->run, run);
	assert_string_equal(verdict->run_on, "");
	assert_non_null(strstr(verdict->hint, who));
	assert_non_null(strstr(verdict->hint, "seems to be on the same network"));
}

static void assert_woken_by_hand(struct ledger *l)
{
	assert_string_equal(verdict_of(l)->run, "");
	assert_fix(verdict_of(l), "wake gpu1, or start Tailscale on it");
}

static int reset(void **state)
{
	(void)state;
	memset(&odd, 0, sizeof(odd));
	return 0;
}

static void a_node_at_the_same_public_address_can(void **state)
{
	struct ledger *l = asleep();

	(void)state;
	is_at(l, GPU1_ID, "203.0.113.7", "192.168.1.20", NULL);
	assert_woken_by_hand(l);
	is_at(l, SELF_ID, "198.51.100.9", "192.168.1.5", NULL); /* another home with the same numbers */
	assert_woken_by_hand(l);
	is_at(l, GPU2_ID, "192.168.1.30", "203.0.113.7", NULL);
	assert_woken_by(l, "100.64.0.3:41002", "it asks gpu2,");
}

static void without_public_addresses_the_private_ones_count(void **state)
{
	struct ledger *l = asleep();

	(void)state;
	is_at(l, GPU1_ID, "192.168.1.20", "100.64.0.2", "169.254.3.4", NULL);
	is_at(l, GPU2_ID, "192.168.2.30", "100.64.0.3", "169.254.3.5", NULL);
	assert_woken_by_hand(l);
	is_at(l, GPU2_ID, "10.0.0.1", "192.168.1.30", NULL);
	assert_woken_by(l, "100.64.0.3:41002", "it asks gpu2,");
}

static void the_same_private_address_is_a_bridge_on_each(void **state)
{
	struct ledger *l = asleep();

	(void)state;
	is_at(l, GPU1_ID, "192.168.1.20", "172.17.0.1", NULL);
	is_at(l, GPU2_ID, "192.168.2.30", "172.17.0.1", NULL);
	assert_woken_by_hand(l);
	is_at(l, GPU2_ID, "172.17.0.1", "192.168.1.30", NULL);
	assert_woken_by(l, "100.64.0.3:41002", "it asks gpu2,");
}

static void this_node_comes_first(void **state)
{
	struct ledger *l = asleep();

	(void)state;
	is_at(l, GPU1_ID, "203.0.113.7", NULL);
	is_at(l, GPU2_ID, "203.0.113.7", NULL);
	is_at(l, SELF_ID, "203.0.113.7", NULL);
	assert_woken_by(l, "100.64.0.1:41001", "this machine,");
}

static void everybody_is_at_home(struct ledger *l)
{
	is_at(l, GPU1_ID, "203.0.113.7", NULL);
	is_at(l, GPU2_ID, "203.0.113.7", NULL);
}

/* tailscaled there refuses whoever is not the same user, and tagged nodes are nobody's. */
static void only_a_node_of_this_user_that_is_there_can(void **state)
{
	bool *const reasons[] = { &odd.has_no_tun, &odd.is_tagged_here, &odd.is_tagged_there,
		&odd.is_anothers, &odd.is_away_too, &odd.has_no_peerapi, &odd.has_no_mac };

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		struct ledger *l;

		reset(state);
		*reasons[i] = true;
		l = asleep();
		everybody_is_at_home(l);
		assert_woken_by_hand(l);
	}
}

/* Where everybody is, is asked of this machine's tailscaled: once, and only for a machine that can be woken. */
static void networks_are_asked_for_only_to_wake(void **state)
{
	static const char *const wanted[] = { SELF_ID, GPU1_ID, GPU2_ID };
	struct ledger *l = asleep();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		const struct obs_peer *peer = network_start_whois(l, at(6));

		assert_non_null(peer);
		assert_string_equal(peer->id, wanted[i]);
		is_at(l, peer->id, "203.0.113.7", NULL);
	}
	assert_null(network_start_whois(l, at(7)));
	assert_null(network_start_whois(l, at(120)));
	assert_non_null(network_start_whois(l, at(700)));
	odd.has_no_mac = true;
	assert_null(network_start_whois(asleep(), at(6)));
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_node_at_the_same_public_address_can),
		TEST(without_public_addresses_the_private_ones_count),
		TEST(the_same_private_address_is_a_bridge_on_each),
		TEST(this_node_comes_first),
		TEST(only_a_node_of_this_user_that_is_there_can),
		TEST(networks_are_asked_for_only_to_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
