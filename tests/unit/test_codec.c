/* A snapshot built by hand, written as JSON, parsed back. The pretty form is left for
 * tests/e2e/test_schema.py. */
#include "tui/out/json.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/model/fields.h"
#include "probes/base/mem.h"
#include "tests/unit/sample_snapshot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define WHEN INT64_C(1795394746123) /* 2026-11-23T00:45:46.123Z */

static const char *const none[] = { NULL };
static const char *const addresses[] = { "100.64.0.2", "fd7a:115c:a1e0::2", NULL };
static const char *const tags[] = { "tag:gpu", NULL };
static const char *const devices[] = { "eth0", "tailscale0", NULL };
static const char *const health[] = { "a \"quoted\" \\ line", NULL };

static struct verdict verdicts[] = {
	{ "bad-gateway", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "its backend is down",
		"sudo systemctl start ollama", "gpu1", "its log says more",
		"on gpu1: sudo systemctl start ollama; its log says more", WHEN, false, false, true, true,
		"http://127.0.0.1:11434" },
	{ "open-endpoint", LAYER_EXPOSURE, SEVERITY_INFO, STATE_OK, "no key wanted", "", "", "", "", 0, false,
		true, true, false, "admin" },
	{ "relayed", LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW, "by DERP fra", "", "", "", "", WHEN, false,
		false, true, false, "gpu3" },
	{ "name-unresolved", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_FAULT, "no MagicDNS", "", "", "", "",
		WHEN, false, false, true, false, "admin" },
};

static const struct path unknown_path = {
	.endpoint = "",
	.via = "",
	.rtt_source = "",
	.pong_source = "",
	.reason = "",
	.reason_text = "",
	.rtt_ms = NAN,
	.rtt_p95_ms = NAN,
	.rtt_last_ms = NAN,
	.jitter_ms = NAN,
	.loss = NAN,
	.rtt_age_ms = NAN,
	.pong_age_ms = NAN,
	.changes = NAN,
	.rx_bytes = { NAN, NAN, NAN },
	.tx_bytes = { NAN, NAN, NAN },
};

static struct peer a_peer(const char *id, const char *name)
{
	return (struct peer){
		.id = id,
		.name = name,
		.fqdn = "",
		.os = "",
		.user = "",
		.addresses = none,
		.tags = none,
		.path = unknown_path,
		.rx_bytes = NAN,
		.tx_bytes = NAN,
		.pings = { { 0, NAN, "" }, { 0, NAN, "" } },
		.gpu_exporter = "",
		.gpu = { NAN, NAN, NAN, NAN },
		.rx_per_s = NAN,
		.tx_per_s = NAN,
	};
}

static struct endpoint an_endpoint(const char *url)
{
	return (struct endpoint){
		.peer = -1,
		.engine_id = 1,
		.url = url,
		.base_url = "",
		.at = "",
		.server = "",
		.title = "",
		.version = "",
		.age_ms = NAN,
		.connect_ms = NAN,
		.tls_ms = NAN,
		.ttfb_ms = NAN,
		.ttfb_last_ms = NAN,
		.samples = NAN,
		.figures.running = NAN,
		.figures.waiting = NAN,
		.figures.slots = NAN,
		.figures.tokens_per_s = NAN,
		.figures.kv_cache = NAN,
		.figures.prompt_tokens_per_s = NAN,
		.figures.generated_tokens = NAN,
		.figures.prompt_tokens = NAN,
		.figures.preemptions = NAN,
		.figures.ttft_p50_ms = NAN,
		.figures.ttft_p95_ms = NAN,
		.figures.inter_token_p50_ms = NAN,
		.figures.inter_token_p95_ms = NAN,
		.latency = { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, "" },
	};
}

static void set_all(double figures[TRAFFIC_PATHS], double value)
{
	for (int i = 0; i < TRAFFIC_PATHS; i++)
		figures[i] = value;
}

/* Nothing is known: the daemon is away. */
static struct snapshot an_empty_snapshot(void)
{
	struct snapshot snapshot = {
		.taken = { 1, WHEN }, .source = "live", .status = STATUS_UNKNOWN,
		.daemon = {
			.backend_state = "", .version = "", .self = "", .self_id = "", .tailnet = "", .magicdns_suffix = "",
			.home_derp = "", .auth_url = "", .login = "", .display = "", .capabilities = none, .via = "", .socket = "", .health = none, .age_ms = NAN,
			.trouble = "tailscaled does not run",
		},
		.traffic = { .source = "" },
		.capture = { .dropped = NAN, .trouble = "", .fix = "" },
		.verdict_list = verdicts, .verdict_count = ARRAY_LEN(verdicts),
	};

	set_all(snapshot.traffic.rx_bytes, NAN);
	set_all(snapshot.traffic.tx_bytes, NAN);
	set_all(snapshot.traffic.rx_per_s, NAN);
	set_all(snapshot.traffic.tx_per_s, NAN);
	return snapshot;
}

static struct peer peers[2];
static struct endpoint endpoints[2];
static struct model models[] = {
	{ "qwen3:8b", "Q4_K_M", "", MODEL_LOADED, 5e9, 4.5e9, 8192, WHEN, false, false },
	{ "phi4", "", "ollama.com", MODEL_COLD, NAN, NAN, NAN, 0, false, false },
};
static struct offer offers[] = {
	{ 0, 0, CLASS_OWN, WARMTH_HOT, 1, "" },
	{ 1, 1, CLASS_FOREIGN, WARMTH_UNKNOWN, 0, "does not answer" },
};
static struct mount mounts[2];
static struct flow flows[2];

static void fill_flows(void)
{
	flows[0] = (struct flow){ .peer = 1,
		.endpoint = 0,
		.service = "llm",
		.port = 443,
		.is_outgoing = true,
		.is_active = true,
		.is_estimated = true,
		.since = WHEN,
		.last = WHEN,
		.connections = 2,
		.open = 1,
		.exchanges = 3,
		.rx_bytes = 20310,
		.tx_bytes = 4112,
		.rx_per_s = 100,
		.tx_per_s = 0,
		.ttfb_ms = 3.8,
		.ttft_ms = 19.1,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = 19.1,
		.ttft_p95_ms = 38.2,
		.tokens_per_s = 251 };
	flows[1] = (struct flow){ .peer = 1,
		.endpoint = -1,
		.service = "",
		.port = 9000,
		.is_inferred = true,
		.rx_per_s = NAN,
		.tx_per_s = NAN,
		.ttfb_ms = NAN,
		.ttft_ms = NAN,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = NAN,
		.ttft_p95_ms = NAN,
		.tokens_per_s = NAN };
}

static void fill_rows(void)
{
	peers[0] = a_peer("n1CNTRL", "admin");
	peers[0].is_self = peers[0].is_online = true;
	peers[1] = a_peer("n2CNTRL", "gpu1");
	peers[1].fqdn = "gpu1.tail4c1d.ts.net";
	peers[1].addresses = addresses;
	peers[1].tags = tags;
	peers[1].state = STATE_SLOW;
	peers[1].rx_bytes = 6413116;
	peers[1].tx_bytes = 0;
	peers[1].last_seen = peers[1].key_expiry = WHEN;
	peers[1].verdicts = (struct span){ 2, 1 };
	peers[1].path.kind = PATH_DERP;
	peers[1].path.via = "fra";
	peers[1].path.rtt_ms = 0.26;
	peers[1].path.rtt_source = "ping";
	peers[1].path.loss = 0;
	peers[1].path.pong_age_ms = 1200;
	peers[1].path.pong_source = "capture";
	peers[1].path.rx_bytes[TRAFFIC_DIRECT] = 5;
	peers[1].path.rx_bytes[TRAFFIC_DERP] = 0;
	peers[1].path.reason = "udp-blocked-there";
	peers[1].path.reason_text = "UDP is blocked there";
	peers[1].net = (struct obs_net){
		.has_udp = TRI_NO, .is_hard_nat = TRI_YES, .candidates = 0, .derp_ms = NAN, .at = WHEN
	};
	peers[1].user = "ann@example.com";
	peers[1].pings[PING_DISCO] = (struct ping){ WHEN, 0.25, "direct 10.99.0.11:41641" };
	peers[1].pings[PING_TSMP] = (struct ping){ WHEN, NAN, "" };
	peers[1].probed = (struct probed_ports){ 19, 4, 2, false };
	endpoints[0] = an_endpoint("https://gpu1.tail4c1d.ts.net/ollama");
	endpoints[0].peer = 1;
	endpoints[0].engine_id = 3;
	endpoints[0].base_url = "https://gpu1.tail4c1d.ts.net/ollama/v1";
	endpoints[0].found_by = FOUND_SERVE;
	endpoints[0].server = "ollama";
	endpoints[0].version = "0.17.4";
	endpoints[0].state = STATE_FAULT;
	endpoints[0].is_stale = true;
	endpoints[0].verdicts = (struct span){ 0, 2 };
	endpoints[0].models = (struct span){ 0, 2 };
	endpoints[0].models_known = true;
	endpoints[0].connect_ms = 0.7;
	endpoints[0].samples = 12;
	endpoints[0].figures.running = 0;
	endpoints[1] = an_endpoint("http://10.0.0.5:8000");
	mounts[0] = (struct mount){ "admin.tail4c1d.ts.net", "", "/ollama", "http://127.0.0.1:11434", 443,
		SERVE_HTTPS, true, false, -1, -1, STATE_OK, { 0, 0 }, false };
	mounts[1] = (struct mount){ "", "svc:net", "", "", 0, SERVE_TUN, false, true, -1, -1, STATE_UNKNOWN,
		{ 0, 0 }, false };
}

static struct snapshot a_snapshot(void)
{
	struct snapshot snapshot = an_empty_snapshot();

	fill_rows();
	fill_flows();
	snapshot.flows = flows;
	snapshot.flow_count = ARRAY_LEN(flows);
	snapshot.status = STATUS_DOWN;
	snapshot.daemon.backend_state = "Running";
	snapshot.daemon.self = "admin";
	snapshot.daemon.via = "localapi";
	snapshot.daemon.trouble = "";
	snapshot.daemon.health = health;
	snapshot.daemon.is_known = snapshot.daemon.has_tun = true;
	snapshot.daemon.age_ms = 180;
	snapshot.daemon.net = (struct obs_net){
		.has_udp = TRI_YES, .has_ipv4 = TRI_YES, .candidates = NAN, .derp_ms = 11.5, .at = WHEN
	};
	snapshot.traffic.source = "usermetrics";
	set_all(snapshot.traffic.rx_bytes, 123456789012345);
	snapshot.peers = peers;
	snapshot.peer_count = ARRAY_LEN(peers);
	snapshot.endpoints = endpoints;
	snapshot.endpoint_count = ARRAY_LEN(endpoints);
	snapshot.models = models;
	snapshot.model_count = ARRAY_LEN(models);
	snapshot.offers = offers;
	snapshot.offer_count = ARRAY_LEN(offers);
	snapshot.mounts = mounts;
	snapshot.mount_count = ARRAY_LEN(mounts);
	snapshot.verdicts = (struct span){ 3, 1 };
	snapshot.capture = (struct capture){ .state = CAPTURE_RUNNING,
		.since = WHEN,
		.devices = devices,
		.dropped = 3,
		.trouble = "",
		.fix = "" };
	snapshot.requests = 41;
	snapshot.by_cost[COST_FREE] = 40;
	snapshot.by_cost[COST_WAKES] = 1;
	return snapshot;
}

static char *print(const struct snapshot *snapshot, bool is_pretty)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(json_write_snapshot(file, snapshot, is_pretty), 0);
	fclose(file);
	return text;
}

static struct json *written(const struct snapshot *snapshot, bool is_pretty)
{
	char *text = print(snapshot, is_pretty);
	struct fault fault = { "" };
	struct json *tree = json_parse(text, strlen(text), &fault);

	assert_string_equal(fault.text, "");
	free(text);
	return tree;
}

static const struct json *row(const struct json *tree, const char *key, int index)
{
	const struct json *item = json_first(json_member(tree, key));

	while (item && index--)
		item = json_next(item);
	assert_non_null(item);
	return item;
}

static bool has_key(const struct json *object, const char *key)
{
	for (const struct json *item = json_first(object); item; item = json_next(item))
		if (strcmp(json_key(item), key) == 0)
			return true;
	return false;
}

static void the_head_says_what_and_when(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *daemon = json_member(tree, "daemon");

	(void)state;
	assert_true(json_number(tree, "schema_version") == 1);
	assert_string_equal(json_text(tree, "version"), TSLLM_VERSION);
	assert_string_equal(json_text(tree, "taken_at"), "2026-11-23T00:45:46.123Z");
	assert_string_equal(json_text(tree, "source"), "live");
	assert_string_equal(json_text(tree, "status"), "down");
	assert_string_equal(json_text(daemon, "backend_state"), "Running");
	assert_true(json_true(daemon, "tun") && json_number(daemon, "age_ms") == 180);
	assert_string_equal(json_string(row(daemon, "health", 0)), health[0]);
	assert_string_equal(json_text(json_member(tree, "capture"), "state"), "running");
	assert_string_equal(json_string(row(json_member(tree, "capture"), "devices", 1)), "tailscale0");
	assert_true(json_number(json_member(tree, "capture"), "dropped") == 3);
	assert_false(has_key(json_member(tree, "capture"), "trouble"));
	assert_true(json_is_array(json_member(tree, "flows")));
	assert_string_equal(json_text(row(tree, "verdicts", 0), "code"), "name-unresolved");
	json_free(tree);
}

static void a_flow_says_who_uses_what(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *out = row(tree, "flows", 0), *in = row(tree, "flows", 1);

	(void)state;
	assert_string_equal(json_text(out, "peer"), "gpu1");
	assert_string_equal(json_text(out, "peer_id"), "n2CNTRL");
	assert_string_equal(json_text(out, "service"), "llm");
	assert_string_equal(json_text(out, "url"), "https://gpu1.tail4c1d.ts.net/ollama");
	assert_string_equal(json_text(out, "direction"), "out");
	assert_true(json_true(out, "active") && json_true(out, "estimated"));
	assert_true(json_number(out, "port") == 443 && json_number(out, "rx_bytes") == 20310);
	assert_true(json_number(out, "ttft_ms") == 19.1 && json_number(out, "tokens_per_s") == 251);
	assert_false(has_key(out, "ttft_max_ms") || has_key(out, "user") || has_key(out, "inferred"));
	assert_string_equal(json_text(in, "direction"), "in");
	assert_string_equal(json_text(in, "user"), "ann@example.com");
	assert_true(json_true(in, "inferred") && has_key(in, "service"));
	assert_string_equal(json_text(in, "service"), "");
	assert_false(has_key(in, "url") || has_key(in, "estimated") || has_key(in, "since"));
	json_free(tree);
}

static void a_peer_s_bytes_by_path_are_there_where_they_are_known(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *path = json_member(row(tree, "peers", 1), "path");
	const struct json *bytes = json_member(path, "rx_bytes_by_path");

	(void)state;
	assert_true(json_number(path, "pong_age_ms") == 1200);
	assert_string_equal(json_text(path, "pong_source"), "capture");
	assert_true(json_number(bytes, "direct") == 5 && json_number(bytes, "derp") == 0);
	assert_false(has_key(bytes, "peer_relay") || has_key(path, "tx_bytes_by_path"));
	assert_false(has_key(json_member(row(tree, "peers", 0), "path"), "rx_bytes_by_path"));
	json_free(tree);
}

static void a_peer_has_its_path_and_its_verdicts(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, true);
	const struct json *peer = row(tree, "peers", 1), *path = json_member(peer, "path");

	(void)state;
	assert_true(json_true(row(tree, "peers", 0), "self") && !has_key(peer, "self"));
	assert_false(has_key(row(tree, "peers", 0), "pings"));
	assert_string_equal(json_text(row(peer, "pings", 0), "by"), "direct 10.99.0.11:41641");
	assert_string_equal(json_text(row(peer, "pings", 1), "kind"), "tsmp");
	assert_false(has_key(row(peer, "pings", 1), "ms"));
	assert_int_equal((int)json_number(json_member(peer, "probed"), "silent"), 2);
	assert_string_equal(json_text(peer, "id"), "n2CNTRL");
	assert_string_equal(json_string(row(peer, "addresses", 1)), "fd7a:115c:a1e0::2");
	assert_string_equal(json_string(row(peer, "tags", 0)), "tag:gpu");
	assert_string_equal(json_text(path, "kind"), "derp");
	assert_string_equal(json_text(path, "via"), "fra");
	assert_true(json_number(path, "rtt_ms") == 0.26 && json_number(path, "loss") == 0);
	assert_true(json_number(peer, "rx_bytes") == 6413116 && json_number(peer, "tx_bytes") == 0);
	assert_string_equal(json_text(peer, "last_seen"), "2026-11-23T00:45:46.123Z");
	assert_string_equal(json_text(peer, "state"), "slow");
	assert_string_equal(json_text(row(peer, "verdicts", 0), "code"), "relayed");
	json_free(tree);
}

static void the_gpus_of_a_machine_are_told_together_and_each(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	char *text = print(snapshot, false);
	struct fault fault;
	struct json *tree = json_parse(text, strlen(text), &fault);
	const struct json *gpu = json_member(row(tree, "peers", 1), "gpu");

	(void)state;
	assert_string_equal(json_text(gpu, "exporter"), "nvidia_gpu_exporter");
	assert_false(has_key(gpu, "trouble"));
	assert_true(fabs(json_number(gpu, "memory_used_bytes") - 46.2e9) < 1);
	assert_true(fabs(json_number(gpu, "busy") - 0.69) < 1e-9);
	assert_string_equal(json_text(row(gpu, "gpus", 1), "id"), "1");
	assert_string_equal(json_text(row(gpu, "gpus", 0), "name"), "NVIDIA GeForce RTX 4090");
	assert_true(fabs(json_number(row(gpu, "gpus", 1), "memory_free_bytes") - 0.6e9) < 1);
	assert_string_equal(json_text(json_member(row(tree, "peers", 6), "gpu"), "trouble"), "no-answer");
	assert_false(has_key(row(tree, "peers", 2), "gpu"));
	json_free(tree);
	free(text);
	snapshot_free(snapshot);
}

static void a_peer_s_network_is_told(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *peer = row(tree, "peers", 1), *net = json_member(peer, "net");
	const struct json *path = json_member(peer, "path");

	(void)state;
	assert_string_equal(json_text(path, "reason"), "udp-blocked-there");
	assert_string_equal(json_text(path, "reason_text"), "UDP is blocked there");
	assert_true(json_is_false(json_member(net, "udp")) && json_true(net, "hard_nat"));
	assert_true(json_number(net, "candidates") == 0 && has_key(net, "at"));
	assert_false(has_key(net, "ipv4") || has_key(net, "port_mapping") || has_key(net, "derp_ms"));
	assert_false(has_key(row(tree, "peers", 0), "net"));
	net = json_member(json_member(tree, "daemon"), "net");
	assert_true(json_true(net, "udp") && json_number(net, "derp_ms") == 11.5);
	json_free(tree);
}

static void unknown_is_left_out_or_null_and_never_zero(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *peer = row(tree, "peers", 0), *endpoint = row(tree, "endpoints", 1);

	(void)state;
	assert_false(has_key(peer, "rx_bytes") || has_key(peer, "key_expiry") || has_key(peer, "fqdn"));
	assert_true(has_key(peer, "last_seen") && !json_member(peer, "last_seen"));
	assert_true(has_key(json_member(peer, "path"), "via"));
	assert_false(has_key(json_member(peer, "path"), "rtt_ms"));
	assert_true(has_key(endpoint, "peer") && !json_member(endpoint, "peer"));
	assert_false(
		has_key(endpoint, "server") || has_key(endpoint, "models") || has_key(endpoint, "stale"));
	assert_null(json_first(json_member(endpoint, "engine")));
	assert_null(json_first(json_member(json_member(tree, "traffic"), "tx_bytes")));
	assert_false(has_key(row(tree, "serve", 1), "port"));
	json_free(tree);
}

static void an_endpoint_names_its_peer_its_models_and_its_faults(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *endpoint = row(tree, "endpoints", 0), *model = row(endpoint, "models", 0);
	const struct json *worst = row(endpoint, "verdicts", 0), *muted = row(endpoint, "verdicts", 1);

	(void)state;
	assert_string_equal(json_text(endpoint, "peer"), "gpu1");
	assert_string_equal(json_text(endpoint, "peer_id"), "n2CNTRL");
	assert_true(json_number(endpoint, "engine_id") == 3);
	assert_string_equal(json_text(endpoint, "found_by"), "serve");
	assert_string_equal(json_text(endpoint, "server_version"), "0.17.4");
	assert_true(json_true(endpoint, "stale"));
	assert_string_equal(json_text(model, "state"), "loaded");
	assert_true(json_number(model, "size_bytes") == 5e9 && json_number(model, "context") == 8192);
	assert_string_equal(json_text(row(endpoint, "models", 1), "state"), "cold");
	assert_string_equal(json_text(row(endpoint, "models", 1), "remote_host"), "ollama.com");
	assert_false(has_key(model, "remote_host"));
	assert_string_equal(json_text(worst, "code"), "bad-gateway");
	assert_string_equal(json_text(worst, "severity"), "down");
	assert_string_equal(json_text(worst, "run"), "sudo systemctl start ollama");
	assert_string_equal(json_text(worst, "run_on"), "gpu1");
	assert_string_equal(json_text(worst, "hint"), "its log says more");
	assert_string_equal(
		json_text(worst, "fix"), "on gpu1: sudo systemctl start ollama; its log says more");
	assert_false(has_key(worst, "muted"));
	assert_true(json_true(muted, "muted") && !has_key(muted, "fix") && !has_key(muted, "since"));
	assert_true(json_number(json_member(endpoint, "latency"), "samples") == 12);
	assert_true(json_number(json_member(endpoint, "engine"), "running") == 0);
	json_free(tree);
}

static void number_all(const struct fields *fields, void *of)
{
	for (size_t i = 0; i < fields->count; i++)
		*(double *)((char *)of + fields->items[i].offset) = (double)i + 1;
}

static void assert_all(const struct fields *fields, const struct json *object)
{
	for (size_t i = 0; i < fields->count; i++)
		assert_true(json_number(object, fields->items[i].key) == (double)i + 1);
}

static void every_figure_that_is_known_is_written(void **state)
{
	struct snapshot snapshot = a_snapshot();
	const struct json *first;
	struct json *tree;

	(void)state;
	number_all(&fields_engine, &endpoints[0].figures);
	number_all(&fields_answer, &endpoints[0]);
	number_all(&fields_latency, &endpoints[0].latency);
	number_all(&fields_path, &peers[0].path);
	number_all(&fields_peer, &peers[0]);
	tree = written(&snapshot, false);
	first = row(tree, "endpoints", 0);
	assert_all(&fields_engine, json_member(first, "engine"));
	assert_all(&fields_answer, json_member(first, "latency"));
	assert_all(&fields_latency, json_member(first, "anatomy"));
	assert_true(
		json_number(json_member(first, "anatomy"), "engine_ms") == endpoints[0].latency.engine_ms);
	first = row(tree, "peers", 0);
	assert_all(&fields_path, json_member(first, "path"));
	assert_all(&fields_peer, first);
	json_free(tree);
}

static void an_offer_tells_where_a_model_is(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *best = row(tree, "offers", 0), *refused = row(tree, "offers", 1);

	(void)state;
	assert_string_equal(json_text(best, "model"), "qwen3:8b");
	assert_string_equal(json_text(best, "url"), "https://gpu1.tail4c1d.ts.net/ollama");
	assert_string_equal(json_text(best, "warmth"), "hot");
	assert_true(json_number(best, "rank") == 1 && json_number(best, "engine_id") == 3);
	assert_false(has_key(best, "why"));
	assert_string_equal(json_text(refused, "why"), "does not answer");
	assert_false(has_key(refused, "rank"));
	assert_string_equal(
		json_text(row(tree, "endpoints", 0), "base_url"), "https://gpu1.tail4c1d.ts.net/ollama/v1");
	assert_false(has_key(row(tree, "endpoints", 1), "base_url"));
	json_free(tree);
}

static void mounts_and_the_ledger_are_told(void **state)
{
	struct snapshot snapshot = a_snapshot();
	struct json *tree = written(&snapshot, false);
	const struct json *mount = row(tree, "serve", 0),
			  *costs = json_member(json_member(tree, "ledger"), "by_cost");

	(void)state;
	assert_string_equal(json_text(mount, "mount"), "/ollama");
	assert_string_equal(json_text(mount, "protocol"), "https");
	assert_true(json_number(mount, "port") == 443 && json_true(mount, "funnel") &&
		    !json_true(mount, "foreground"));
	assert_string_equal(json_text(mount, "backend_state"), "ok");
	assert_true(json_number(json_member(tree, "ledger"), "requests") == 41);
	assert_true(json_number(costs, "free") == 40 && json_number(costs, "wakes") == 1);
	assert_false(has_key(costs, "bills"));
	json_free(tree);
}

static void the_form_that_is_not_pretty_is_one_line(void **state)
{
	struct snapshot snapshot = a_snapshot();
	char *line = print(&snapshot, false), *pretty = print(&snapshot, true);

	(void)state;
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_true(strstr(line, "\"peer_relay\":123456789012345,"));
	assert_true(strstr(pretty, "{\n\t\"schema_version\": 1,\n\t\"version\": "));
	assert_true(strstr(pretty, "\"tags\": [],\n"));
	free(line);
	free(pretty);
}

static void a_full_disk_is_told(void **state)
{
	struct snapshot snapshot = a_snapshot();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(json_write_snapshot(full, &snapshot, false), -1);
	fclose(full);
}

static FILE *open_sample(const char *name)
{
	const char *build = getenv("TSLLM_BUILD");
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", build ? build : "build/plain", name);
	file = fopen(path, "w");
	assert_non_null(file);
	return file;
}

static void samples_are_left_for_the_schema(void **state)
{
	struct snapshot full = a_snapshot(), empty = an_empty_snapshot();
	FILE *file = open_sample("codec-sample.json");

	(void)state;
	assert_int_equal(json_write_snapshot(file, &full, true), 0);
	assert_int_equal(json_write_snapshot(file, &full, false), 0);
	assert_int_equal(json_write_snapshot(file, &empty, false), 0);
	fclose(file);
}

/* What the other samples leave out. */
/* One that told all that can be known, and one that failed. */
static void fill_canaries(struct snapshot *snapshot)
{
	static struct canary canaries[2];
	struct canary_figures *figures = &canaries[0].figures;

	canaries[0] = (struct canary){ .url = "https://gpu1.tail4c1d.ts.net/ollama/api/chat",
		.model = "qwen3:8b",
		.words = "",
		.path_source = "disco",
		.is_seen = true,
		.seen_ttfb_ms = 90,
		.seen_ttft_ms = 95,
		.seen_tokens_per_s = 40 };
	canary_figures_init(figures);
	figures->ttft_ms = figures->total_ms = figures->connect_ms = figures->tls_ms = figures->head_ms =
		figures->path_ms = figures->queue_ms = figures->load_ms = figures->prefill_ms =
			figures->decode_ms = figures->tokens = figures->prompt_tokens =
				figures->tokens_per_s = figures->engine_tokens =
					figures->engine_prompt_tokens = figures->engine_span_ms = 16;
	figures->is_thinking = figures->is_whole = figures->has_more = figures->is_decode_by_server = true;
	figures->state = CANARY_DONE;
	figures->counted = CANARY_COUNTED_BY_SERVER;
	figures->status = 200;
	figures->began = figures->ended = WHEN;
	canaries[1] = canaries[0];
	canaries[1].words = "no such model";
	canaries[1].figures.number = 2;
	canaries[1].figures.state = CANARY_FAILED;
	canaries[1].figures.trouble = CANARY_REFUSED;
	snapshot->canaries = canaries;
	snapshot->canary_count = ARRAY_LEN(canaries);
	endpoints[0].canaries = (struct span){ 0, 2 };
}

static struct snapshot a_rare_snapshot(void)
{
	static const char *const capabilities[] = { "tailscale.com/cap/relay", NULL };
	const struct obs_net net = { TRI_YES, TRI_YES, TRI_YES, TRI_YES, TRI_YES, TRI_YES, .candidates = 2,
		.derp_ms = 11.5, .at = WHEN };
	static struct obs_gpu gpus[] = { { "0", "", { 1, 2, 3, 0.5 } } };
	struct snapshot snapshot = a_snapshot();

	snapshot.gpus = gpus;
	snapshot.gpu_count = peers[1].gpus.count = ARRAY_LEN(gpus);
	peers[1].has_more_gpus = true;
	fill_canaries(&snapshot);
	snapshot.daemon.net = peers[1].net = net;
	snapshot.verdicts = peers[1].verdicts = mounts[0].verdicts = (struct span){ 0, 2 }; /* one is muted */
	peers[1].is_shared_in = true;
	peers[1].path.rtt_age_ms = 1200;
	peers[1].path.rtt_last_ms = 0.3;
	endpoints[0].ttfb_last_ms = 4.2;
	peers[1].path.was_before = endpoints[0].was_before = verdicts[0].was_before = true;
	endpoints[0].latency.engine_ms = 812;
	endpoints[0].figures.generated_tokens = 41000;
	endpoints[0].figures.prompt_tokens = 9e6;
	snapshot.daemon.login = "ada@example.com";
	snapshot.daemon.display = "Ada";
	snapshot.daemon.capabilities = capabilities;
	for (int cost = 0; cost < COST_COUNT; cost++)
		snapshot.by_cost[cost] = 1;
	return snapshot;
}

/* Every key of the schema is in one of them. */
static void fuller_samples_are_left_for_the_schema(void **state)
{
	struct snapshot *(*const samples[])(
		void) = { sample_fleet, sample_stale, sample_no_daemon, sample_clients, sample_no_right };
	struct snapshot rare = a_rare_snapshot();
	FILE *file = open_sample("codec-fuller.json");

	(void)state;
	assert_int_equal(json_write_snapshot(file, &rare, false), 0);
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct snapshot *snapshot = samples[i]();

		assert_int_equal(json_write_snapshot(file, snapshot, false), 0);
		snapshot_free(snapshot);
	}
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_says_what_and_when),
		cmocka_unit_test(a_flow_says_who_uses_what),
		cmocka_unit_test(a_peer_s_bytes_by_path_are_there_where_they_are_known),
		cmocka_unit_test(a_peer_has_its_path_and_its_verdicts),
		cmocka_unit_test(the_gpus_of_a_machine_are_told_together_and_each),
		cmocka_unit_test(a_peer_s_network_is_told),
		cmocka_unit_test(unknown_is_left_out_or_null_and_never_zero),
		cmocka_unit_test(an_endpoint_names_its_peer_its_models_and_its_faults),
		cmocka_unit_test(every_figure_that_is_known_is_written),
		cmocka_unit_test(an_offer_tells_where_a_model_is),
		cmocka_unit_test(mounts_and_the_ledger_are_told),
		cmocka_unit_test(the_form_that_is_not_pretty_is_one_line),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(samples_are_left_for_the_schema),
		cmocka_unit_test(fuller_samples_are_left_for_the_schema),
	};

	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
