/* What tailscaled says of this node's preferences and of tailnet lock. */
#include "probes/base/cidr.h"
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/tailscaled/lock.h"
#include "probes/tailscaled/prefs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct obs_prefs *prefs_of(const char *text)
{
	struct fault fault = { "" };
	struct obs_prefs *prefs = prefs_parse(text, strlen(text), &fault);

	assert_true(!prefs == !!*fault.text);
	return prefs;
}

static struct obs_lock *lock_of(const char *text)
{
	struct fault fault = { "" };
	struct obs_lock *lock = lock_parse(text, strlen(text), &fault);

	assert_true(!lock == !!*fault.text);
	return lock;
}

static void preferences_are_read(void **state)
{
	struct obs_prefs *prefs =
		prefs_of("{\"ControlURL\":\"https://headscale.example.net\",\"RouteAll\":false,"
			 "\"ExitNodeID\":\"n0002CNTRL\",\"CorpDNS\":true}");

	(void)state;
	assert_int_equal(prefs->accepts_routes, TRI_NO);
	assert_int_equal(prefs->accepts_dns, TRI_YES);
	assert_string_equal(prefs->exit_node, "n0002CNTRL");
	assert_string_equal(prefs->control_url, "https://headscale.example.net");
	arena_free(prefs->arena);
}

static void what_preferences_do_not_say_is_unknown(void **state)
{
	struct obs_prefs *prefs = prefs_of("{\"RouteAll\":null,\"CorpDNS\":\"yes\",\"ExitNodeID\":7}");

	(void)state;
	assert_int_equal(prefs->accepts_routes, TRI_UNKNOWN);
	assert_int_equal(prefs->accepts_dns, TRI_UNKNOWN);
	assert_string_equal(prefs->exit_node, "");
	arena_free(prefs->arena);
	assert_null(prefs_of("[]"));
	assert_null(prefs_of("The Tailscale GUI failed to start"));
}

static void an_unsigned_node_and_hidden_peers_are_read(void **state)
{
	struct obs_lock *lock = lock_of(
		"{\"Enabled\":true,\"Head\":[7,7],\"NodeKey\":\"nodekey:01\",\"NodeKeySigned\":false,"
		"\"FilteredPeers\":[null,{\"Name\":\"gpu1.tail4c1d.ts.net.\",\"ID\":2,"
		"\"TailscaleIPs\":[\"100.64.0.2\",\"fd7a:115c:a1e0::2\"],\"NodeKey\":\"nodekey:02\"}]}");

	(void)state;
	assert_int_equal(lock->is_enabled, TRI_YES);
	assert_int_equal(lock->is_signed, TRI_NO);
	assert_string_equal(lock->node_key, "nodekey:01");
	assert_int_equal(lock->unsigned_count, 1);
	assert_string_equal(lock->unsigned_peers[0].fqdn, "gpu1.tail4c1d.ts.net");
	assert_string_equal(lock->unsigned_peers[0].addresses[1], "fd7a:115c:a1e0::2");
	assert_string_equal(lock->unsigned_peers[0].node_key, "nodekey:02");
	assert_false(lock->is_signing);
	arena_free(lock->arena);
}

static void a_node_whose_key_is_trusted_may_sign(void **state)
{
	static const struct {
		const char *text;
		bool is_signing;
	} rows[] = {
		{
			"{\"Enabled\":true,\"PublicKey\":\"nlpub:1\",\"TrustedKeys\":[{\"Key\":\"nlpub:2\"},{\"Key\":\"nlpub:1\"}]}",
			true },
		{
			"{\"Enabled\":true,\"PublicKey\":\"nlpub:1\",\"TrustedKeys\":[{\"Key\":\"nlpub:2\"},null,7]}", false },
		{ "{\"Enabled\":true,\"PublicKey\":\"\",\"TrustedKeys\":[{\"Key\":\"\"}]}", false },
		{ "{\"Enabled\":true,\"TrustedKeys\":null}", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obs_lock *lock = lock_of(rows[i].text);

		assert_int_equal(lock->is_signing, rows[i].is_signing);
		arena_free(lock->arena);
	}
}

static void a_tailnet_without_lock_has_none(void **state)
{
	struct obs_lock *lock = lock_of("{\"Enabled\":false,\"FilteredPeers\":null}");

	(void)state;
	assert_int_equal(lock->is_enabled, TRI_NO);
	assert_int_equal(lock->is_signed, TRI_UNKNOWN);
	assert_int_equal(lock->unsigned_count, 0);
	arena_free(lock->arena);
	assert_null(lock_of("{}"));
	assert_null(lock_of("null"));
}

static void an_address_is_in_a_range_or_not(void **state)
{
	(void)state;
	assert_true(cidr_holds("192.168.1.0/24", "192.168.1.50"));
	assert_false(cidr_holds("192.168.1.0/24", "192.168.2.50"));
	assert_true(cidr_holds("10.0.0.0/9", "10.127.0.1"));
	assert_false(cidr_holds("10.0.0.0/9", "10.128.0.1"));
	assert_true(cidr_holds("fd7a:115c:a1e0:b1a:0:7:c0a8:100/120", "fd7a:115c:a1e0:b1a:0:7:c0a8:132"));
	assert_false(cidr_holds("192.168.1.0/24", "fd7a::1"));
	assert_false(cidr_holds("192.168.1.0/33", "192.168.1.1"));
	assert_false(cidr_holds("0.0.0.0/0", "192.168.1.1"));
	assert_false(cidr_holds("::/0", "fd7a::1"));
	assert_false(cidr_holds("192.168.1.0", "192.168.1.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preferences_are_read),
		cmocka_unit_test(what_preferences_do_not_say_is_unknown),
		cmocka_unit_test(an_unsigned_node_and_hidden_peers_are_read),
		cmocka_unit_test(a_node_whose_key_is_trusted_may_sign),
		cmocka_unit_test(a_tailnet_without_lock_has_none),
		cmocka_unit_test(an_address_is_in_a_range_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
