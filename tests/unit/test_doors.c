/* Whose door a URL is, and which door a mount is. */
#include "probes/endpoints/owner.h"

#include "tests/unit/ledger_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const int llm_ports[] = { 11434, 8080, 0 };

static struct obs_status *status;

static int begin(void **state)
{
	static const char *const both[] = { "fd7a:115c:a1e0::2", "100.64.0.2", NULL };

	(void)state;
	status = running();
	with_peer(status, "n2", "gpu1")->addresses = both;
	with_peer(status, "n3", "gpu10");
	return 0;
}

static int end(void **state)
{
	(void)state;
	obs_status_free(status);
	return 0;
}

static const char *id_of(const char *host)
{
	const struct obs_peer *peer = owner_peer(status, host, NULL);

	return peer ? peer->id : "none";
}

static void a_host_is_known_by_all_its_names(void **state)
{
	(void)state;
	assert_string_equal(id_of("gpu1.tail4c1d.ts.net"), "n2");
	assert_string_equal(id_of("GPU1.tail4c1d.ts.net"), "n2");
	assert_string_equal(id_of("gpu1"), "n2");
	assert_string_equal(id_of("gpu10"), "n3");
	assert_string_equal(id_of("100.64.0.2"), "n2");
	assert_string_equal(id_of("fd7a:115c:a1e0::2"), "n2");
	assert_string_equal(id_of("admin"), "n1");
}

static void a_part_of_a_name_names_nobody(void **state)
{
	(void)state;
	assert_string_equal(id_of("gpu"), "none");
	assert_string_equal(id_of("gpu1.tail4c1d"), "none");
	assert_string_equal(id_of("gpu1.tail4c1d.ts.net.evil.example"), "none");
	assert_string_equal(id_of("100.64.0.20"), "none");
	assert_string_equal(id_of(""), "none");
}

static void a_hint_is_kept_up_and_never_trusted(void **state)
{
	size_t hint = 99;

	(void)state;
	assert_string_equal(owner_peer(status, "gpu10", &hint)->id, "n3");
	assert_int_equal(hint, 1);
	assert_string_equal(owner_peer(status, "gpu10", &hint)->id, "n3");
	assert_string_equal(owner_peer(status, "gpu1", &hint)->id, "n2");
	assert_int_equal(hint, 0);
	assert_null(owner_peer(status, "nobody", &hint));
}

/* A machine of another tailnet may bear any first name, and its key may sort first. */
static void a_short_name_never_means_a_machine_of_another_tailnet(void **state)
{
	size_t hint = 2;

	(void)state;
	with_peer(status, "n1evil", "gpu7")->fqdn = "gpu7.tailbad.ts.net";
	assert_string_equal(id_of("gpu7"), "none");
	assert_null(owner_peer(status, "gpu7", &hint)); /* nor by a hint */
	assert_string_equal(id_of("gpu7.tailbad.ts.net"), "n1evil");
	with_peer(status, "n9", "gpu7");
	assert_string_equal(id_of("gpu7"), "n9");
	assert_string_equal(owner_peer(status, "gpu7", &hint)->id, "n9");
	assert_string_equal(id_of("gpu7.tail4c1d"), "none");
}

static void of_two_machines_of_one_name_the_one_that_is_online_is_meant(void **state)
{
	size_t hint = 99;

	(void)state;
	with_peer(status, "n7", "twin")->is_online = false;
	with_peer(status, "n8", "twin");
	assert_string_equal(owner_peer(status, "twin", &hint)->id, "n8");
	assert_string_equal(owner_peer(status, "twin", &hint)->id, "n8");
	status->peers[status->peer_count - 1].is_online = false;
	assert_string_equal(owner_peer(status, "twin", NULL)->id, "n7");
}

static void without_a_suffix_a_short_name_is_completed_as_our_own_name_is(void **state)
{
	(void)state;
	status->magicdns_suffix = "";
	assert_string_equal(id_of("gpu1"), "n2");
	with_peer(status, "n1evil", "gpu7")->fqdn = "gpu7.tailbad.ts.net";
	assert_string_equal(id_of("gpu7"), "none");
	status->self.fqdn = "";
	assert_string_equal(id_of("gpu1"), "none");
	assert_string_equal(id_of(""), "none");
}

static enum owner owner_of(const char *host, bool is_running)
{
	const struct service_list none = { 0 };
	const struct obs_peer *peer;
	enum owner owner = owner_of_host(status, is_running, &none, host, &peer, NULL);

	assert_int_equal(peer != NULL, owner == OWNER_PEER);
	return owner;
}

static void while_no_tailnet_runs_its_names_and_addresses_may_be_anybody_s(void **state)
{
	static const char *const hosts[] = { "nobody", "nobody.tail4c1d.ts.net", "gpu1.tailbad.ts.net",
		"100.64.0.99", "100.127.255.255", "fd7a:115c:a1e0::99", "fd7a:115c:a1e0:b1a:0:7:c0a8:132" };
	static const char *const outside[] = { "100.63.255.255", "100.128.0.0", "192.168.1.5", "fd7b::1",
		"llm.corp.example" };
	const struct service_list none = { 0 };
	const struct obs_peer *peer;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		assert_int_equal(owner_of(hosts[i], false), OWNER_UNKNOWN);
		assert_int_equal(owner_of_host(NULL, false, &none, hosts[i], &peer, NULL), OWNER_UNKNOWN);
	}
	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		assert_int_equal(owner_of(outside[i], false), OWNER_OUTSIDE);
		assert_int_equal(owner_of(outside[i], true), OWNER_OUTSIDE);
	}
}

static void in_a_running_tailnet_what_nobody_has_is_nobody_s(void **state)
{
	(void)state;
	assert_int_equal(owner_of("gpu1", true), OWNER_PEER);
	assert_int_equal(owner_of("100.64.0.2", true), OWNER_PEER);
	assert_int_equal(owner_of("nobody", true), OWNER_NOBODY);
	assert_int_equal(owner_of("nobody.tail4c1d.ts.net", true), OWNER_NOBODY);
	assert_int_equal(owner_of("100.64.0.99", true), OWNER_NOBODY);
	assert_int_equal(owner_of("gpu1.tailbad.ts.net", true), OWNER_OUTSIDE); /* a Funnel's */
}

/* localhost is this machine, whatever a phone is called. */
static void this_machine_is_no_peer(void **state)
{
	(void)state;
	with_peer(status, "n5", "localhost");
	assert_int_equal(owner_of("localhost", true), OWNER_LOOPBACK);
	assert_int_equal(owner_of("127.0.0.1", false), OWNER_LOOPBACK);
	assert_int_equal(owner_of("::1", true), OWNER_LOOPBACK);
	assert_int_equal(owner_of("0.0.0.0", false), OWNER_LOOPBACK);
	assert_int_equal(owner_of("::", true), OWNER_LOOPBACK);
	assert_int_equal(owner_of("localhost.tail4c1d.ts.net", true), OWNER_PEER);
}

static void a_service_and_a_subnet_router_lead_to_addresses_that_are_no_peer_s(void **state)
{
	static const char *const routes[] = { "192.168.1.0/24", "fd7a:115c:a1e0:b1a:0:7:c0a8:100/120", NULL };
	struct service_list services = { 0 };
	const struct obs_service llm = { .name = "svc:llm", .address = "100.64.9.1" };
	const struct obs_peer *peer;

	(void)state;
	service_list_see(&services, false, &llm, 1);
	status->peers[1].routes = routes;
	assert_int_equal(owner_of_host(status, true, &services, "100.64.9.1", &peer, NULL), OWNER_ROUTED);
	assert_int_equal(owner_of_host(status, false, &services, "100.64.9.1", &peer, NULL), OWNER_UNKNOWN);
	assert_int_equal(owner_of("fd7a:115c:a1e0:b1a:0:7:c0a8:132", true), OWNER_ROUTED);
	assert_int_equal(owner_of("fd7a:115c:a1e0:b1a:0:7:c0a8:232", true), OWNER_NOBODY);
	assert_int_equal(owner_of("192.168.1.50", true), OWNER_OUTSIDE);
	service_list_fini(&services);
}

static void ipv4_is_dialed_first(void **state)
{
	static const char *const six[] = { "fd7a::2", NULL }, *const none[] = { NULL };
	struct obs_peer peer = { .addresses = six };

	(void)state;
	assert_string_equal(owner_address(&status->peers[0]), "100.64.0.2");
	assert_string_equal(owner_address(&peer), "fd7a::2");
	peer.addresses = none;
	assert_string_equal(owner_address(&peer), "");
}

static void a_name_under_the_suffix_belongs_to_the_tailnet(void **state)
{
	(void)state;
	assert_true(owner_is_tailnet_name(status, "gone.tail4c1d.ts.net"));
	assert_false(owner_is_tailnet_name(status, "x.other.ts.net")); /* another tailnet's Funnel */
	assert_false(owner_is_tailnet_name(status, "example.com"));
	status->magicdns_suffix = "example.com";
	assert_true(owner_is_tailnet_name(status, "gpu1.example.com"));
	assert_false(owner_is_tailnet_name(status, "badexample.com"));
	assert_false(owner_is_tailnet_name(status, "example.com"));
	status->magicdns_suffix = "";
	assert_false(owner_is_tailnet_name(status, "gpu1.example.com"));
}

static struct listeners listeners; /* of this machine */

static struct obs_mount placed(struct obs_mount mount)
{
	struct obs_serve serve = { .arena = status->arena, .mounts = &mount, .mount_count = 1 };

	mount.url = mount.backend = "?";
	if (!mount.service)
		mount.service = "";
	owner_fill_mounts(&serve, status, &(struct mount_facts){ llm_ports, &listeners });
	return mount;
}

static void assert_placed(struct obs_mount mount, const char *url, const char *backend)
{
	struct obs_mount done = placed(mount);

	assert_string_equal(done.url, url);
	assert_string_equal(done.backend, backend);
}

#define HOST "admin.tail4c1d.ts.net"

static void a_mount_has_a_door_and_a_backend(void **state)
{
	(void)state;
	assert_placed((struct obs_mount){ .host = HOST,
			      .port = 443,
			      .protocol = SERVE_HTTPS,
			      .path = "/",
			      .target = "http://127.0.0.1:11434" },
		"https://" HOST, "http://127.0.0.1:11434");
	assert_placed((struct obs_mount){ .host = HOST,
			      .port = 8443,
			      .protocol = SERVE_HTTPS,
			      .path = "/ollama/",
			      .target = "http://localhost:80/" },
		"https://" HOST ":8443/ollama", "http://127.0.0.1");
	assert_placed((struct obs_mount){ .host = HOST,
			      .port = 80,
			      .protocol = SERVE_HTTP,
			      .path = "/v1",
			      .target = "http://127.0.0.1:8080" },
		"http://" HOST "/v1", "http://127.0.0.1:8080");
}

static void a_forwarded_port_is_a_door_where_it_leads_to_an_llm_port(void **state)
{
	(void)state;
	assert_placed((struct obs_mount){ .host = "",
			      .port = 9000,
			      .protocol = SERVE_TCP,
			      .path = "",
			      .target = "127.0.0.1:11434" },
		"http://" HOST ":9000", "http://127.0.0.1:11434");
	assert_placed(
		(struct obs_mount){
			.host = "", .port = 22, .protocol = SERVE_TCP, .path = "", .target = "127.0.0.1:22" },
		"", "");
}

static void what_leads_to_no_server_is_no_door(void **state)
{
	(void)state;
	assert_placed((struct obs_mount){ .host = HOST,
			      .port = 443,
			      .protocol = SERVE_HTTPS,
			      .path = "/",
			      .target = "path:/srv/www" },
		"", "");
	assert_placed((struct obs_mount){ .host = HOST,
			      .port = 443,
			      .protocol = SERVE_HTTPS,
			      .path = "/",
			      .target = "text:hello" },
		"", "");
	assert_placed((struct obs_mount){ .host = "${TS_CERT_DOMAIN}",
			      .port = 443,
			      .protocol = SERVE_HTTPS,
			      .path = "/",
			      .target = "http://127.0.0.1:8080" },
		"", "http://127.0.0.1:8080");
	assert_placed((struct obs_mount){ .host = "a b",
			      .port = 443,
			      .protocol = SERVE_HTTPS,
			      .path = "/",
			      .target = "http://127.0.0.1:8080" },
		"", "http://127.0.0.1:8080");
}

/* Clients add /v1 to a base URL, and so do we: asking /v1/v1/models would make a fault of a good mount. */
static void a_mount_of_an_api_has_the_base_url_of_its_clients(void **state)
{
	static const struct {
		const char *path, *target, *url, *backend;
	} rows[] = {
		{ "/v1", "http://127.0.0.1:11434/v1", "https://" HOST, "http://127.0.0.1:11434" },
		{ "/v1/", "http://127.0.0.1:11434/v1/", "https://" HOST, "http://127.0.0.1:11434" },
		{ "/ollama/v1", "http://127.0.0.1:11434/v1", "https://" HOST "/ollama",
			"http://127.0.0.1:11434" },
		{ "/v1", "http://127.0.0.1:8000/llm/v1", "https://" HOST, "http://127.0.0.1:8000/llm" },
		{ "/v1", "http://127.0.0.1:8000", "https://" HOST "/v1", "http://127.0.0.1:8000" },
		/* no URL that /v1 could be added to */
		{ "/llm", "http://127.0.0.1:8000/v1", "", "http://127.0.0.1:8000" },
		{ "/api", "http://127.0.0.1:11434/api", "", "http://127.0.0.1:11434" },
		{ "/x", "http://127.0.0.1:8000/llm", "https://" HOST "/x", "http://127.0.0.1:8000/llm" },
		{ "/x", "http://127.0.0.1:8000/rev1", "https://" HOST "/x", "http://127.0.0.1:8000/rev1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_placed((struct obs_mount){ .host = HOST,
				      .port = 443,
				      .protocol = SERVE_HTTPS,
				      .path = rows[i].path,
				      .target = rows[i].target },
			rows[i].url, rows[i].backend);
}

static void two_mounts_share_a_base_url_only_where_they_lead_to_one_server(void **state)
{
	struct obs_mount mounts[] = {
		{ .host = HOST,
			.service = "",
			.port = 443,
			.path = "/v1",
			.target = "http://127.0.0.1:11434/v1" },
		{ .host = HOST, .service = "", .port = 443, .path = "/", .target = "http://127.0.0.1:3000" },
	};
	struct obs_serve serve = { .arena = status->arena, .mounts = mounts, .mount_count = 2 };
	const struct mount_facts facts = { llm_ports, &listeners };

	(void)state;
	owner_fill_mounts(&serve, status, &facts);
	assert_string_equal(mounts[0].url, "");
	assert_string_equal(mounts[0].backend, "http://127.0.0.1:11434");
	assert_string_equal(mounts[1].url, "https://" HOST);
	mounts[1].target = "http://127.0.0.1:11434";
	owner_fill_mounts(&serve, status, &facts);
	assert_string_equal(mounts[0].url, "https://" HOST);
	assert_string_equal(mounts[1].url, "https://" HOST);
	assert_false(mounts[0].is_api_only);
	serve.mount_count = 1;
	owner_fill_mounts(&serve, status, &facts);
	assert_true(mounts[0].is_api_only);
}

/* Lines of /proc/net/tcp and tcp6: [::1]:1234, 0.0.0.0:443. */
static void listens(const char *line)
{
	listeners_parse(&listeners, line);
}

#define ON_LOCALHOST_6                                                                                       \
	"   0: 00000000000000000000000001000000:04D2 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0\n"
#define ON_ALL_443 "   1: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0\n"
#define ON_OURS_443 "   2: 01004064:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0\n"

static void localhost_is_the_address_that_something_listens_at(void **state)
{
	(void)state;
	listens(ON_LOCALHOST_6);
	assert_string_equal(
		placed((struct obs_mount){
			       .host = HOST, .port = 443, .path = "/", .target = "http://localhost:1234" })
			.backend,
		"http://[::1]:1234");
	assert_string_equal(
		placed((struct obs_mount){
			       .host = HOST, .port = 443, .path = "/", .target = "http://localhost:1235" })
			.backend,
		"http://127.0.0.1:1235");
	/* tailscaled does not dial ::1 for these */
	assert_string_equal(
		placed((struct obs_mount){
			       .host = HOST, .port = 443, .path = "/", .target = "http://127.0.0.1:1234" })
			.backend,
		"http://127.0.0.1:1234");
	assert_string_equal(placed((struct obs_mount){ .host = HOST,
					   .port = 443,
					   .path = "/",
					   .target = "http://localhost.example:1234" })
				    .backend,
		"http://localhost.example:1234");
	listeners_fini(&listeners);
}

static void a_port_that_another_program_holds_at_all_addresses_is_taken(void **state)
{
	struct obs_mount mount = {
		.host = HOST, .port = 443, .path = "/", .target = "http://127.0.0.1:11434"
	};

	(void)state;
	assert_false(placed(mount).is_port_taken);
	listens(ON_ALL_443);
	assert_true(placed(mount).is_port_taken);
	mount.service = "svc:llm"; /* at an address of its own, which tailscaled takes before the kernel */
	assert_false(placed(mount).is_port_taken);
	mount.service = "";
	mount.port = 8443;
	assert_false(placed(mount).is_port_taken);
	mount.port = 443;
	listens(ON_OURS_443);
	assert_false(placed(mount).is_port_taken);
	listeners_fini(&listeners);
}

static void a_mount_of_a_service_is_at_the_name_of_the_service(void **state)
{
	(void)state;
	assert_placed((struct obs_mount){ .host = "",
			      .service = "svc:raw",
			      .port = 8080,
			      .protocol = SERVE_TCP,
			      .path = "",
			      .target = "localhost:8080" },
		"http://raw.tail4c1d.ts.net:8080", "http://127.0.0.1:8080");
	assert_placed((struct obs_mount){ .host = "llm.tail4c1d.ts.net",
			      .service = "svc:llm",
			      .port = 443,
			      .path = "/",
			      .target = "http://127.0.0.1:11434" },
		"https://llm.tail4c1d.ts.net", "http://127.0.0.1:11434");
}

/* tailscaled answers all its requests with an error, so it is asked. */
static void a_target_without_its_brackets_has_a_door_and_no_backend(void **state)
{
	(void)state;
	assert_placed(
		(struct obs_mount){ .host = HOST, .port = 443, .path = "/", .target = "http://::1:1234" },
		"https://" HOST, "");
	assert_placed(
		(struct obs_mount){ .host = HOST, .port = 443, .path = "/", .target = "http://[::1]:1234" },
		"https://" HOST, "http://[::1]:1234");
}

static void assert_found(const struct service_list *services, const char *host, const char *address)
{
	char found[64] = "";

	assert_int_equal(owner_find_address(status, services, host, found, sizeof(found)), *address != '\0');
	assert_string_equal(found, address);
}

static void tailscaled_knows_names_that_are_no_node_s(void **state)
{
	struct obs_record records[] = { { "wiki.tail4c1d.ts.net", "100.64.0.2" },
		{ "llm.corp.example", "192.168.1.9" }, { "alias.tail4c1d.ts.net", "gpu1.tail4c1d.ts.net" } };
	const struct obs_service offered = { .name = "svc:llm", .address = "100.64.9.1" },
				 hosted[] = { { .name = "svc:own", .address = "100.64.9.2" },
					 { .name = "svc:none", .address = "" } };
	struct service_list services = { 0 };

	(void)state;
	status->records = records;
	status->record_count = ARRAY_LEN(records);
	service_list_see(&services, false, &offered, 1);
	service_list_see(&services, true, hosted, 2);
	assert_found(&services, "llm.tail4c1d.ts.net", "100.64.9.1");
	assert_found(&services, "llm", "100.64.9.1");
	assert_found(&services, "own.tail4c1d.ts.net", "100.64.9.2");
	assert_found(&services, "wiki.tail4c1d.ts.net", "100.64.0.2");
	assert_found(&services, "wiki", "100.64.0.2");
	assert_found(&services, "192-168-1-50-via-7.tail4c1d.ts.net", "fd7a:115c:a1e0:b1a:0:7:c0a8:132");
	assert_found(&services, "10-0-0-1-via-65537", "fd7a:115c:a1e0:b1a:1:1:a00:1");
	assert_found(&services, "none.tail4c1d.ts.net", "");
	assert_found(&services, "alias.tail4c1d.ts.net", "");
	assert_found(&services, "llm.tailbad.ts.net", "");
	assert_found(&services, "192-168-1-via-7.tail4c1d.ts.net", "");
	assert_found(&services, "192-168-1-50-via-x.tail4c1d.ts.net", "");
	assert_found(&services, "192-168-1-50-via-7.tailbad.ts.net", "");
	service_list_see(&services, false, NULL, 0);
	assert_found(&services, "llm", "");
	assert_found(&services, "own", "100.64.9.2");
	service_list_fini(&services);
}

static void another_node_is_offered_what_its_own_tailnet_has(void **state)
{
	const struct obs_service offered = { .name = "svc:llm", .address = "100.64.9.1" },
				 hosted = { .name = "svc:own", .address = "100.64.9.2" };
	struct service_list services = { 0 };

	(void)state;
	service_list_see(&services, false, &offered, 1);
	service_list_see(&services, true, &hosted, 1);
	assert_false(service_list_changes_node(&services, ""));
	assert_false(service_list_changes_node(&services, "n1"));
	assert_false(service_list_changes_node(&services, ""));
	assert_false(service_list_changes_node(&services, "n1"));
	assert_string_equal(service_list_address(&services, "llm"), "100.64.9.1");
	assert_true(service_list_changes_node(&services, "n2"));
	assert_string_equal(service_list_address(&services, "llm"), "");
	assert_string_equal(service_list_address(&services, "own"), "100.64.9.2");
	assert_false(service_list_changes_node(&services, "n2"));
	service_list_fini(&services);
}

/* A route to everything is that of an exit node. */
static void an_exit_node_routes_no_address_of_the_tailnet(void **state)
{
	static const char *const routes[] = { "0.0.0.0/0", "::/0", "10.0.0.0/8", NULL };

	(void)state;
	status->peers[1].routes = routes;
	assert_false(owner_is_routed(status, "192.168.1.9"));
	assert_false(owner_is_routed(status, "fd7a:115c:a1e0:b1a:0:7:c0a8:132"));
	assert_true(owner_is_routed(status, "10.1.2.3"));
}

#define SAYS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_host_is_known_by_all_its_names),
		SAYS(a_part_of_a_name_names_nobody),
		SAYS(a_hint_is_kept_up_and_never_trusted),
		SAYS(a_short_name_never_means_a_machine_of_another_tailnet),
		SAYS(of_two_machines_of_one_name_the_one_that_is_online_is_meant),
		SAYS(without_a_suffix_a_short_name_is_completed_as_our_own_name_is),
		SAYS(while_no_tailnet_runs_its_names_and_addresses_may_be_anybody_s),
		SAYS(in_a_running_tailnet_what_nobody_has_is_nobody_s),
		SAYS(this_machine_is_no_peer),
		SAYS(a_service_and_a_subnet_router_lead_to_addresses_that_are_no_peer_s),
		SAYS(ipv4_is_dialed_first),
		SAYS(a_name_under_the_suffix_belongs_to_the_tailnet),
		SAYS(a_mount_has_a_door_and_a_backend),
		SAYS(a_forwarded_port_is_a_door_where_it_leads_to_an_llm_port),
		SAYS(what_leads_to_no_server_is_no_door),
		SAYS(a_mount_of_an_api_has_the_base_url_of_its_clients),
		SAYS(two_mounts_share_a_base_url_only_where_they_lead_to_one_server),
		SAYS(localhost_is_the_address_that_something_listens_at),
		SAYS(a_port_that_another_program_holds_at_all_addresses_is_taken),
		SAYS(a_mount_of_a_service_is_at_the_name_of_the_service),
		SAYS(a_target_without_its_brackets_has_a_door_and_no_backend),
		SAYS(tailscaled_knows_names_that_are_no_node_s),
		SAYS(another_node_is_offered_what_its_own_tailnet_has),
		SAYS(an_exit_node_routes_no_address_of_the_tailnet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
