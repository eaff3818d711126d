/* Statuses of a real tailscaled, read whole, in pieces, broken and hostile. */
#include "probes/tailscaled/status.h"
#include "probes/tailscaled/status_before.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "tests/unit/recording.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct obs_status *parse_after(
	const struct status_before *before, const char *bytes, size_t length, size_t piece)
{
	struct status_parser *parser = status_parser_new(before);
	struct obs_status *status = NULL;
	struct fault fault = { "" };
	int result = 0;

	for (size_t at = 0; at < length && result == 0; at += piece)
		result = status_parser_feed(
			parser, bytes + at, length - at < piece ? length - at : piece, &fault);
	status = status_parser_end(parser, &fault);
	assert_true(!status == !!*fault.text);
	assert_true(result == 0 || !status);
	status_parser_free(parser);
	return status;
}

static struct obs_status *parse_in_pieces(const char *bytes, size_t length, size_t piece)
{
	return parse_after(NULL, bytes, length, piece);
}

static struct obs_status *parse(const char *text)
{
	return parse_in_pieces(text, strlen(text), 4096);
}

static struct obs_status *recorded(const char *name)
{
	char path[128];
	size_t length;
	struct obs_status *status;
	char *bytes;

	snprintf(path, sizeof(path), "tests/recordings/tailscale/%s.json", name);
	bytes = recording_read(path, &length);
	status = parse_in_pieces(bytes, length, 1000);
	free(bytes);
	assert_non_null(status);
	return status;
}

static const struct obs_peer *peer_named(const struct obs_status *status, const char *name)
{
	for (size_t i = 0; i < status->peer_count; i++)
		if (strcmp(status->peers[i].host_name, name) == 0)
			return &status->peers[i];
	fail_msg("no peer %s", name);
	return NULL;
}

static void the_tailnet_and_this_node_are_told_by_the_root(void **state)
{
	struct obs_status *status = recorded("status-paths");

	(void)state;
	assert_int_equal(status->backend, BACKEND_RUNNING);
	assert_string_equal(status->backend_word, "Running");
	assert_string_equal(status->version, "1.102.5-ERR-BuildInfo");
	assert_string_equal(status->tailnet, "fake-control.example.net");
	assert_string_equal(status->magicdns_suffix, "tail4c1d.ts.net");
	assert_string_equal(status->auth_url, "");
	assert_true(status->has_tun && status->has_magicdns && status->has_self);
	assert_null(status->health[0]);
	assert_string_equal(status->own_addresses[0], "10.99.0.10:41641");
	assert_null(status->own_addresses[1]);
	assert_string_equal(status->self.fqdn, "admin.tail4c1d.ts.net");
	assert_string_equal(status->self.home_derp, "fra");
	assert_string_equal(status->self.user, "user-123@fake-control.example.net");
	assert_true(status->self.is_online);
	assert_int_equal(status->peer_count, 5);
	obs_status_free(status);
}

static void each_path_kind_shows_in_its_own_fields(void **state)
{
	struct obs_status *status = recorded("status-paths");
	const struct obs_peer *direct = peer_named(status, "gpu1"), *derp = peer_named(status, "gpu2");
	const struct obs_peer *relayed = peer_named(status, "gpu3"), *idle = peer_named(status, "relay1");

	(void)state;
	assert_string_equal(direct->current_address, "10.99.0.11:41641");
	assert_int_equal(direct->peerapi_port, 46590);
	assert_int_equal(status->self.peerapi_port, 58436);
	assert_true(direct->is_active && direct->has_session);
	assert_true(direct->rx_bytes == 8360 && direct->tx_bytes == 7432);
	assert_string_equal(derp->current_address, "");
	assert_string_equal(derp->peer_relay, "");
	assert_string_equal(derp->home_derp, "fra");
	assert_true(derp->is_active);
	assert_string_equal(relayed->peer_relay, "10.99.0.14:40000:vni:3");
	assert_string_equal(relayed->home_derp, "nyc");
	assert_false(idle->is_active);
	assert_false(idle->has_session);
	assert_true(idle->is_online && idle->rx_bytes == 0);
	obs_status_free(status);
}

static void a_peer_is_read_field_by_field(void **state)
{
	struct obs_status *status = recorded("status-mixed");
	const struct obs_peer *gpu2 = peer_named(status, "gpu2");

	(void)state;
	assert_string_equal(gpu2->id, "TESTCTRL00000003");
	assert_string_equal(gpu2->fqdn, "gpu2.tail4c1d.ts.net");
	assert_string_equal(gpu2->os, "linux");
	assert_true(gpu2->user_id == 123);
	assert_string_equal(gpu2->user, "user-123@fake-control.example.net");
	assert_string_equal(gpu2->addresses[0], "100.64.0.3");
	assert_string_equal(gpu2->addresses[1], "fd7a:115c:a1e0:ab12:4843:cd96:6240:3");
	assert_null(gpu2->addresses[2]);
	assert_null(gpu2->tags[0]);
	assert_int_equal(gpu2->key_expiry, INT64_C(1795610182000));
	assert_int_equal(gpu2->last_handshake, INT64_C(1795394102131));
	assert_int_equal(gpu2->last_seen, 0);
	obs_status_free(status);
}

static void offline_expired_and_tagged_peers_are_told_apart(void **state)
{
	struct obs_status *status = recorded("status-mixed");
	const struct obs_peer *laptop = peer_named(status, "laptop"), *old = peer_named(status, "old1");
	const struct obs_peer *tagged = peer_named(status, "tagged1");

	(void)state;
	assert_false(laptop->is_online);
	assert_int_equal(laptop->last_seen, INT64_C(1795394008000));
	assert_true(old->is_expired && old->is_online);
	assert_false(laptop->is_expired);
	assert_string_equal(tagged->tags[0], "tag:llm-server");
	assert_string_equal(tagged->tags[1], "tag:gpu");
	assert_null(tagged->tags[2]);
	assert_string_equal(tagged->user, "");
	obs_status_free(status);
}

static void stopped_and_logged_out_daemons_still_give_a_status(void **state)
{
	struct obs_status *stopped = recorded("status-stopped"), *out = recorded("status-needs-login");

	(void)state;
	assert_int_equal(stopped->backend, BACKEND_STOPPED);
	assert_string_equal(stopped->health[0], "Tailscale is stopped.");
	assert_int_equal(out->backend, BACKEND_NEEDS_LOGIN);
	assert_int_equal(out->peer_count, 0);
	assert_true(out->has_self);
	assert_string_equal(out->self.id, "");
	assert_string_equal(out->tailnet, "");
	assert_null(out->self.addresses[0]);
	obs_status_free(stopped);
	obs_status_free(out);
}

static void the_socket_and_the_command_say_the_same(void **state)
{
	struct obs_status *socket = recorded("localapi-status-paths"), *command = recorded("status-paths");

	(void)state;
	assert_int_equal(socket->peer_count, command->peer_count);
	for (size_t i = 0; i < socket->peer_count; i++) {
		assert_string_equal(socket->peers[i].id, command->peers[i].id);
		assert_string_equal(socket->peers[i].fqdn, command->peers[i].fqdn);
	}
	obs_status_free(socket);
	obs_status_free(command);
}

static void a_status_fed_byte_by_byte_is_the_same(void **state)
{
	size_t length;
	char *bytes = recording_read("tests/recordings/tailscale/status-gpu1.json", &length);
	struct obs_status *whole = parse_in_pieces(bytes, length, length);
	struct obs_status *pieces = parse_in_pieces(bytes, length, 1);

	(void)state;
	assert_int_equal(pieces->peer_count, 5);
	assert_int_equal(pieces->peer_count, whole->peer_count);
	for (size_t i = 0; i < whole->peer_count; i++) {
		assert_string_equal(pieces->peers[i].id, whole->peers[i].id);
		assert_string_equal(pieces->peers[i].user, whole->peers[i].user);
		assert_int_equal(pieces->peers[i].last_handshake, whole->peers[i].last_handshake);
	}
	obs_status_free(whole);
	obs_status_free(pieces);
	free(bytes);
}

static void a_truncated_status_is_none(void **state)
{
	size_t length;
	char *bytes = recording_read("tests/recordings/tailscale/status-paths.json", &length);

	(void)state;
	for (size_t part = 0; part < length; part += 97)
		assert_null(parse_in_pieces(bytes, part, 512));
	assert_null(parse_in_pieces(bytes, length - 1, 512));
	free(bytes);
}

static void json_that_is_no_status_is_refused(void **state)
{
	static const char *const wrong[] = { "{}", "null", "[]", "", "404 page not found\n",
		"{\"error\":\"no\"}", "{\"BackendState\":null}", "{\"BackendState\":7}",
		"{\"BackendState\":\"Running\"} x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_null(parse(wrong[i]));
}

static void wrong_types_and_nulls_are_unknown(void **state)
{
	struct obs_status *status = parse(
		"{\"BackendState\":\"Hibernating\",\"TUN\":\"yes\",\"Health\":{},\"Self\":[],"
		"\"CurrentTailnet\":7,\"MagicDNSSuffix\":\"old.ts.net\","
		"\"User\":null,"
		"\"Peer\":{\"k1\":{\"ID\":\"n1\",\"DNSName\":7,\"RxBytes\":\"9\",\"TxBytes\":-1,\"UserID\":"
		"null,"
		"\"Online\":1,\"TailscaleIPs\":\"100.64.0.1\",\"LastSeen\":\"yesterday\",\"Location\":null},"
		"\"k2\":[],\"k3\":null,\"k4\":{\"HostName\":\"keyless\",\"Tags\":[1,null,\"a\"]},\"\":{\"HostName\":\"nobody\"}}}");

	(void)state;
	assert_non_null(status);
	assert_int_equal(status->backend, BACKEND_UNKNOWN);
	assert_string_equal(status->backend_word, "Hibernating");
	assert_true(status->has_tun); /* unknown, so not called userspace networking */
	assert_false(status->has_self || status->has_magicdns);
	assert_null(status->health[0]);
	assert_string_equal(status->magicdns_suffix, "old.ts.net");
	assert_int_equal(status->peer_count, 2);
	assert_string_equal(status->peers[0].fqdn, "");
	assert_true(isnan(status->peers[0].rx_bytes) && isnan(status->peers[0].tx_bytes));
	assert_true(isnan(status->peers[0].user_id));
	assert_false(status->peers[0].is_online || status->peers[0].is_mullvad);
	assert_null(status->peers[0].addresses[0]);
	assert_int_equal(status->peers[0].last_seen, 0);
	assert_string_equal(status->peers[1].id, "k4");
	assert_string_equal(status->peers[1].tags[0], "a");
	obs_status_free(status);
}

static void every_flag_and_time_of_a_peer_is_read(void **state)
{
	struct obs_status *status = parse("{\"BackendState\":\"Running\",\"Peer\":{\"k\":{\"ID\":\"n\","
					  "\"ExitNode\":true,\"ShareeNode\":true,"
					  "\"KeyExpiry\":\"2026-01-01T00:00:00Z\","
					  "\"LastSeen\":\"2026-01-01T01:00:00+01:00\"}}}");
	const struct obs_peer *peer = &status->peers[0];

	(void)state;
	assert_true(peer->is_exit_node && peer->is_sharee);
	assert_int_equal(peer->key_expiry, INT64_C(1767225600000));
	assert_int_equal(peer->last_seen, peer->key_expiry);
	obs_status_free(status);
}

static void a_peer_with_host_keys_offers_ssh(void **state)
{
	struct obs_status *status = parse("{\"BackendState\":\"Running\",\"Peer\":{"
					  "\"a\":{\"ID\":\"a\",\"sshHostKeys\":[\"ssh-ed25519 AAAA\"]},"
					  "\"b\":{\"ID\":\"b\",\"sshHostKeys\":[]},"
					  "\"c\":{\"ID\":\"c\",\"sshHostKeys\":null},"
					  "\"d\":{\"ID\":\"d\"},\"e\":{\"ID\":\"e\",\"sshHostKeys\":7}}}");

	(void)state;
	assert_int_equal(status->peer_count, 5);
	for (size_t i = 0; i < status->peer_count; i++)
		assert_int_equal(status->peers[i].has_ssh, strcmp(status->peers[i].id, "a") == 0);
	obs_status_free(status);
}

static void the_sharer_goes_before_the_owner(void **state)
{
	struct obs_status *status =
		parse("{\"User\":{\"7\":{\"LoginName\":\"owner@x\"},\"9007199254740992\":"
		      "{\"LoginName\":\"sharer@y\"},\"seven\":{\"LoginName\":\"z\"}},\"BackendState\":"
		      "\"Running\",\"Peer\":{"
		      "\"a\":{\"ID\":\"a\",\"UserID\":7,\"AltSharerUserID\":9007199254740992},"
		      "\"b\":{\"ID\":\"b\",\"UserID\":7,\"AltSharerUserID\":0},"
		      "\"c\":{\"ID\":\"c\",\"UserID\":8}}}");

	(void)state;
	assert_string_equal(status->peers[0].user, "sharer@y");
	assert_string_equal(status->peers[1].user, "owner@x");
	assert_string_equal(status->peers[2].user, "");
	obs_status_free(status);
}

static void a_session_left_over_from_a_tailnet_is_no_peer(void **state)
{
	struct obs_status *status =
		parse("{\"BackendState\":\"NeedsLogin\",\"Peer\":{"
		      "\"nodekey:a\":{\"ID\":\"\",\"InNetworkMap\":false,\"InEngine\":true},"
		      "\"b\":{\"ID\":\"b\",\"InNetworkMap\":true},\"c\":{\"ID\":\"c\"}}}");

	(void)state;
	assert_int_equal(status->peer_count, 2);
	assert_string_equal(status->peers[0].id, "b");
	obs_status_free(status);
}

static void what_later_daemons_tell_is_unknown_of_older_ones(void **state)
{
	struct obs_status *old = parse("{\"BackendState\":\"Running\"}");
	struct obs_status *without = parse("{\"BackendState\":\"Running\",\"TUN\":false,\"CertDomains\":null,"
					   "\"ExitNodeStatus\":{\"ID\":\"n2\",\"Online\":false}}");
	struct obs_status *with = parse("{\"BackendState\":\"Running\",\"TUN\":null,\"ExitNodeStatus\":null,"
					"\"CertDomains\":[\"a.tail4c1d.ts.net\"],"
					"\"Self\":{\"PublicKey\":\"nodekey:01\"}}");

	(void)state;
	assert_true(old->has_tun);
	assert_int_equal(old->issues_certs, TRI_UNKNOWN);
	assert_string_equal(old->exit_node, "");
	assert_int_equal(old->exit_node_online, TRI_UNKNOWN);
	assert_false(without->has_tun);
	assert_int_equal(without->issues_certs, TRI_NO);
	assert_string_equal(without->exit_node, "n2");
	assert_int_equal(without->exit_node_online, TRI_NO);
	assert_true(with->has_tun);
	assert_int_equal(with->issues_certs, TRI_YES);
	assert_string_equal(with->exit_node, "");
	assert_string_equal(with->node_key, "nodekey:01");
	obs_status_free(old);
	obs_status_free(without);
	obs_status_free(with);
}

static void mullvad_is_told_by_its_name_and_not_by_a_location(void **state)
{
	struct obs_status *status = parse("{\"BackendState\":\"Running\",\"Peer\":{"
					  "\"a\":{\"ID\":\"a\",\"Location\":{\"Country\":\"Sweden\"}},"
					  "\"b\":{\"ID\":\"b\",\"DNSName\":\"se-got-wg-1.mullvad.ts.net.\"},"
					  "\"c\":{\"ID\":\"c\",\"DNSName\":\"mullvad.tail4c1d.ts.net.\"}}}");

	(void)state;
	assert_false(status->peers[0].is_mullvad);
	assert_true(status->peers[1].is_mullvad);
	assert_false(status->peers[2].is_mullvad);
	obs_status_free(status);
}

static void an_old_daemon_does_not_tell_whether_it_has_an_interface(void **state)
{
	static const struct {
		const char *json;
		bool has_tun;
	} rows[] = { { "{\"BackendState\":\"Running\"}", true },
		{ "{\"BackendState\":\"Running\",\"TUN\":null}", true },
		{ "{\"BackendState\":\"Running\",\"TUN\":true}", true },
		{ "{\"BackendState\":\"Running\",\"TUN\":false}", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obs_status *status = parse(rows[i].json);

		assert_int_equal(status->has_tun, rows[i].has_tun);
		obs_status_free(status);
	}
}

static void names_that_are_no_node_s_are_read(void **state)
{
	struct obs_status *status = parse(
		"{\"BackendState\":\"Running\",\"CertDomains\":[\"admin.tail4c1d.ts.net\"],"
		"\"ExtraRecords\":[{\"Name\":\"llm.hs.example.net.\",\"Value\":\"100.64.0.2\"},"
		"{\"Name\":\"txt.hs.example.net\",\"Type\":\"TXT\",\"Value\":\"x\"},7,{\"Value\":\"1.2.3.4\"},"
		"{\"Name\":\"six.hs.example.net\",\"Type\":\"AAAA\",\"Value\":\"fd7a::1\"}],"
		"\"Self\":{\"CapMap\":{\"https\":null,\"service-host\":[{\"svc:a\":[\"fd7a::9\",\"100.64.9.1\"],"
		"\"svc:b\":[]},null,{\"svc:c\":[\"fd7a::8\"]}]}}}");

	(void)state;
	assert_string_equal(status->cert_domains[0], "admin.tail4c1d.ts.net");
	assert_null(status->cert_domains[1]);
	assert_int_equal(status->record_count, 2);
	assert_string_equal(status->records[0].name, "llm.hs.example.net");
	assert_string_equal(status->records[0].address, "100.64.0.2");
	assert_string_equal(status->records[1].name, "six.hs.example.net");
	assert_int_equal(status->hosted_count, 3);
	assert_string_equal(status->hosted[0].name, "svc:a");
	assert_string_equal(status->hosted[0].address, "100.64.9.1");
	assert_string_equal(status->hosted[1].address, "");
	assert_string_equal(status->hosted[2].address, "fd7a::8");
	obs_status_free(status);
	status = parse("{\"BackendState\":\"Running\",\"CertDomains\":null,\"ExtraRecords\":null,"
		       "\"Self\":{\"CapMap\":null}}");
	assert_null(status->cert_domains[0]);
	assert_int_equal(status->record_count + status->hosted_count, 0);
	obs_status_free(status);
}

static void hostile_names_are_made_harmless(void **state)
{
	struct obs_status *status =
		parse("{\"BackendState\":\"Run\\u001b[2Jning\",\"Health\":[\"a\\u202eb\"],\"Peer\":{"
		      "\"a\":{\"ID\":\"a\\nb\",\"HostName\":\"\\u001b]0;x\\u0007\",\"OS\":\"\xff\xfe\","
		      "\"Tags\":[\"t\\u0000t\"]}}}");
	const struct obs_peer *peer = &status->peers[0];

	(void)state;
	assert_string_equal(status->backend_word, "Run\\x1b[2Jning");
	assert_string_equal(status->health[0], "a\\u{202e}b");
	assert_string_equal(peer->id, "a\\nb");
	assert_string_equal(peer->host_name, "\\x1b]0;x\\x07");
	assert_string_equal(peer->os, "\\xff\\xfe");
	obs_status_free(status);
}

static void lists_are_capped(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct obs_status *status;
	size_t addresses = 0, tags = 0, lines = 0;

	(void)state;
	fprintf(file, "{\"BackendState\":\"Running\",\"Health\":[\"h\"");
	for (int i = 0; i < 1000; i++)
		fprintf(file, ",\"h\"");
	fprintf(file, "],\"Peer\":{\"a\":{\"ID\":\"a\",\"TailscaleIPs\":[\"1\"");
	for (int i = 0; i < 1000; i++)
		fprintf(file, ",\"1\"");
	fprintf(file, "],\"Tags\":[\"t\"");
	for (int i = 0; i < 1000; i++)
		fprintf(file, ",\"t\"");
	fprintf(file, "]}}}");
	fclose(file);
	status = parse_in_pieces(text, size, 100);
	while (status->peers[0].addresses[addresses])
		addresses++;
	while (status->peers[0].tags[tags])
		tags++;
	while (status->health[lines])
		lines++;
	assert_int_equal(addresses, 16);
	assert_int_equal(tags, 64);
	assert_int_equal(lines, 64);
	obs_status_free(status);
	free(text);
}

static char *tailnet_of(size_t peers, size_t *size)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, size);

	fprintf(file, "{\"BackendState\":\"Running\",\"Peer\":{");
	for (size_t i = 0; i < peers; i++)
		fprintf(file,
			"%s\n\t\"nodekey:%064zx\": {\"ID\": \"n%zuCNTRL\", \"HostName\": \"host-%zu\", "
			"\"OS\": \"linux\","
			" \"DNSName\": \"host-%zu.tail4c1d.ts.net.\", \"UserID\": %zu, \"Relay\": \"fra\","
			" \"TailscaleIPs\": [\"100.64.%zu.%zu\"], \"Online\": true, \"CapMap\": {\"funnel\": "
			"null}}",
			i ? "," : "", i, i, i, i, i % 3, i / 256, i % 256);
	fprintf(file, "},\"User\":{\"0\":{\"LoginName\":\"ann\"},\"2\":{\"LoginName\":\"bob\"}}}");
	fclose(file);
	return text;
}

static void ten_thousand_peers_are_read_into_a_small_arena(void **state)
{
	size_t size;
	char *text = tailnet_of(10000, &size);
	struct obs_status *status = parse_in_pieces(text, size, 16384);

	(void)state;
	assert_int_equal(status->peer_count, 10000);
	assert_string_equal(status->peers[9999].fqdn, "host-9999.tail4c1d.ts.net");
	assert_string_equal(status->peers[9999].addresses[0], "100.64.39.15");
	assert_string_equal(status->peers[9999].user, "ann");
	assert_string_equal(status->peers[9998].user, "bob");
	assert_string_equal(status->peers[9997].user, "");
	assert_ptr_equal(status->peers[9999].os, status->peers[0].os);
	assert_true(arena_size(status->arena) < 6 * 1024 * 1024);
	obs_status_free(status);
	free(text);
}

static void no_more_than_twenty_thousand_peers_are_kept(void **state)
{
	size_t size;
	char *text = tailnet_of(STATUS_PEERS_MAX + 5, &size);
	struct obs_status *status = parse_in_pieces(text, size, 16384);

	(void)state;
	assert_int_equal(status->peer_count, STATUS_PEERS_MAX);
	assert_int_equal(status->left_out, 5);
	obs_status_free(status);
	free(text);
}

static void a_status_over_its_cap_is_refused_for_good(void **state)
{
	struct status_parser *parser = status_parser_new(NULL);
	struct fault fault = { "" };
	char *spaces = mem_alloc(1024 * 1024);

	(void)state;
	memset(spaces, ' ', 1024 * 1024);
	for (size_t i = 0; i < STATUS_BYTES_MAX / (1024 * 1024); i++)
		assert_int_equal(status_parser_feed(parser, spaces, 1024 * 1024, &fault), 0);
	assert_int_equal(status_parser_feed(parser, "{", 1, &fault), -1);
	assert_string_equal(fault.text, "a status over 32 MB");
	assert_int_equal(status_parser_feed(parser, "", 0, &fault), -1);
	assert_null(status_parser_end(parser, &fault));
	status_parser_free(parser);
	status_parser_free(NULL);
	free(spaces);
}

static struct obs_status *read_again(struct obs_status *first, const char *text)
{
	struct status_before *before = status_before_new(first);
	struct obs_status *again;

	obs_status_free(first);
	again = parse_after(before, text, strlen(text), 100);
	status_before_free(before);
	return again;
}

static void a_peer_that_says_the_same_is_read_once(void **state)
{
	struct obs_status *first =
		parse("{\"BackendState\":\"Running\",\"Peer\":{\"ka\":{\"ID\":\"a\",\"OS\":\"linux\","
		      "\"UserID\":7,\"LastWrite\":\"1\",\"TailscaleIPs\":[\"1.2.3.4\"]},"
		      "\"kb\":{\"OS\":\"linux\",\"RxBytes\":5}},\"User\":{\"7\":{\"LoginName\":\"a@x\"}}}");
	struct obs_status *again;

	(void)state;
	first->peers[0].os = first->peers[1].os = "planted";
	first->peers[0].is_online = true; /* as the ledger may find */
	again = read_again(first,
		"{\"BackendState\":\"Running\",\"Peer\":{\"kb\":{\"OS\":\"linux\",\"RxBytes\":6},"
		"\"kc\":{\"ID\":\"a\",\"OS\":\"linux\",\"UserID\":7,\"TailscaleIPs\":[\"1.2.3.4\"]},"
		"\"ka\":{\"ID\":\"a\",\"OS\":\"linux\",\"UserID\":7,\"LastWrite\":\"2\",\"TailscaleIPs\":[\"1.2.3.4\"]}"
		"},\"User\":{\"7\":{\"LoginName\":\"b@x\"}}}");
	assert_int_equal(again->peer_count, 3);
	assert_string_equal(again->peers[0].id, "kb"); /* it says something else */
	assert_string_equal(again->peers[0].os, "linux");
	assert_true(again->peers[0].rx_bytes == 6);
	assert_string_equal(again->peers[1].os, "linux"); /* the same words of another node */
	assert_string_equal(again->peers[2].os, "planted");
	assert_string_equal(again->peers[2].id, "a");
	assert_string_equal(again->peers[2].addresses[0], "1.2.3.4");
	assert_null(again->peers[2].addresses[1]);
	assert_string_equal(again->peers[2].user, "b@x");
	assert_false(again->peers[2].is_online);
	obs_status_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tailnet_and_this_node_are_told_by_the_root),
		cmocka_unit_test(each_path_kind_shows_in_its_own_fields),
		cmocka_unit_test(a_peer_is_read_field_by_field),
		cmocka_unit_test(offline_expired_and_tagged_peers_are_told_apart),
		cmocka_unit_test(stopped_and_logged_out_daemons_still_give_a_status),
		cmocka_unit_test(the_socket_and_the_command_say_the_same),
		cmocka_unit_test(a_status_fed_byte_by_byte_is_the_same),
		cmocka_unit_test(a_truncated_status_is_none),
		cmocka_unit_test(json_that_is_no_status_is_refused),
		cmocka_unit_test(wrong_types_and_nulls_are_unknown),
		cmocka_unit_test(every_flag_and_time_of_a_peer_is_read),
		cmocka_unit_test(a_peer_with_host_keys_offers_ssh),
		cmocka_unit_test(the_sharer_goes_before_the_owner),
		cmocka_unit_test(a_session_left_over_from_a_tailnet_is_no_peer),
		cmocka_unit_test(what_later_daemons_tell_is_unknown_of_older_ones),
		cmocka_unit_test(mullvad_is_told_by_its_name_and_not_by_a_location),
		cmocka_unit_test(an_old_daemon_does_not_tell_whether_it_has_an_interface),
		cmocka_unit_test(names_that_are_no_node_s_are_read),
		cmocka_unit_test(hostile_names_are_made_harmless),
		cmocka_unit_test(lists_are_capped),
		cmocka_unit_test(ten_thousand_peers_are_read_into_a_small_arena),
		cmocka_unit_test(a_peer_that_says_the_same_is_read_once),
		cmocka_unit_test(no_more_than_twenty_thousand_peers_are_kept),
		cmocka_unit_test(a_status_over_its_cap_is_refused_for_good),
	};

	return cmocka_run_group_tests_name("tailscale", tests, NULL, NULL);
}
