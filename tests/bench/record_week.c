/* How large a recording is: DAYS of 20 peers and 20 engines up to now, at full speed, into FILE.
 *
 *     build/plain/record_week DAYS FILE [BUSY]
 *
 * By day (ten hours) eight peers and their engines work without a pause, by night two; the helper watches their
 * packets, and engines that work report histograms. BUSY: so many work all the time. Prints bytes for a week, and the
 * share of a core that recording takes. */
#include "probes/base/digits.h"
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/model/sniffed.h"
#include "probes/recording/kinds.h"
#include "probes/recording/recorder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PEERS 20
#define PERIOD_MS 2000
#define POLL_PERIODS 5
#define BUCKETS 20
#define DAY_PERIODS (86400 * 1000 / PERIOD_MS)

static uint64_t seed = 1;

static uint32_t chance(uint32_t of)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (uint32_t)(seed >> 33) % of;
}

struct engine {
	char url[64], id[16], address[32];
	double tokens, prompts, progress, counts[TIMING_COUNT][BUCKETS];
};

struct week {
	struct recorder *recorder;
	struct when now;
	struct obs_peer peers[PEERS];
	struct engine engines[PEERS];
	struct sniffed paths[PEERS], flows[PEERS];
	size_t busy;
	bool is_always; /* the same ones are busy all the time */
	struct arena *arena;
};

static void see(struct week *week, struct observation observation, int64_t after_ms)
{
	struct when when = { week->now.mono_ms + after_ms, week->now.wall_ms + after_ms };

	recorder_see(week->recorder, &observation, when);
}

static void begin(struct week *week)
{
	static const char *const none[] = { NULL };

	for (size_t i = 0; i < PEERS; i++) {
		struct obs_peer *peer = &week->peers[i];
		struct engine *engine = &week->engines[i];

		snprintf(engine->id, sizeof(engine->id), "n%zuCNTRL", 10000 + i);
		snprintf(engine->address, sizeof(engine->address), "203.0.113.%zu:41641", i + 1);
		snprintf(engine->url, sizeof(engine->url), "https://gpu%zu.tail4c1d.ts.net:8000", i);
		shape_init(kinds[KIND_PEER].shape, peer, week->arena);
		peer->id = engine->id;
		peer->host_name = engine->id;
		peer->fqdn = engine->url + 8;
		peer->os = "linux";
		peer->addresses = peer->tags = peer->routes = none;
		peer->home_derp = "fra";
		peer->is_online = true;
		peer->rx_bytes = peer->tx_bytes = 0;
		see(week,
			(struct observation){ .kind = OBSERVED_ENDPOINT,
				.endpoint =
					&(struct obs_endpoint){ .url = engine->url,
						.peer_id = engine->id,
						.address = "100.64.0.2",
						.at = ":8000",
						.port = 8000,
						.is_pinned = true,
						.is_of_tailnet = true,
						.server = "vllm" } },
			0);
	}
}

static void see_status(struct week *week)
{
	struct obs_status status;

	shape_init(kinds[OBSERVED_STATUS].shape, &(struct observation){ 0 }, week->arena);
	shape_init(kinds[OBSERVED_STATUS].shape->members[0].shape, &status, week->arena);
	status.peers = week->peers;
	status.peer_count = PEERS;
	status.backend = BACKEND_RUNNING;
	status.backend_word = "Running";
	status.version = "1.90.0";
	for (size_t i = 0; i < PEERS; i++) {
		struct obs_peer *peer = &week->peers[i];

		peer->is_active = i < week->busy || chance(100) < 3;
		peer->current_address = peer->is_active ? week->engines[i].address : "";
		if (peer->is_active) {
			peer->rx_bytes += 1000 + chance(400000);
			peer->tx_bytes += 500 + chance(40000);
		}
		if (chance(60) == 0)
			peer->last_handshake = week->now.wall_ms;
	}
	see(week,
		(struct observation){
			.kind = OBSERVED_STATUS, .status = &status, .via = "localapi", .socket = "/run/t.sock" },
		chance(40));
}

static void see_packets(struct week *week, int64_t after_ms)
{
	for (size_t i = 0; i < week->busy; i++) {
		struct sniffed *path = &week->paths[i], *flow = &week->flows[i], rtt;

		*path = (struct sniffed){ .word = SNIFFED_PATH,
			.at_us = (week->now.wall_ms + after_ms) / 100 * 100000,
			.rx_bytes = path->rx_bytes + 1000 + chance(200000),
			.tx_bytes = path->tx_bytes + 500 + chance(20000),
			.rx_packets = path->rx_packets + 10 + chance(300),
			.tx_packets = path->tx_packets + 5 + chance(100),
			.pings = path->pings + !chance(3),
			.pongs = path->pings };
		snprintf(path->remote.text, sizeof(path->remote.text), "%s", week->engines[i].address);
		see(week, (struct observation){ .kind = OBSERVED_PACKETS, .packets = path }, after_ms);
		rtt = (struct sniffed){ .word = SNIFFED_RTT,
			.remote = path->remote,
			.method = chance(3) ? SNIFFED_BY_ACK : SNIFFED_BY_DISCO,
			.us = digits_round(4000 + chance(3000)) };
		see(week, (struct observation){ .kind = OBSERVED_PACKETS, .packets = &rtt }, after_ms);
		*flow = (struct sniffed){ .word = SNIFFED_FLOW,
			.at_us = path->at_us,
			.connections = flow->connections + !chance(20),
			.up_bytes = flow->up_bytes + chance(2000),
			.down_bytes = flow->down_bytes + chance(20000),
			.exchanges = flow->exchanges + !chance(4) };
		snprintf(flow->client.host, sizeof(flow->client.host), "100.64.0.1");
		snprintf(flow->server.text, sizeof(flow->server.text), "100.64.0.%zu:8000", i + 2);
		see(week, (struct observation){ .kind = OBSERVED_PACKETS, .packets = flow }, after_ms);
	}
}

static void fill_reading(struct engine *engine, struct reading *reading, struct obs_histogram *histograms)
{
	engine->tokens += chance(900);
	engine->prompts += chance(4000);
	reading->generated_tokens = reading->progress = engine->tokens;
	reading->prompt_tokens = engine->prompts;
	reading->figures.running = chance(8);
	reading->figures.waiting = chance(10) ? 0 : chance(4);
	reading->figures.kv_cache = digits_round(chance(100000) / 1e5);
	for (size_t i = 0; i < TIMING_COUNT; i++) {
		histograms[i].count = BUCKETS;
		/* Three requests since the last poll. */
		for (int request = 0; request < 3; request++)
			for (size_t k = 6 + chance(5); k < BUCKETS; k++)
				engine->counts[i][k]++;
		for (size_t k = 0; k < BUCKETS; k++) {
			histograms[i].bounds[k] = k + 1 < BUCKETS ? 0.001 * (double)(1 << k) : INFINITY;
			histograms[i].counts[k] = engine->counts[i][k];
		}
		reading->timings[i] = &histograms[i];
	}
}

static void see_answer(struct week *week, size_t i, const char *path, bool is_primary, int64_t after_ms)
{
	struct obs_histogram histograms[TIMING_COUNT] = { 0 };
	struct engine *engine = &week->engines[i];
	struct reading reading;
	struct obs_answer answer = { .url = engine->url,
		.path = path,
		.is_primary = is_primary,
		.is_reused = true,
		.outcome = OUTCOME_ANSWERED,
		.status = 200,
		.shape = BODY_TEXT,
		.has_date = true,
		.retry_after_s = NAN,
		.connect_ms = NAN,
		.tls_ms = NAN,
		.ttfb_ms = is_primary ? digits_round((3000 + chance(9000)) / 1000.0) : NAN,
		.bytes_sent = 112,
		.bytes_received = is_primary ? 180 : 20000 + chance(300),
		.server = "vllm",
		.content_type = "text/plain",
		.server_header = "uvicorn",
		.is_expected = true };

	reading_init(&reading, week->arena);
	answer.reading = &reading;
	if (!is_primary && i < week->busy)
		fill_reading(engine, &reading, histograms);
	see(week, (struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, after_ms);
	see(week, (struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = 30000 + (int)i }, after_ms);
}

static void play(struct week *week, int64_t periods)
{
	for (int64_t n = 0; n < periods; n++) {
		if (!week->is_always)
			week->busy = n % DAY_PERIODS < DAY_PERIODS * 10 / 24 ? 8 : 2;
		see_status(week);
		see_packets(week, 600 + chance(10));
		for (size_t i = (size_t)(n % POLL_PERIODS); i < PEERS; i += POLL_PERIODS) {
			see_answer(week, i, "/health", true, 700 + (int64_t)i * 30);
			see_answer(week, i, "/metrics", false, 710 + (int64_t)i * 30 + chance(10));
		}
		see_packets(week, 1600 + chance(10));
		week->now.mono_ms += PERIOD_MS;
		week->now.wall_ms += PERIOD_MS;
		if (n % 1000 == 0) {
			arena_free(week->arena);
			week->arena = arena_new();
		}
	}
}

int main(int argc, char **argv)
{
	const struct recorder_target target = { .file = argc > 2 ? argv[2] : "", .directory = "" };
	const struct segment_head head = {
		.boot = "simulated", .period_ms = PERIOD_MS, .poll_ms = PERIOD_MS * POLL_PERIODS
	};
	struct week *week = mem_alloc(sizeof(*week));
	double days = argc > 2 ? atof(argv[1]) : 0;
	int busy = argc > 3 ? atoi(argv[3]) : 0;
	struct fault note, fault;
	struct stat entry;

	if (days <= 0) {
		fputs("usage: record_week DAYS FILE [BUSY]\n", stderr);
		return 64;
	}
	unlink(argv[2]);
	week->is_always = busy > 0;
	week->busy = busy > PEERS ? PEERS : (size_t)busy;
	week->now = (struct when){ 1000000, when_now().wall_ms - (int64_t)(days * 86400 * 1000) };
	week->arena = arena_new();
	week->recorder = recorder_new(&target, week->now, &note, &fault);
	if (!week->recorder) {
		fprintf(stderr, "%s\n", fault.text);
		return 1;
	}
	recorder_begin_run(week->recorder, &head);
	begin(week);
	play(week, (int64_t)(days * 86400 * 1000 / PERIOD_MS));
	recorder_free(week->recorder);
	stat(argv[2], &entry);
	printf("%.1f MB for %g days: %.1f MB a week, %.3f %% of a core\n", (double)entry.st_size / 1e6, days,
		(double)entry.st_size / 1e6 / days * 7,
		(double)clock() / CLOCKS_PER_SEC / (days * 86400) * 100);
	arena_free(week->arena);
	free(week);
	return 0;
}
