/* --audit: each finding where it is right, and not where it is not; rules for the policy, muting, the sum. */
#include "probes/base/mem.h"
#include "probes/model/audit_codes.h"
#include "probes/model/verdict_codes.h"
#include "probes/report/audit.h"
#include "probes/report/audit_policy.h"
#include "probes/report/audit_rules.h"
#include "probes/report/redact.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/out/audit.h"
#include "tui/out/outputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DAY (24 * 60 * 60 * INT64_C(1000))

static const char *const no_text[] = { NULL };

/* Of one run of a test. */
static struct {
	struct snapshot *snapshot;
	struct audit *audit;
	struct audit_words words;
} run;

static int begin(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	run.snapshot = sample_fleet();
	run.snapshot->mounts[0].is_funnel = false; /* the only thing exposed in the sample */
	for (size_t i = 0; i < run.snapshot->endpoint_count; i++)
		run.snapshot->endpoints[i].is_of_tailnet = run.snapshot->endpoints[i].peer >= 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	audit_free(run.audit);
	snapshot_free(run.snapshot);
	return 0;
}

/* The first finding of that code, in words; NULL: none. */
static const struct audit_finding *found(const char *code)
{
	audit_free(run.audit);
	run.audit = audit_new(run.snapshot, NULL, 0);
	for (size_t i = 0; i < run.audit->count; i++)
		if (strcmp(run.audit->items[i].code, code) == 0) {
			audit_say(run.snapshot, &run.audit->items[i], &run.words);
			return &run.audit->items[i];
		}
	return NULL;
}

static void assert_found(const char *code, enum severity severity, const char *words)
{
	const struct audit_finding *finding = found(code);

	if (!finding)
		fail_msg("no %s", code);
	assert_int_equal(finding->severity, severity);
	if (!strstr(run.words.text, words))
		fail_msg("%s is not in: %s", words, run.words.text);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in: %s", part, text);
}

/* gpu1's Ollama gives its list without a key. */
static struct endpoint *open_ollama(void)
{
	struct endpoint *endpoint = &run.snapshot->endpoints[0];

	endpoint->is_engine = endpoint->checks_host = true;
	endpoint->wants_key = TRI_NO;
	endpoint->management = "delete models (/api/delete)";
	endpoint->no_guard = "OLLAMA_API_KEY";
	return endpoint;
}

static void give_to_another(size_t peer)
{
	run.snapshot->peers[peer].user = "eve@example.com";
}

static void listen_on(const char *address, int port, const char *process)
{
	struct bound *bounds = arena_alloc(run.snapshot->arena, 8 * sizeof(*bounds));

	if (run.snapshot->bound_count)
		memcpy(bounds, run.snapshot->bounds, run.snapshot->bound_count * sizeof(*bounds));
	bounds[run.snapshot->bound_count++] = (struct bound){
		.address = address, .process = process, .port = port, .is_llm = port == 11434
	};
	run.snapshot->bounds = bounds;
	run.snapshot->bounds_known = true;
}

static void say_verdict(struct span *verdicts, const char *code)
{
	run.snapshot->verdict_list[run.snapshot->verdict_count] = (struct verdict){ .code = code,
		.layer = LAYER_EXPOSURE,
		.severity = SEVERITY_DEGRADED,
		.state = STATE_WARN,
		.text = "",
		.run = "sudo tailscale serve --bg 8080",
		.run_on = "",
		.hint = "",
		.fix = "" };
	*verdicts = (struct span){ run.snapshot->verdict_count++, 1 };
}

/* ---- Funnel ---- */

static void funnel_before_a_server_without_a_key_is_dangerous(void **state)
{
	(void)state;
	run.snapshot->mounts[0].is_funnel = true;
	run.snapshot->endpoints[4].wants_key = TRI_NO;
	say_verdict(&run.snapshot->mounts[0].verdicts, CODE_FUNNEL_PUBLIC);
	assert_found(CODE_FUNNEL_PUBLIC, SEVERITY_DOWN, "the whole internet can use");
	has(run.words.text, "asks for no key");
	has(run.words.text, "limits no rate");
	has(run.words.text, "no identity");
	assert_string_equal(run.words.run, "sudo tailscale serve --bg 8080");
	assert_int_equal(audit_status(run.snapshot, run.audit), STATUS_DOWN);
}

static void funnel_before_one_that_asks_for_a_key_is_a_note(void **state)
{
	(void)state;
	run.snapshot->mounts[0].is_funnel = true;
	run.snapshot->endpoints[4].wants_key = TRI_YES;
	assert_found(CODE_FUNNEL_PUBLIC, SEVERITY_INFO, "it asks for a key");
	run.snapshot->endpoints[4].wants_key = TRI_UNKNOWN;
	assert_found(CODE_FUNNEL_PUBLIC, SEVERITY_DEGRADED, "not known");
	run.snapshot->mounts[0].backend = -1;
	assert_found(CODE_FUNNEL_PUBLIC, SEVERITY_DEGRADED, "not known");
	run.snapshot->mounts[0].backend_state = STATE_WEB;
	assert_found(CODE_FUNNEL_PUBLIC, SEVERITY_INFO, "it is no LLM server");
	run.snapshot->mounts[0].is_funnel = false;
	assert_null(found(CODE_FUNNEL_PUBLIC));
}

/* ---- no key ---- */

static void a_server_without_a_key_is_exposed_to_machines_of_others(void **state)
{
	(void)state;
	open_ollama();
	assert_found(CODE_OPEN_ENDPOINT, SEVERITY_INFO, "no other user's machine");
	give_to_another(5);
	give_to_another(6);
	assert_found(CODE_OPEN_ENDPOINT, SEVERITY_DEGRADED, "2 machines of 1 other user");
	has(run.words.text, "gpu1, which has no tag");
}

static void on_a_tagged_or_foreign_machine_it_is_a_note(void **state)
{
	static const char *const tags[] = { "tag:llm", NULL };

	(void)state;
	open_ollama();
	give_to_another(5);
	run.snapshot->peers[1].tags = tags;
	assert_found(CODE_OPEN_ENDPOINT, SEVERITY_INFO, "tag:llm");
	run.snapshot->peers[1].tags = no_text;
	run.snapshot->peers[1].is_shared_in = true;
	assert_found(CODE_OPEN_ENDPOINT, SEVERITY_INFO, "shared in from another tailnet");
}

static void a_server_that_asks_for_a_key_or_is_local_is_not_open(void **state)
{
	struct endpoint *endpoint = open_ollama();

	(void)state;
	endpoint->wants_key = TRI_YES;
	assert_null(found(CODE_OPEN_ENDPOINT));
	endpoint->wants_key = TRI_UNKNOWN;
	assert_null(found(CODE_OPEN_ENDPOINT));
	run.snapshot->endpoints[4].wants_key = TRI_NO; /* 127.0.0.1:8080 */
	assert_null(found(CODE_OPEN_ENDPOINT));
	listen_on("127.0.0.1", 8080, "llama-server");
	assert_null(found(CODE_OPEN_ENDPOINT));
	listen_on("::", 8080, "llama-server");
	assert_non_null(found(CODE_OPEN_ENDPOINT));
}

static void the_first_visitor_becomes_the_administrator(void **state)
{
	(void)state;
	assert_null(found(CODE_OPEN_ONBOARDING));
	say_verdict(&run.snapshot->endpoints[3].verdicts, CODE_OPEN_ONBOARDING);
	assert_found(CODE_OPEN_ONBOARDING, SEVERITY_DEGRADED, "administrator of Open WebUI");
	give_to_another(5);
	assert_found(CODE_OPEN_ONBOARDING, SEVERITY_DOWN, "vps");
}

static void an_api_that_manages_is_served_as_v1_alone(void **state)
{
	struct endpoint *endpoint = open_ollama();

	(void)state;
	assert_found(AUDIT_MANAGEMENT_OPEN, SEVERITY_INFO, "delete models (/api/delete)");
	assert_string_equal(run.words.run_on, "gpu1");
	assert_string_equal(run.words.run, "sudo tailscale serve --bg 8081");
	has(run.words.paste, "proxy_pass http://127.0.0.1:11434;");
	has(run.words.paste, "proxy_set_header Host localhost;");
	endpoint->checks_host = false;
	found(AUDIT_MANAGEMENT_OPEN);
	assert_string_equal(
		run.words.run, "sudo tailscale serve --bg --set-path=/v1 http://127.0.0.1:11434/v1");
	assert_string_equal(run.words.paste, "");
	run.snapshot->peers[1].os = "windows";
	found(AUDIT_MANAGEMENT_OPEN);
	assert_string_equal(run.words.run, "tailscale serve --bg --set-path=/v1 http://127.0.0.1:11434/v1");
}

static void an_api_that_only_answers_or_a_mount_of_v1_manages_nothing(void **state)
{
	struct endpoint *endpoint = open_ollama();

	(void)state;
	run.snapshot->mounts[0].endpoint = 0;
	run.snapshot->mounts[0].is_api_only = true;
	assert_null(found(AUDIT_MANAGEMENT_OPEN));
	run.snapshot->mounts[0].is_api_only = false;
	assert_non_null(found(AUDIT_MANAGEMENT_OPEN));
	endpoint->management = "";
	assert_null(found(AUDIT_MANAGEMENT_OPEN));
}

static void a_setting_that_looks_like_a_key_guards_nothing(void **state)
{
	struct endpoint *endpoint = open_ollama();

	(void)state;
	assert_found(AUDIT_FALSE_KEY, SEVERITY_INFO, "OLLAMA_API_KEY guards nothing");
	endpoint->sends_key = true;
	assert_found(AUDIT_FALSE_KEY, SEVERITY_DEGRADED, "is not checked");
	endpoint->no_guard = "";
	assert_null(found(AUDIT_FALSE_KEY));
}

static void one_server_may_have_two_ports(void **state)
{
	struct endpoint *raw = &run.snapshot->endpoints[9]; /* gpu2:9000, of its own so far */

	(void)state;
	assert_null(found(AUDIT_TWO_PORTS));
	raw->lead = 1;
	raw->state = STATE_OK;
	assert_found(AUDIT_TWO_PORTS, SEVERITY_INFO, "http://gpu2.tail1234.ts.net:9000");
	has(run.words.text, "https://gpu2.tail1234.ts.net/llama");
	raw->state = STATE_DOWN;
	assert_null(found(AUDIT_TWO_PORTS));
}

/* ---- machines ---- */

static void a_listener_at_all_addresses_is_open_to_every_network(void **state)
{
	(void)state;
	listen_on("127.0.0.1", 11434, "ollama");
	listen_on("100.64.0.1", 11434, "ollama");
	listen_on("0.0.0.0", 22, "sshd");
	assert_null(found(AUDIT_ALL_ADDRESSES));
	listen_on("0.0.0.0", 11434, "oll\xc3\xa4ma");
	listen_on("::", 11434, "ollama");
	assert_found(AUDIT_ALL_ADDRESSES, SEVERITY_DEGRADED,
		"oll\xc3\xa4ma listens on port 11434 of all addresses");
	assert_int_equal(run.audit->items[0].about.index, 3);
	for (size_t i = 1; i < run.audit->count; i++)
		assert_string_not_equal(run.audit->items[i].code, AUDIT_ALL_ADDRESSES);
}

static void the_target_of_a_mount_at_an_address_of_the_lan_too(void **state)
{
	(void)state;
	listen_on("192.168.1.5", 4000, "");
	assert_found(AUDIT_ALL_ADDRESSES, SEVERITY_DEGRADED, "A program");
	has(run.words.text, "a network outside the tailnet");
}

static void what_ssh_listens_on_is_another_machines(void **state)
{
	(void)state;
	listen_on("127.0.0.1", 11434, "ollama");
	listen_on("127.0.0.1", 2222, "ssh");
	assert_null(found(AUDIT_FORWARDED_PORT));
	run.snapshot->bound_count = 0;
	listen_on("127.0.0.1", 11434, "ssh");
	listen_on("::1", 11434, "ssh");
	assert_found(AUDIT_FORWARDED_PORT, SEVERITY_INFO, "Port 11434 of this machine is a forward by ssh");
	for (size_t i = 0, count = 0; i < run.audit->count; i++) {
		count += strcmp(run.audit->items[i].code, AUDIT_FORWARDED_PORT) == 0;
		assert_true(count <= 1);
	}
}

static void userspace_networking_opens_localhost(void **state)
{
	(void)state;
	listen_on("127.0.0.1", 11434, "ollama");
	assert_null(found(AUDIT_USERSPACE_PORTS));
	run.snapshot->daemon.has_tun = false;
	assert_found(AUDIT_USERSPACE_PORTS, SEVERITY_INFO, "port 11434 is open");
}

static void a_page_beside_a_server_is_open(void **state)
{
	struct companion companion = { 1, "http://100.64.0.2:13000", "Grafana", TRI_YES };

	(void)state;
	run.snapshot->companions = &companion;
	run.snapshot->companion_count = 1;
	assert_found(AUDIT_COMPANION_OPEN, SEVERITY_INFO, "Grafana on gpu1 answers without a login");
	give_to_another(5);
	assert_found(AUDIT_COMPANION_OPEN, SEVERITY_DEGRADED, "13000");
	companion.is_open = TRI_NO;
	assert_null(found(AUDIT_COMPANION_OPEN));
	companion.is_open = TRI_UNKNOWN;
	assert_null(found(AUDIT_COMPANION_OPEN));
	run.snapshot->companion_count = 0;
}

static void the_web_client_of_this_machine_is_known_from_its_settings(void **state)
{
	(void)state;
	assert_null(found(AUDIT_WEB_CLIENT));
	run.snapshot->daemon.runs_web_client = TRI_YES;
	assert_found(AUDIT_WEB_CLIENT, SEVERITY_INFO, "5252");
	assert_string_equal(run.words.run, "sudo tailscale set --webclient=false");
}

static void the_key_of_a_machine_with_a_server_expires(void **state)
{
	struct peer *peer = &run.snapshot->peers[1];

	(void)state;
	for (size_t i = 0; i < run.snapshot->peer_count; i++)
		run.snapshot->peers[i].key_expiry = 0;
	assert_null(found(AUDIT_SERVER_KEY_EXPIRES));
	peer->key_expiry = run.snapshot->taken.wall_ms + 90 * DAY;
	peer->endpoint_count = 0;
	assert_null(found(AUDIT_SERVER_KEY_EXPIRES));
	peer->endpoint_count = 1;
	assert_found(AUDIT_SERVER_KEY_EXPIRES, SEVERITY_INFO, "expires on 2027-02-21, in 90 d");
	peer->key_expiry = run.snapshot->taken.wall_ms + 13 * DAY;
	assert_found(AUDIT_SERVER_KEY_EXPIRES, SEVERITY_DEGRADED, "in 13 d");
	peer->key_expiry = run.snapshot->taken.wall_ms - DAY;
	assert_found(AUDIT_SERVER_KEY_EXPIRES, SEVERITY_DEGRADED, "expired on");
}

static void names_with_certificates_are_public(void **state)
{
	(void)state;
	assert_found(AUDIT_NAMES_IN_LOGS, SEVERITY_INFO, "vps.tail1234.ts.net.");
	run.snapshot->endpoints[2].cert_not_after = 0;
	assert_null(found(AUDIT_NAMES_IN_LOGS));
}

static void this_machine_is_seen_as_its_user_or_as_its_tag(void **state)
{
	static const char *const tags[] = { "tag:ci", "tag:gpu", NULL }, *const capabilities[] = {
		"tailscale.com/cap/relay", "corp.example/cap/x", NULL
	};

	(void)state;
	assert_found(AUDIT_SEEN_AS, SEVERITY_INFO, "laptop.tail1234.ts.net of someone@example.com: servers");
	run.snapshot->daemon.login = "ada@example.org";
	run.snapshot->daemon.display = "Ada";
	assert_found(AUDIT_SEEN_AS, SEVERITY_INFO, " of ada@example.org (Ada): servers");
	assert_null(strstr(run.words.text, "The policy gives it"));
	run.snapshot->daemon.capabilities = capabilities;
	run.snapshot->peers[0].tags = tags;
	assert_found(AUDIT_SEEN_AS, SEVERITY_INFO, "ts.net, tag:ci, tag:gpu: it acts as those tags");
	has(run.words.text, "told no user");
	has(run.words.text, "as seen from here: tailscale.com/cap/relay, corp.example/cap/x.");
	run.snapshot->daemon.is_known = false;
	assert_null(found(AUDIT_SEEN_AS));
}

/* ---- together ---- */

static void every_row_of_the_table_is_found_in_a_test_above(void **state)
{
	static const char *const tested[] = { CODE_FUNNEL_PUBLIC, CODE_OPEN_ONBOARDING, CODE_OPEN_ENDPOINT,
		AUDIT_MANAGEMENT_OPEN, AUDIT_ALL_ADDRESSES, AUDIT_USERSPACE_PORTS, AUDIT_FORWARDED_PORT,
		AUDIT_COMPANION_OPEN, AUDIT_WEB_CLIENT, AUDIT_FALSE_KEY, AUDIT_TWO_PORTS,
		AUDIT_SERVER_KEY_EXPIRES, AUDIT_NAMES_IN_LOGS, AUDIT_SEEN_AS };
	size_t i;

	(void)state;
	for (i = 0; audit_rules[i].code; i++)
		assert_string_equal(audit_rules[i].code, tested[i]);
	assert_int_equal(i, ARRAY_LEN(tested));
}

static void the_worst_comes_first_and_what_is_ignored_last(void **state)
{
	char open[] = "open-endpoint@gpu1", seen[] = "seen-as", names[] = "names-in-logs@gpu1",
	     key[] = "false-key@http://gpu1.tail1234.ts.net:11434";
	char *ignore[] = { open, seen, key, names };

	(void)state;
	open_ollama();
	give_to_another(5);
	run.snapshot->mounts[0].is_funnel = true;
	run.snapshot->endpoints[4].wants_key = TRI_NO;
	run.audit = audit_new(run.snapshot, ignore, ARRAY_LEN(ignore));
	assert_string_equal(run.audit->items[0].code, CODE_FUNNEL_PUBLIC);
	assert_string_equal(run.audit->items[1].code, AUDIT_MANAGEMENT_OPEN);
	for (size_t i = 0; i < run.audit->count; i++) {
		const char *code = run.audit->items[i].code;
		bool is_ignored = strcmp(code, CODE_OPEN_ENDPOINT) == 0 || strcmp(code, AUDIT_SEEN_AS) == 0 ||
				  strcmp(code, AUDIT_FALSE_KEY) == 0;

		assert_int_equal(run.audit->items[i].is_muted, is_ignored);
		assert_true(!i || run.audit->items[i].is_muted >= run.audit->items[i - 1].is_muted);
	}
}

static void nothing_known_is_unknown_and_a_danger_is_one_all_the_same(void **state)
{
	(void)state;
	run.audit = audit_new(run.snapshot, NULL, 0);
	run.snapshot->status = STATUS_DOWN; /* a server is down: no matter of exposure */
	assert_int_equal(audit_status(run.snapshot, run.audit), STATUS_OK);
	run.snapshot->status = STATUS_UNKNOWN;
	assert_int_equal(audit_status(run.snapshot, run.audit), STATUS_UNKNOWN);
	listen_on("0.0.0.0", 11434, "ollama");
	audit_free(run.audit);
	run.audit = audit_new(run.snapshot, NULL, 0);
	assert_int_equal(audit_status(run.snapshot, run.audit), STATUS_DEGRADED);
}

static void a_rule_of_the_policy_names_every_port_and_the_tag_first(void **state)
{
	static const char *const tags[] = { "tag:llm", NULL };
	const struct audit_finding *finding;
	struct audit_policy policy;

	(void)state;
	open_ollama();
	run.snapshot->endpoints[9].peer = 1;
	run.snapshot->endpoints[9].lead = 0;
	finding = found(CODE_OPEN_ENDPOINT);
	assert_true(audit_policy_of(run.snapshot, finding, &policy));
	assert_string_equal(policy.sources[AUDIT_BY_USER], "someone@example.com");
	assert_string_equal(policy.destination, run.snapshot->peers[1].addresses[0]);
	assert_int_equal(policy.port_count, 2);
	assert_int_equal(policy.ports[0], 11434);
	assert_int_equal(policy.ports[1], 9000);
	run.snapshot->peers[1].tags = run.snapshot->peers[0].tags = tags;
	assert_true(audit_policy_of(run.snapshot, finding, &policy));
	assert_string_equal(policy.destination, "tag:llm");
	assert_string_equal(policy.sources[AUDIT_BY_USER], "autogroup:member");
	run.snapshot->peers[1].is_shared_in = true; /* its owner's policy decides */
	assert_false(audit_policy_of(run.snapshot, finding, &policy));
	assert_false(audit_policy_of(run.snapshot, found(AUDIT_SEEN_AS), &policy));
}

/* The engine is behind a mount of this machine, on another of the local network or of the tailnet. */
static void who_mounts_a_server_of_another_machine_offers_it(void **state)
{
	const int engines[] = { -1, 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
		struct endpoint *engine = open_ollama(), *mount = &run.snapshot->endpoints[9];
		struct audit_policy policy;

		engine->peer = engines[i];
		engine->wants_key = engines[i] < 0 ? TRI_NO : TRI_UNKNOWN;
		engine->url = engines[i] < 0 ? "http://192.168.77.9:11434" : engine->url;
		mount->url = "https://laptop.tail1234.ts.net/lan";
		mount->wants_key = TRI_NO;
		mount->peer = (int)(mount->lead = 0);
		assert_true(audit_policy_of(run.snapshot, found(CODE_OPEN_ENDPOINT), &policy));
		assert_string_equal(policy.host, "laptop");
		assert_string_equal(policy.destination, run.snapshot->peers[0].addresses[0]);
		assert_int_equal(policy.port_count, 1);
		assert_int_equal(policy.ports[0], 443);
		has(run.words.text, "at https://laptop.tail1234.ts.net/lan asks for no key");
	}
}

static char *print(void (*function)(
	const struct print_to *to, const struct snapshot *snapshot, const struct audit *audit))
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	function(&(struct print_to){ .file = file, .errors = file, .width = 80 }, run.snapshot, run.audit);
	fclose(file);
	return text;
}

static void hostile_names_are_escaped_and_hidden_names_stay_hidden(void **state)
{
	struct redactor *redactor = redactor_new("");
	char *text, *json;

	(void)state;
	open_ollama();
	run.snapshot->peers[0].user = "o'\"\\@example.com";
	give_to_another(5);
	run.audit = audit_new(run.snapshot, NULL, 0);
	json = print(audit_print_json);
	has(json, "\"src\": [\n");
	has(json, "\"o'\\\"\\\\@example.com\"");
	free(json);
	redactor_apply(redactor, run.snapshot);
	text = print(audit_print);
	json = print(audit_print_json);
	for (size_t i = 0; i < 2; i++) {
		const char *printed = i ? text : json;

		assert_null(strstr(printed, "gpu1"));
		assert_null(strstr(printed, "tail1234"));
		assert_null(strstr(printed, "o'"));
		assert_null(strstr(printed, "100.64.0.2"));
		has(printed, CODE_OPEN_ENDPOINT);
	}
	found(AUDIT_NAMES_IN_LOGS);
	assert_null(strstr(run.words.text, "read them: ."));
	assert_null(strstr(run.words.text, "vps"));
	free(text);
	free(json);
	redactor_free(redactor);
}

static void what_cannot_be_known_is_said(void **state)
{
	char texts[AUDIT_UNKNOWNS_MAX][400];
	size_t count = audit_unknowns(run.snapshot, texts, AUDIT_UNKNOWNS_MAX);
	bool tells_of_funnel = false, tells_of_listeners = false;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		tells_of_funnel = tells_of_funnel || strstr(texts[i], "Funnel");
		tells_of_listeners = tells_of_listeners || strstr(texts[i], "the system does not say");
	}
	assert_true(tells_of_funnel && tells_of_listeners);
	assert_int_equal(audit_unknowns(run.snapshot, texts, 2), 2);
	for (size_t i = 0; i < run.snapshot->peer_count; i++)
		run.snapshot->peers[i].endpoint_count = 0;
	assert_int_equal(audit_unknowns(run.snapshot, texts, AUDIT_UNKNOWNS_MAX), count - 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(funnel_before_a_server_without_a_key_is_dangerous),
		TEST(funnel_before_one_that_asks_for_a_key_is_a_note),
		TEST(a_server_without_a_key_is_exposed_to_machines_of_others),
		TEST(on_a_tagged_or_foreign_machine_it_is_a_note),
		TEST(a_server_that_asks_for_a_key_or_is_local_is_not_open),
		TEST(the_first_visitor_becomes_the_administrator),
		TEST(an_api_that_manages_is_served_as_v1_alone),
		TEST(an_api_that_only_answers_or_a_mount_of_v1_manages_nothing),
		TEST(a_setting_that_looks_like_a_key_guards_nothing),
		TEST(one_server_may_have_two_ports),
		TEST(a_listener_at_all_addresses_is_open_to_every_network),
		TEST(the_target_of_a_mount_at_an_address_of_the_lan_too),
		TEST(what_ssh_listens_on_is_another_machines),
		TEST(userspace_networking_opens_localhost),
		TEST(a_page_beside_a_server_is_open),
		TEST(the_web_client_of_this_machine_is_known_from_its_settings),
		TEST(the_key_of_a_machine_with_a_server_expires),
		TEST(names_with_certificates_are_public),
		TEST(this_machine_is_seen_as_its_user_or_as_its_tag),
		TEST(every_row_of_the_table_is_found_in_a_test_above),
		TEST(the_worst_comes_first_and_what_is_ignored_last),
		TEST(nothing_known_is_unknown_and_a_danger_is_one_all_the_same),
		TEST(a_rule_of_the_policy_names_every_port_and_the_tag_first),
		TEST(who_mounts_a_server_of_another_machine_offers_it),
		TEST(hostile_names_are_escaped_and_hidden_names_stay_hidden),
		TEST(what_cannot_be_known_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
