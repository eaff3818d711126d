/* Rows are written as tables of what matters and filled up with "unknown". Times are fixed: the sample's now
 * is 2026-11-23 12:00:00 UTC. */
#include "tests/unit/sample_snapshot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/family.h"
#include "probes/take/same_engine.h"

#define NOW INT64_C(1795435200000)
#define MINUTE (60 * INT64_C(1000))
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define VERDICTS_MAX 64
#define MODELS_MAX 64

static const char *const no_text[] = { NULL };
static const float calm[] = { 6, 7, 6, 8, 6, 7, 9, 6, 6, 7, 8, 6 };
static const float rising[] = { 12, 14, 18, 30, 44, 60, 90, 130, 240, 480, 900, 1400 };
static const float broken[] = { 6, 7, 6, 8, NAN, NAN, NAN, NAN, 6, NAN, NAN, NAN };

static struct snapshot *new_snapshot(void)
{
	struct arena *arena = arena_new();
	struct snapshot *snapshot = arena_alloc(arena, sizeof(*snapshot));

	snapshot->arena = arena;
	snapshot->taken = (struct when){ .mono_ms = 1000000, .wall_ms = NOW };
	snapshot->source = "live";
	snapshot->spark_span_ms = SPARK_SPAN_MS;
	snapshot->status = STATUS_UNKNOWN;
	snapshot->daemon = (struct daemon){
		.backend_state = "",
		.version = "",
		.self = "",
		.self_id = "",
		.tailnet = "",
		.magicdns_suffix = "",
		.home_derp = "",
		.auth_url = "",
		.login = "",
		.display = "",
		.capabilities = no_text,
		.via = "",
		.socket = "",
		.sudo = "sudo ",
		.trouble = "",
		.age_ms = NAN,
	};
	snapshot->traffic.source = "";
	snapshot->discovery =
		(struct discovery){ .mode = "mine", .ports = "443 80 8443 11434 1234 8000", .now = "" };
	snapshot->verdict_list = arena_alloc(arena, VERDICTS_MAX * sizeof(struct verdict));
	snapshot->models = arena_alloc(arena, MODELS_MAX * sizeof(struct model));
	for (int i = 0; i < TRAFFIC_PATHS; i++)
		snapshot->traffic.rx_per_s[i] = snapshot->traffic.tx_per_s[i] = NAN;
	snapshot->capture = (struct capture){ .devices = no_text, .dropped = NAN, .trouble = "", .fix = "" };
	return snapshot;
}

static void run_daemon(struct snapshot *snapshot)
{
	snapshot->daemon.backend_state = "Running";
	snapshot->daemon.version = "1.98.9";
	snapshot->daemon.self = "laptop";
	snapshot->daemon.self_id = "nSELF";
	snapshot->daemon.tailnet = "someone@example.com";
	snapshot->daemon.magicdns_suffix = "tail1234.ts.net";
	snapshot->daemon.home_derp = "fra";
	snapshot->daemon.via = "localapi";
	snapshot->daemon.socket = "/run/tailscale/tailscaled.sock";
	snapshot->daemon.is_known = snapshot->daemon.has_tun = true;
	snapshot->daemon.age_ms = 800;
}

static struct span say(struct snapshot *snapshot, struct verdict verdict)
{
	struct span span = { snapshot->verdict_count, 1 };

	verdict.since = verdict.since ? verdict.since : NOW - 3 * MINUTE;
	verdict.run = verdict.run ? verdict.run : "";
	verdict.run_on = verdict.run_on ? verdict.run_on : "";
	verdict.cause = verdict.cause ? verdict.cause : "";
	verdict.hint = *verdict.run ? "" : verdict.fix;
	snapshot->verdict_list[snapshot->verdict_count++] = verdict;
	return span;
}

static const char *const *one_address(struct snapshot *snapshot, const char *address)
{
	const char **list = arena_alloc(snapshot->arena, 2 * sizeof(*list));

	list[0] = address;
	return list;
}

static struct peer new_peer(struct snapshot *snapshot, const char *name, size_t number)
{
	return (struct peer){
		.id = arena_printf(snapshot->arena, "n%s%zu", name, number),
		.name = name,
		.fqdn = arena_printf(snapshot->arena, "%s.tail1234.ts.net", name),
		.os = "linux",
		.user = "someone@example.com",
		.addresses = one_address(snapshot,
			arena_printf(snapshot->arena, "100.64.%zu.%zu", number / 250, number % 250 + 1)),
		.tags = no_text,
		.is_online = true,
		.was_asked = true,
		.probed = { .is_running = true },
		.path = { .kind = PATH_IDLE,
			.endpoint = "",
			.via = "",
			.rtt_ms = NAN,
			.rtt_p95_ms = NAN,
			.rtt_last_ms = NAN,
			.jitter_ms = NAN,
			.loss = NAN,
			.rtt_age_ms = NAN,
			.rtt_source = "",
			.pong_age_ms = NAN,
			.pong_source = "",
			.reason = "",
			.reason_text = "",
			.changes = NAN,
			.rx_bytes = { NAN, NAN, NAN },
			.tx_bytes = { NAN, NAN, NAN } },
		.pings = { { 0, NAN, "" }, { 0, NAN, "" } },
		.gpu_exporter = "",
		.gpu = { NAN, NAN, NAN, NAN },
		.rx_per_s = NAN,
		.tx_per_s = NAN,
		.state = STATE_OK,
	};
}

static struct endpoint new_endpoint(int peer, const char *url, const char *at)
{
	return (struct endpoint){
		.peer = peer,
		.engine_id = -1,
		.url = url,
		.base_url = "",
		.at = at,
		.found_by = FOUND_PORT,
		.server = "",
		.title = "",
		.version = "",
		.management = "",
		.no_guard = "",
		.relays_by = "",
		.state = STATE_OK,
		.since = NOW - 2 * HOUR,
		.age_ms = 900,
		.connect_ms = NAN,
		.tls_ms = NAN,
		.ttfb_ms = NAN,
		.ttfb_last_ms = NAN,
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
		.requests = 40,
		.bytes_sent = 5200,
		.bytes_received = 61000,
	};
}

static void say_apis(struct endpoint *endpoint)
{
	const struct server_facts *facts = server_facts_named(family_facts(), endpoint->server);

	for (int i = 0; i < API_COUNT; i++)
		endpoint->speaks[i] = server_facts_spoken(facts, (enum client_api)i, endpoint->version);
}

static void make_peers(struct snapshot *snapshot)
{
	static const struct {
		const char *name, *via, *address;
		enum path_kind kind;
		double rtt, rx;
	} table[] = {
		{ "laptop", "", "", PATH_UNKNOWN, NAN, NAN },
		{ "gpu1", "", "10.99.0.11:41641", PATH_DIRECT, 3.1, 3.9e6 },
		{ "gpu2", "", "10.99.0.12:41641", PATH_DIRECT, 4.0, 210000 },
		{ "macmini", "", "", PATH_OFFLINE, NAN, NAN },
		{ "nas", "", "192.168.1.4:41641", PATH_DIRECT, 2.1, 900 },
		{ "phone", "", "", PATH_IDLE, NAN, 0 },
		{ "pi", "", "", PATH_IDLE, NAN, 0 },
		{ "printer", "", "", PATH_OFFLINE, NAN, NAN },
		{ "studio", "fra", "", PATH_DERP, 48, 310000 },
		{ "tower", "nas", "10.99.0.4:40000:vni:7", PATH_PEER_RELAY, 21, 88000 },
		{ "vps", "", "203.0.113.9:41641", PATH_DIRECT, 31, 1200 },
		{ "work", "", "", PATH_IDLE, NAN, 0 },
	};

	snapshot->peers = arena_alloc(snapshot->arena, ARRAY_LEN(table) * sizeof(struct peer));
	snapshot->peer_count = ARRAY_LEN(table);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct peer *peer = &snapshot->peers[i];

		*peer = new_peer(snapshot, table[i].name, i);
		peer->is_self = i == 0;
		peer->path.kind = table[i].kind;
		peer->path.via = table[i].via;
		peer->path.endpoint = table[i].address;
		peer->path.rtt_ms = table[i].rtt;
		peer->rx_per_s = table[i].rx;
		peer->tx_per_s = table[i].rx / 20;
		peer->is_online = table[i].kind != PATH_OFFLINE;
		peer->state = peer->is_online ? STATE_OK : STATE_OFFLINE;
		peer->last_seen = peer->is_online ? 0 : NOW - 3 * HOUR;
		if (isnan(table[i].rtt))
			continue;
		peer->is_active = true;
		peer->path.rtt_p95_ms = table[i].rtt * 1.4;
		peer->path.jitter_ms = table[i].rtt / 10;
		peer->path.loss = 0;
		peer->path.changes = i == 8 ? 4 : 0;
		peer->path.rtt_source = "tcp";
		peer->path.since = NOW - 90 * MINUTE;
		peer->last_handshake = NOW - 70 * 1000;
		peer->spark = i == 8 ? rising : calm;
		peer->spark_count = 12;
	}
	snapshot->online_count = 9;
	snapshot->peers[8].state = STATE_SLOW;
	snapshot->peers[8].path.reason = "udp-blocked-here";
	snapshot->peers[8].path.reason_text = "UDP is blocked here";
	snapshot->daemon.net = (struct obs_net){
		.has_udp = TRI_NO, .candidates = NAN, .derp_ms = NAN, .at = NOW - 2 * MINUTE
	};
	snapshot->peers[8].verdicts =
		say(snapshot, (struct verdict){ .code = "relayed",
				      .layer = LAYER_PATH,
				      .severity = SEVERITY_DEGRADED,
				      .state = STATE_SLOW,
				      .text = "relayed through DERP fra (UDP blocked here): +44 ms against "
					      "the best direct path",
				      .fix = "open UDP 41641" });
}

static void make_gpus(struct snapshot *snapshot)
{
	static const struct obs_gpu table[] = {
		{ "0", "NVIDIA GeForce RTX 4090", { 21.3e9, 4.4e9, 25.8e9, 0.98 } },
		{ "1", "NVIDIA GeForce RTX 3090", { 24.9e9, 0.6e9, 25.8e9, 0.4 } },
	};
	struct peer *peer = &snapshot->peers[1];

	snapshot->gpus = arena_alloc(snapshot->arena, sizeof(table));
	memcpy(snapshot->gpus, table, sizeof(table));
	snapshot->gpu_count = ARRAY_LEN(table);
	peer->gpu_exporter = "nvidia_gpu_exporter";
	peer->gpus = (struct span){ 0, ARRAY_LEN(table) };
	gpu_add_up(table, ARRAY_LEN(table), &peer->gpu);
	snapshot->peers[6].gpu_trouble = GPU_NO_ANSWER;
}

static void give_models(struct snapshot *snapshot, struct endpoint *endpoint, size_t loaded, size_t count)
{
	static const char *const ids[] = { "qwen3:32b", "llama3.3:70b-instruct-q4_K_M",
		"nomic-embed-text:latest", "gpt-oss:120b" };

	endpoint->models = (struct span){ snapshot->model_count, count };
	endpoint->loaded_models = loaded;
	endpoint->models_known = endpoint->loaded_known = true;
	for (size_t i = 0; i < count; i++) {
		bool is_loaded = i < loaded;

		snapshot->models[snapshot->model_count++] = (struct model){
			.id = ids[i % ARRAY_LEN(ids)],
			.quantisation = "Q4_K_M",
			.remote_host = "",
			.state = is_loaded ? MODEL_LOADED : MODEL_COLD,
			.size_bytes = 20.2e9 + 1e9 * (double)i,
			.vram_bytes = is_loaded ? 18.4e9 : NAN,
			.context = is_loaded ? 32768 : NAN,
			.expires_at = is_loaded ? NOW + 4 * MINUTE : 0,
		};
	}
}

static void serve(
	struct endpoint *endpoint, const char *server, const char *title, double ttfb, const float *spark)
{
	endpoint->server = server;
	endpoint->title = title;
	endpoint->version = "1.2.3";
	endpoint->connect_ms = ttfb / 3;
	endpoint->tls_ms = text_has_prefix(endpoint->url, "https") ? ttfb / 2 : NAN;
	endpoint->ttfb_ms = ttfb;
	endpoint->samples = 12;
	endpoint->spark = spark;
	endpoint->spark_count = 12;
}

/* What the time of our own question is made of. */
static void dissect(const struct snapshot *snapshot, struct endpoint *endpoint)
{
	struct latency *latency = &endpoint->latency;

	latency->path_ms = endpoint->peer < 0 ? NAN : snapshot->peers[endpoint->peer].path.rtt_ms;
	latency->connect_ms = endpoint->connect_ms;
	latency->tls_ms = endpoint->tls_ms;
	latency->server_ms = endpoint->ttfb_ms - (isnan(latency->path_ms) ? 0 : latency->path_ms);
}

static void judge(struct snapshot *snapshot, struct endpoint *endpoint, struct verdict verdict)
{
	endpoint->state = verdict.state;
	endpoint->since = NOW - 3 * MINUTE;
	endpoint->was_before = verdict.was_before;
	endpoint->verdicts = say(snapshot, verdict);
}

static void make_healthy(struct snapshot *snapshot)
{
	struct endpoint *list = snapshot->endpoints;

	list[0] = new_endpoint(1, "http://gpu1.tail1234.ts.net:11434", ":11434");
	serve(&list[0], "ollama", "Ollama", 9, calm);
	list[0].base_url = "http://gpu1.tail1234.ts.net:11434/v1";
	list[0].figures.tokens_per_s = 41;
	list[0].latency.text =
		"The server itself is the largest part: 5.9 of about 12 ms to the first byte (49 %)";
	give_models(snapshot, &list[0], 2, 14);
	list[1] = new_endpoint(2, "https://gpu2.tail1234.ts.net/llama", "s:443 /llama");
	serve(&list[1], "vllm", "vLLM", 12, rising);
	give_models(snapshot, &list[1], 1, 1);
	list[1].base_url = "https://gpu2.tail1234.ts.net/llama/v1";
	list[1].figures.running = 16;
	list[1].figures.slots = 16;
	list[1].figures.waiting = 7;
	list[1].figures.tokens_per_s = 812;
	list[1].figures.kv_cache = 0.91;
	list[1].figures.prompt_tokens_per_s = 5400;
	list[1].figures.preemptions = 3;
	list[1].figures.ttft_p50_ms = 2540;
	list[1].figures.ttft_p95_ms = 4100;
	list[1].figures.inter_token_p50_ms = 21;
	list[1].figures.inter_token_p95_ms = 40;
	list[1].latency.queue_ms = 1900;
	list[1].latency.prefill_ms = 640;
	list[1].latency.token_ms = 21;
	list[1].latency.text =
		"The engine's queue is the largest part: 1900 of about 2562 ms to the first token (74 %)";
	judge(snapshot, &list[1],
		(struct verdict){ .code = "busy",
			.layer = LAYER_ENGINE,
			.state = STATE_BUSY,
			.text = "7 waiting, TTFT p95 4.1 s",
			.fix = "" });
	list[2] = new_endpoint(10, "https://vps.tail1234.ts.net", "s:443");
	serve(&list[2], "litellm", "LiteLLM", 38, calm);
	list[2].cert_not_after = NOW + 61 * DAY;
	judge(snapshot, &list[2],
		(struct verdict){ .code = "auth-required",
			.layer = LAYER_HTTP,
			.state = STATE_AUTH,
			.text = "up, and wants a key",
			.fix = "key_env= in the configuration" });
	list[3] = new_endpoint(10, "https://vps.tail1234.ts.net:8443", "s:8443");
	serve(&list[3], "open-webui", "Open WebUI", 41, calm);
	list[3].state = STATE_WEB;
	list[4] = new_endpoint(-1, "http://127.0.0.1:8080", ":8080");
	serve(&list[4], "llama.cpp", "llama-server", 0.4, calm);
	list[4].figures.slots = 4;
	list[4].figures.running = 0;
	list[4].figures.waiting = 0;
}

static void make_broken(struct snapshot *snapshot)
{
	struct endpoint *list = snapshot->endpoints;

	list[5] = new_endpoint(4, "https://nas.tail1234.ts.net", "s:443");
	serve(&list[5], "ollama", "Ollama", 6, broken);
	list[5].is_pinned = true;
	judge(snapshot, &list[5],
		(struct verdict){ .code = "host-check",
			.layer = LAYER_HTTP,
			.severity = SEVERITY_DOWN,
			.state = STATE_FAULT,
			.text = "host check: Ollama refuses this name (proven: it answers to localhost)",
			.fix = "OLLAMA_HOST=0.0.0.0" });
	list[6] = new_endpoint(8, "http://studio.tail1234.ts.net:1234", ":1234");
	serve(&list[6], "lm-studio", "LM Studio", 55, rising);
	list[6].base_url = "http://studio.tail1234.ts.net:1234/v1";
	give_models(snapshot, &list[6], 0, 9);
	judge(snapshot, &list[6], snapshot->verdict_list[snapshot->peers[8].verdicts.first]);
	list[7] = new_endpoint(9, "http://tower.tail1234.ts.net:8000", ":8000");
	serve(&list[7], "vllm", "vLLM", NAN, broken);
	list[7].base_url = "http://tower.tail1234.ts.net:8000/v1";
	give_models(snapshot, &list[7], 1, 1);
	list[7].is_stale = true;
	list[7].age_ms = 95000;
	judge(snapshot, &list[7],
		(struct verdict){ .code = "not-listening",
			.layer = LAYER_PORT,
			.severity = SEVERITY_DOWN,
			.state = STATE_DOWN,
			.was_before = true,
			.text = "nothing listens on port 8000",
			.fix = "start the server, or `tailscale serve --bg 8000` there" });
	list[8] = new_endpoint(6, "http://pi.tail1234.ts.net:11434", ":11434");
	serve(&list[8], "ollama", "Ollama", 19, calm);
	list[8].base_url = "http://pi.tail1234.ts.net:11434/v1";
	give_models(snapshot, &list[8], 0, 2);
	judge(snapshot, &list[8],
		(struct verdict){ .code = "vram-spill",
			.layer = LAYER_ENGINE,
			.severity = SEVERITY_DEGRADED,
			.state = STATE_SLOW,
			.text = "38 % of qwen3:32b is on the CPU",
			.fix = "a smaller model or context",
			.is_muted = true });
	list[8].state = STATE_OK;
	list[9] = new_endpoint(2, "http://gpu2.tail1234.ts.net:9000", ":9000");
	list[9].state = STATE_UNKNOWN;
	list[9].since = 0;
	list[9].age_ms = NAN;
}

/* Where each of the first models is, the best place first. */
static void make_offers(struct snapshot *snapshot)
{
	const struct endpoint *list = snapshot->endpoints;
	const struct offer table[] = {
		{ list[0].models.first + 3, 0, CLASS_OWN, WARMTH_COLD, 1,
			"not loaded: the first request waits for it" },
		{ list[6].models.first + 3, 6, CLASS_OWN, WARMTH_COLD, 2,
			"not loaded: the first request waits for it" },
		{ list[0].models.first + 1, 0, CLASS_OWN, WARMTH_WARM, 1, "" },
		{ list[8].models.first + 1, 8, CLASS_OWN, WARMTH_COLD, 2,
			"not loaded: the first request waits for it" },
		{ list[0].models.first, 0, CLASS_OWN, WARMTH_WARM, 1, "" },
		{ list[1].models.first, 1, CLASS_OWN, WARMTH_HOT, 2, "every place in it is taken" },
		{ list[8].models.first, 8, CLASS_OWN, WARMTH_COLD, 3,
			"not loaded: the first request waits for it" },
		{ list[6].models.first, 6, CLASS_OWN, WARMTH_COLD, 4,
			"not loaded: the first request waits for it" },
		{ list[7].models.first, 7, CLASS_OWN, WARMTH_WARM, 0, "does not answer" },
	};

	snapshot->offers = arena_alloc(snapshot->arena, sizeof(table));
	memcpy(snapshot->offers, table, sizeof(table));
	snapshot->offer_count = ARRAY_LEN(table);
}

static void make_mounts(struct snapshot *snapshot)
{
	static const struct mount table[] = {
		{ "laptop.tail1234.ts.net", "", "/", "http://127.0.0.1:8080", 443, SERVE_HTTPS, true, false,
			4, -1, STATE_OK, { 0, 0 }, false },
		{ "laptop.tail1234.ts.net", "", "/vllm", "http://tower.tail1234.ts.net:8000", 443,
			SERVE_HTTPS, false, true, 7, -1, STATE_DOWN, { 0, 0 }, false },
		{ "", "svc:llm", "", "127.0.0.1:4000", 4000, SERVE_TCP, false, false, -1, -1, STATE_UNKNOWN,
			{ 0, 0 }, false },
	};

	snapshot->mounts = arena_alloc(snapshot->arena, sizeof(table));
	memcpy(snapshot->mounts, table, sizeof(table));
	snapshot->mount_count = ARRAY_LEN(table);
	snapshot->mounts[0].verdicts =
		say(snapshot, (struct verdict){ .code = "funnel-public",
				      .layer = LAYER_EXPOSURE,
				      .severity = SEVERITY_DEGRADED,
				      .state = STATE_SLOW,
				      .text = "the whole internet can use this server, without a key",
				      .fix = "sudo tailscale funnel --https=443 off" });
}

static void make_events(struct snapshot *snapshot)
{
	static const struct event table[] = {
		{ 8, NOW - 3 * MINUTE, "https://nas.tail1234.ts.net", "nas", "host-check", SEVERITY_DOWN,
			"host check: Ollama refuses this name", STATE_FAULT, 1 },
		{ 7, NOW - 4 * MINUTE, "studio", "studio", "path", SEVERITY_DEGRADED,
			"path changed from direct to DERP fra", STATE_SLOW, 4 },
		{ 3, NOW - 2 * HOUR, "macmini", "macmini", "host-offline", SEVERITY_DOWN,
			"went offline: 2 servers with it", STATE_OFFLINE, 1 },
		{ 2, NOW - 5 * HOUR, "", "", "daemon", SEVERITY_INFO, "tailscaled answers", STATE_OK, 1 },
		{ 1, NOW - 29 * HOUR, "studio", "studio", "host-offline", SEVERITY_INFO, "is back online",
			STATE_OK, 1 },
	};

	snapshot->events = arena_alloc(snapshot->arena, sizeof(table));
	memcpy(snapshot->events, table, sizeof(table));
	snapshot->event_count = ARRAY_LEN(table);
}

struct snapshot *sample_fleet(void)
{
	static const struct sent sents[] = {
		{ "/api/version", COST_FREE, 1, NOW - 2 * HOUR, 200 },
		{ "/api/ps", COST_FREE, 38, NOW - 4000, 200 },
		{ "/api/tags", COST_FREE, 1, NOW - 50000, 0 },
	};
	struct snapshot *snapshot = new_snapshot();

	run_daemon(snapshot);
	make_peers(snapshot);
	make_gpus(snapshot);
	snapshot->endpoint_count = 10;
	snapshot->endpoints = arena_alloc(snapshot->arena, 10 * sizeof(struct endpoint));
	make_healthy(snapshot);
	make_broken(snapshot);
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		dissect(snapshot, &snapshot->endpoints[i]);
		say_apis(&snapshot->endpoints[i]);
		if (snapshot->endpoints[i].peer >= 0)
			snapshot->peers[snapshot->endpoints[i].peer].endpoint_count++;
	}
	take_same_engine(snapshot);
	snapshot->sents = arena_alloc(snapshot->arena, sizeof(sents));
	memcpy(snapshot->sents, sents, sizeof(sents));
	snapshot->sent_count = ARRAY_LEN(sents);
	snapshot->endpoints[0].sent = (struct span){ 0, ARRAY_LEN(sents) };
	make_offers(snapshot);
	make_mounts(snapshot);
	make_events(snapshot);
	snapshot->traffic.source = "usermetrics";
	memcpy(snapshot->traffic.rx_per_s, (double[]){ 3.9e6, 88000, 310000 },
		sizeof(snapshot->traffic.rx_per_s));
	memcpy(snapshot->traffic.tx_per_s, (double[]){ 260000, 4000, 46000 },
		sizeof(snapshot->traffic.tx_per_s));
	snapshot->discovery.asked = 66;
	snapshot->discovery.peers = 9;
	snapshot->status = STATUS_DOWN;
	return snapshot;
}

struct snapshot *sample_stale(void)
{
	struct snapshot *snapshot = sample_fleet();

	snapshot->daemon.is_stale = true;
	snapshot->daemon.age_ms = 45000;
	snapshot->daemon.trouble = "no answer within 4 s";
	snapshot->verdicts = say(snapshot, (struct verdict){ .code = "status-stale",
						   .layer = LAYER_DAEMON,
						   .severity = SEVERITY_DEGRADED,
						   .state = STATE_SLOW,
						   .text = "tailscaled has not answered for 45 s; what "
							   "follows is the last that was known",
						   .fix = "sudo systemctl restart tailscaled" });
	return snapshot;
}

struct snapshot *sample_start(void)
{
	return new_snapshot();
}

struct snapshot *sample_first_peers(void)
{
	struct snapshot *snapshot = new_snapshot();

	run_daemon(snapshot);
	make_peers(snapshot);
	snapshot->peers[8].verdicts.count = 0;
	snapshot->peers[8].state = STATE_OK;
	for (size_t i = 1; i < snapshot->peer_count; i++)
		snapshot->peers[i].state = snapshot->peers[i].is_online ? STATE_UNKNOWN : STATE_OFFLINE;
	snapshot->discovery.pending = 12;
	snapshot->discovery.peers = 9;
	return snapshot;
}

struct snapshot *sample_no_daemon(void)
{
	struct snapshot *snapshot = new_snapshot();

	snapshot->daemon.trouble = "connect: No such file or directory";
	snapshot->daemon.socket = "/run/tailscale/tailscaled.sock";
	snapshot->verdicts = say(snapshot, (struct verdict){ .code = "tailscaled-missing",
						   .layer = LAYER_DAEMON,
						   .severity = SEVERITY_DOWN,
						   .state = STATE_DOWN,
						   .text = "tailscaled is not running",
						   .fix = "sudo systemctl enable --now tailscaled" });
	return snapshot;
}

struct snapshot *sample_logged_out(void)
{
	struct snapshot *snapshot = new_snapshot();

	snapshot->daemon.is_known = true;
	snapshot->daemon.backend_state = "NeedsLogin";
	snapshot->daemon.auth_url = "https://login.tailscale.com/a/1234567890ab";
	snapshot->verdicts = say(snapshot, (struct verdict){ .code = "needs-login",
						   .layer = LAYER_DAEMON,
						   .severity = SEVERITY_DOWN,
						   .state = STATE_DOWN,
						   .text = "this machine is not logged in to a tailnet",
						   .fix = "sudo tailscale up" });
	return snapshot;
}

struct snapshot *sample_nobody_serves(void)
{
	struct snapshot *snapshot = sample_first_peers();

	snapshot->discovery.pending = 0;
	snapshot->discovery.asked = 54;
	return snapshot;
}

/* As long as text_keep() lets through: wide, combined and plain. */
static const char *long_name(struct snapshot *snapshot, const char *unit)
{
	char text[2 * TEXT_CAP] = "";

	while (strlen(text) + strlen(unit) < TEXT_CAP)
		strcat(text, unit);
	return text_keep(snapshot->arena, text);
}

struct snapshot *sample_hostile(void)
{
	struct snapshot *snapshot = sample_fleet();
	const char *wide = long_name(snapshot, "模型"), *marks = long_name(snapshot, "e\xcc\x81\xcc\x82");
	const char *plain = long_name(snapshot, "\033[2J${x}%s\\n");

	for (size_t i = 0; i < snapshot->peer_count; i++) {
		snapshot->peers[i].name = i % 3 == 0 ? wide : i % 3 == 1 ? marks : plain;
		snapshot->peers[i].path.endpoint = snapshot->peers[i].path.via = plain;
		snapshot->peers[i].os = snapshot->peers[i].user = wide;
	}
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		snapshot->endpoints[i].title = i % 2 ? wide : marks;
		snapshot->endpoints[i].at = plain;
		snapshot->endpoints[i].version = wide;
	}
	for (size_t i = 0; i < snapshot->verdict_count; i++)
		snapshot->verdict_list[i].text = snapshot->verdict_list[i].fix = i % 2 ? wide : plain;
	for (size_t i = 0; i < snapshot->model_count; i++)
		snapshot->models[i].id = snapshot->models[i].quantisation = wide;
	snapshot->mounts[0].host = snapshot->mounts[0].target = wide;
	snapshot->events[0].who = snapshot->events[0].text = plain;
	snapshot->daemon.self = snapshot->daemon.magicdns_suffix = snapshot->daemon.home_derp = wide;
	return snapshot;
}

struct snapshot *sample_crowd(size_t peers, size_t endpoints)
{
	struct snapshot *snapshot = new_snapshot();

	run_daemon(snapshot);
	snapshot->peers = arena_alloc(snapshot->arena, peers * sizeof(struct peer));
	snapshot->peer_count = snapshot->online_count = peers;
	for (size_t i = 0; i < peers; i++)
		snapshot->peers[i] =
			new_peer(snapshot, arena_printf(snapshot->arena, "node%05zu", i * 7919 % peers), i);
	snapshot->endpoints = arena_alloc(snapshot->arena, endpoints * sizeof(struct endpoint));
	snapshot->endpoint_count = endpoints;
	for (size_t i = 0; i < endpoints; i++) {
		snapshot->endpoints[i] = new_endpoint(
			(int)i, arena_printf(snapshot->arena, "http://node%05zu:11434", i), ":11434");
		serve(&snapshot->endpoints[i], "ollama", "Ollama", 5 + (double)i, calm);
		snapshot->peers[i].endpoint_count = 1;
	}
	snapshot->discovery.asked = peers;
	return snapshot;
}
