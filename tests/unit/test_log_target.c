/* Whose log is wanted, and what to type for a peer's, by its system and its server. */
#include "probes/report/log_target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"

static const struct usual_log ollama = { .unit = "ollama.service",
	.file = ".ollama/logs/server.log",
	.windows = "Get-Content -Wait x" },
			      lms = { .anywhere = "lms log stream --source server" };

static const char *const addresses[] = { "100.64.0.2", NULL };

/* This machine and a peer, each with a server. */
static struct peer peers[] = { { .name = "admin", .is_self = true, .os = "linux" },
	{ .name = "gpu1", .fqdn = "gpu1.tail1.ts.net", .addresses = addresses } };
static struct endpoint endpoints[3];
static struct mount mounts[1];
static struct snapshot snapshot = { .peers = peers,
	.peer_count = 2,
	.endpoints = endpoints,
	.endpoint_count = ARRAY_LEN(endpoints),
	.mounts = mounts,
	.mount_count = 1 };

static int set_up(void **state)
{
	(void)state;
	endpoints[0] = (struct endpoint){ .peer = 1, .url = "http://gpu1.tail1.ts.net:8000" };
	endpoints[1] = (struct endpoint){ .peer = 0, .url = "https://admin.tail1.ts.net/ollama" };
	endpoints[2] = (struct endpoint){ .peer = -1, .url = "http://127.0.0.1:11434" };
	mounts[0] = (struct mount){ .endpoint = 1, .backend = 2, .target = "http://127.0.0.1:9999" };
	peers[1].os = "linux";
	peers[1].has_ssh = false;
	peers[1].fqdn = "gpu1.tail1.ts.net";
	return 0;
}

static struct log_target target_of(size_t endpoint)
{
	struct log_target target;

	log_target_of(&snapshot, &endpoints[endpoint], &target);
	return target;
}

static void a_server_here_is_at_its_port(void **state)
{
	struct log_target target = target_of(2);

	(void)state;
	assert_true(target.is_here);
	assert_int_equal(target.port, 11434);
	assert_string_equal(target.host, "127.0.0.1");
	assert_null(target.usual->unit);
}

/* What is served is the server behind it, whether it is asked itself or not. */
static void a_mount_here_leads_to_its_backend(void **state)
{
	struct log_target target = target_of(1);

	(void)state;
	assert_true(target.is_here);
	assert_int_equal(target.port, 11434);
	mounts[0].backend = -1;
	target = target_of(1);
	assert_int_equal(target.port, 9999);
	mounts[0].endpoint = -1;
	target = target_of(1);
	assert_int_equal(target.port, 443);
	assert_string_equal(target.host, "");
}

static const struct {
	const char *os;
	const struct usual_log *usual;
	bool has_ssh;
	const char *run, *run_on;
} commands[] = {
	{ "linux", &ollama, false, "ssh -t gpu1.tail1.ts.net 'journalctl -u ollama.service -n 100 -f'", "" },
	{ "linux", &ollama, true,
		"tailscale ssh gpu1.tail1.ts.net -t 'journalctl -u ollama.service -n 100 -f'", "" },
	{ "macOS", &ollama, false, "ssh -t gpu1.tail1.ts.net 'tail -n 100 -F ~/.ollama/logs/server.log'",
		"" },
	{ "windows", &ollama, true, "Get-Content -Wait x", "gpu1" },
	{ "macOS", &lms, false, "ssh -t gpu1.tail1.ts.net 'lms log stream --source server'", "" },
	{ "windows", &lms, false, "lms log stream --source server", "gpu1" },
	{ "linux", NULL, false, "ssh -t gpu1.tail1.ts.net 'sudo ss -ltnp '\\''sport = :8000'\\'''", "" },
	{ "macOS", NULL, false, "ssh -t gpu1.tail1.ts.net 'sudo lsof -nP -iTCP:8000 -sTCP:LISTEN'", "" },
	{ "windows", NULL, false,
		"Get-Process -Id (Get-NetTCPConnection -State Listen -LocalPort 8000).OwningProcess",
		"gpu1" },
	{ "freebsd", &ollama, true, "", "" },
};

static void a_peers_is_read_by_a_command_for_its_system(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct log_target target;

		peers[1].os = commands[i].os;
		peers[1].has_ssh = commands[i].has_ssh;
		endpoints[0].usual_log = commands[i].usual;
		target = target_of(0);
		assert_false(target.is_here);
		assert_string_equal(target.run, commands[i].run);
		assert_string_equal(target.run_on, commands[i].run_on);
		assert_int_not_equal(target.hint[0], '\0');
	}
}

/* A name that a shell or ssh would take for something else is not typed. */
static void an_odd_name_is_no_host(void **state)
{
	static const char *const odd[] = { "-oProxyCommand=x", "a;b", "" };

	(void)state;
	endpoints[0].usual_log = &ollama;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		peers[1].fqdn = odd[i];
		assert_string_equal(
			target_of(0).run, "ssh -t 100.64.0.2 'journalctl -u ollama.service -n 100 -f'");
	}
}

static void elsewhere_there_is_no_machine_to_go_to(void **state)
{
	struct log_target target;

	(void)state;
	endpoints[0].peer = -1;
	endpoints[0].url = "https://llm.example.com";
	target = target_of(0);
	assert_string_equal(target.run, "");
	assert_string_equal(
		target.hint, "it is no machine of the tailnet: look for the log where llm.example.com runs");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_server_here_is_at_its_port),
		TEST(a_mount_here_leads_to_its_backend),
		TEST(a_peers_is_read_by_a_command_for_its_system),
		TEST(an_odd_name_is_no_host),
		TEST(elsewhere_there_is_no_machine_to_go_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
