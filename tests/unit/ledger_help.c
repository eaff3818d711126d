/* The words of ledger_help.h. What the live source does between an answer and the ledger (read it as its
 * family does, digest it, say whether it was expected) is done here in the same order. */
#include "tests/unit/ledger_help.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/digest.h"
#include "probes/endpoints/owner.h"
#include "probes/servers/family.h"
#include "probes/packets/lines.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"
#include "tests/unit/played.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BEGIN_MONO INT64_C(5000000)
#define BEGIN_WALL INT64_C(1795394746000) /* 2026-11-23 */
#define CODES_MAX 64
#define TTFB_MS 3
#define HEADERS_BYTES 200

static struct {
	struct ledger *ledger;
	struct snapshot *snapshot;
	char url[640];
	const struct family *family;
	bool has_key, is_key_withheld, is_found, is_resolving;
} test;

static struct {
	const char *said[CODES_MAX], *kept_away[CODES_MAX];
} codes;

struct when at(double seconds)
{
	int64_t ms = (int64_t)(seconds * 1000);

	return (struct when){ BEGIN_MONO + ms, BEGIN_WALL + ms };
}

int forget(void **state)
{
	(void)state;
	snapshot_free(test.snapshot);
	if (test.ledger)
		ledger_free(test.ledger);
	memset(&test, 0, sizeof(test));
	return 0;
}

/* ---- a ledger ---- */

struct ledger *empty_ledger(const struct ledger_terms *terms)
{
	struct ledger_terms own = { .period_ms = 2000, .poll_ms = 10000 };

	forget(NULL);
	if (terms)
		own = *terms;
	own.servers = family_facts();
	test.ledger = ledger_new(&own);
	return test.ledger;
}

struct ledger *watching_a(const char *family, const char *url)
{
	static const struct ledger_terms patient = { .period_ms = DAYS(1000), .poll_ms = 10000 };
	struct ledger *l = empty_ledger(&patient);
	struct obs_status *status = running();

	with_peer(status, GPU1_ID, "gpu1");
	sees(l, at(0), status);
	watches(l, family, url);
	return l;
}

struct ledger *watching(const char *url)
{
	return watching_a(NULL, url);
}

static void declare(struct ledger *l, const char *family, const char *url, bool is_own)
{
	const struct obs_status *status = ledger_status(l);
	const struct obs_peer *peer;
	struct url parts;

	assert_int_equal(url_split(&parts, url), 0);
	peer = status ? owner_peer(status, parts.host, NULL) : NULL;
	snprintf(test.url, sizeof(test.url), "%s", url);
	test.family = family && *family ? family_by_name(family) : NULL;
	assert_true(test.family || !family || !*family);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint =
				&(struct obs_endpoint){
					.url = url,
					.peer_id = peer ? peer->id : "",
					.address = peer ? owner_address(peer) : "",
					.at = "",
					.port = parts.port,
					.found_by = test.is_found ? FOUND_PORT : FOUND_CONFIG,
					.is_pinned = !is_own && !test.is_found,
					.is_own = is_own,
					.is_of_tailnet = peer != NULL,
					.is_resolving = test.is_resolving,
					.has_key = test.has_key,
					.is_key_withheld = test.is_key_withheld,
					.server = test.family ? test.family->facts.name : "",
				} },
		at(0));
}

void watches(struct ledger *l, const char *family, const char *url)
{
	declare(l, family, url, false);
}

void finds_by_port(bool is_found)
{
	test.is_found = is_found;
}

void watches_unresolved(struct ledger *l, const char *url, bool is_resolving)
{
	test.is_resolving = is_resolving;
	declare(l, NULL, url, false);
}

void watches_without_its_key(struct ledger *l, const char *family, const char *url)
{
	test.is_key_withheld = true;
	declare(l, family, url, false);
}

void watches_own(struct ledger *l, const char *family, const char *url)
{
	declare(l, family, url, true);
}

void is_on(struct ledger *l, const char *os, enum init init, const char *sudo)
{
	struct obs_machine machine = { .init = init };

	text_set(machine.os, sizeof(machine.os), "%s", os);
	text_set(machine.sudo, sizeof(machine.sudo), "%s", sudo);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_MACHINE, .machine = &machine }, at(0));
}

void sees(struct ledger *l, struct when now, struct obs_status *status)
{
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_STATUS,
			.status = status,
			.via = "localapi",
			.socket = "/run/tailscale/tailscaled.sock" },
		now);
}

void sees_serve(struct ledger *l, const struct obs_mount *mounts, size_t count)
{
	struct arena *arena = arena_new();
	struct obs_serve *serve = arena_alloc(arena, sizeof(*serve));

	serve->arena = arena;
	serve->mount_count = count;
	serve->mounts = arena_alloc(arena, (count + 1) * sizeof(*mounts));
	for (size_t i = 0; i < count; i++)
		serve->mounts[i] = mounts[i];
	ledger_see(l, &(struct observation){ .kind = OBSERVED_SERVE, .serve = serve }, at(0));
}

/* ---- what the capture helper says ---- */

void hears(struct ledger *l, struct when now, const char *format, ...)
{
	struct sniffed sniffed;
	struct fault fault = { "" };
	char line[600];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	length += snprintf(
		line + length, sizeof(line) - (size_t)length, " at=%lld", (long long)now.wall_ms * 1000);
	if (lines_parse(&sniffed, line, (size_t)length, &fault))
		fail_msg("%s", fault.text);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PACKETS, .packets = &sniffed }, now);
}

void starts_capture(struct ledger *l, struct when now)
{
	hears(l, now, "hello protocol=1");
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CAPTURE,
			.capture =
				&(struct obs_capture){ .state = CAPTURE_RUNNING, .trouble = "", .fix = "" } },
		now);
}

void times_path(struct ledger *l, int ms, struct when now)
{
	struct obs_status *status = running();

	with_peer(status, GPU1_ID, "gpu1")->current_address = "10.99.0.11:41641";
	sees(l, now, status);
	starts_capture(l, now);
	hears(l, now, "rtt method=disco local=10.99.0.10:41641 remote=10.99.0.11:41641 vni=0 us=%d",
		ms * 1000);
}

void ends_period(struct ledger *l, struct when now)
{
	hears(l, now, "stats received=1 dropped=0 paths=1 flows=1");
}

/* ---- what pings come to ---- */

static void see_ping(struct ledger *l, const char *peer_id, enum ping_kind kind, double ms, struct when now)
{
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PING,
			.ping = &(struct obs_ping){ .peer_id = peer_id,
				.kind = kind,
				.ms = ms,
				.endpoint = "",
				.derp = "",
				.peer_relay = "" } },
		now);
}

void is_pinged(struct ledger *l, const char *peer_id, double ms, struct when now)
{
	see_ping(l, peer_id, PING_DISCO, ms, now);
	if (isnan(ms))
		see_ping(l, peer_id, PING_TSMP, ms, now);
}

void answers_ping(struct ledger *l, enum ping_kind kind, double ms, const char *endpoint, const char *derp,
	struct when now)
{
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PING,
			.ping = &(struct obs_ping){ .peer_id = GPU1_ID,
				.kind = kind,
				.ms = ms,
				.endpoint = endpoint,
				.derp = derp,
				.peer_relay = "" } },
		now);
}

/* ---- what the GPU exporter of gpu1 says ---- */

void uses_gpu(struct ledger *l, struct when now, double used, double total)
{
	const struct obs_gpu gpu = { "0", "NVIDIA GeForce RTX 4090",
		{ used * 1e9, (total - used) * 1e9, total * 1e9, 0.5 } };

	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_GPUS,
			.gpus = &(struct obs_gpus){ .peer_id = GPU1_ID,
				.exporter = "DCGM exporter",
				.status = 200,
				.items = &gpu,
				.count = 1 } },
		now);
}

void has_gpu_trouble(struct ledger *l, struct when now, enum gpu_trouble trouble, int status)
{
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_GPUS,
			.gpus = &(struct obs_gpus){ .peer_id = GPU1_ID,
				.exporter = "",
				.trouble = trouble,
				.status = status } },
		now);
}

/* ---- what a door answers ---- */

struct obs_answer an_answer(const char *url, const char *path, enum outcome outcome, int status)
{
	return (struct obs_answer){ .url = url,
		.path = path,
		.outcome = outcome,
		.status = status,
		.tls_text = "",
		.excerpt = "",
		.server_header = "",
		.via_header = "",
		.content_type = "",
		.location = "",
		.server = "",
		.retry_after_s = NAN,
		.connect_ms = NAN,
		.tls_ms = NAN,
		.ttfb_ms = NAN };
}

void gives_a_key(void)
{
	test.has_key = true;
}

/* "/v1/models" is recorded as "v1-models", perhaps with a word behind it, "/openapi.json" as "openapi". */
static size_t matches(const char *path, const char *name)
{
	char flat[64];
	size_t length;

	snprintf(flat, sizeof(flat), "%s", path[1] ? path + 1 : "root");
	for (char *c = flat; *c; c++)
		*c = *c == '/' ? '-' : *c;
	length = strcspn(flat, ".");
	return strncmp(flat, name, length) == 0 && (!name[length] || name[length] == '-') ? length : 0;
}

static const struct request *question_of(const struct family *family, const char *name)
{
	const struct request *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; family && i < family->request_count; i++)
		if (matches(family->requests[i].path, name) > longest) {
			best = &family->requests[i];
			longest = matches(best->path, name);
		}
	return best;
}

static const struct request *primary_of(const struct family *family)
{
	return family ? &family->requests[family_primary(family)] : NULL;
}

static void tell(
	struct ledger *l, struct when now, const struct answer *answer, const struct request *request)
{
	struct arena *arena = arena_new();
	const char *path = request ? request->path : "/";
	struct obs_answer obs;
	struct reading reading;

	digest_answer(&obs, answer, test.url, path, arena);
	reading_init(&reading, arena);
	if (request && answer->outcome == OUTCOME_ANSWERED) {
		obs.is_expected = request->read(answer, &reading);
		reading.key_rejected = reading.wants_key && test.has_key;
		reading.wants_key = reading.wants_key && !test.has_key;
		obs.reading = &reading;
	}
	obs.is_primary = request == primary_of(test.family);
	obs.cost = request ? request->cost : COST_FREE;
	if (test.family)
		obs.server = test.family->facts.name;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &obs }, now);
	arena_free(arena);
}

static void set_timing(struct answer *answer)
{
	answer->connect_ms = 0.5;
	answer->ttfb_ms = TTFB_MS;
	answer->bytes_sent = 100;
	answer->bytes_received = HEADERS_BYTES + (double)answer->body_length;
}

void answers_in(struct ledger *l, struct when now, const char *recording, double ttfb_ms)
{
	const char *name = strrchr(recording, '/') + 1;
	const struct request *request = question_of(test.family, name);
	struct answer answer;

	if (!request)
		request = primary_of(test.family);
	played_load(&answer, recording);
	if (answer.outcome == OUTCOME_ANSWERED) {
		set_timing(&answer);
		answer.ttfb_ms = ttfb_ms;
	}
	tell(l, now, &answer, request);
	answer_fini(&answer);
}

void answers(struct ledger *l, struct when now, const char *recording)
{
	answers_in(l, now, recording, TTFB_MS);
}

void says(struct ledger *l, struct when now, int status, const char *headers, const char *body)
{
	struct answer answer;

	played_make(&answer, status, headers, body, strlen(body));
	set_timing(&answer);
	tell(l, now, &answer, primary_of(test.family));
	answer_fini(&answer);
}

static const struct request *request_at(const char *path)
{
	for (size_t i = 0; i < test.family->request_count; i++)
		if (strcmp(test.family->requests[i].path, path) == 0)
			return &test.family->requests[i];
	fail_msg("%s is not asked %s", test.family->facts.name, path);
	return NULL;
}

void says_at(struct ledger *l, struct when now, const char *path, int status, const char *headers,
	const char *body)
{
	struct answer answer;

	played_make(&answer, status, headers, body, strlen(body));
	set_timing(&answer);
	tell(l, now, &answer, request_at(path));
	answer_fini(&answer);
}

void is_silent_at(struct ledger *l, struct when now, const char *path)
{
	struct answer answer;

	answer_init(&answer);
	answer.outcome = OUTCOME_SILENT;
	tell(l, now, &answer, request_at(path));
	answer_fini(&answer);
}

static void fails(struct ledger *l, struct when now, enum outcome outcome, enum tls_trouble trouble)
{
	struct answer answer;

	answer_init(&answer);
	answer.outcome = outcome;
	answer.tls = trouble;
	if (trouble == TLS_OTHER || trouble == TLS_ALERT_INTERNAL)
		snprintf(answer.tls_text, sizeof(answer.tls_text),
			trouble == TLS_OTHER ? "wrong version number" : "alert internal error");
	tell(l, now, &answer, primary_of(test.family));
	answer_fini(&answer);
}

void comes_to(struct ledger *l, struct when now, enum outcome outcome)
{
	fails(l, now, outcome, TLS_FINE);
}

void stays_silent(struct ledger *l, struct when now)
{
	comes_to(l, now, OUTCOME_SILENT);
}

void is_refused(struct ledger *l, struct when now)
{
	comes_to(l, now, OUTCOME_REFUSED);
}

void connect_times_out(struct ledger *l, struct when now)
{
	comes_to(l, now, OUTCOME_CONNECT_TIMEOUT);
}

void tls_fails(struct ledger *l, struct when now, enum tls_trouble trouble)
{
	fails(l, now, OUTCOME_TLS, trouble);
}

/* ---- what is shown ---- */

const struct snapshot *take(struct ledger *l, struct when now)
{
	snapshot_free(test.snapshot);
	judge(l, now);
	test.snapshot = take_snapshot(l, now);
	return test.snapshot;
}

const struct verdict *find_verdict(const struct snapshot *s, const char *code)
{
	for (size_t i = 0; i < s->verdict_count; i++)
		if (strcmp(s->verdict_list[i].code, code) == 0)
			return &s->verdict_list[i];
	return NULL;
}

static void note_code(const char **list, const char *code)
{
	size_t i = 0;

	while (i < CODES_MAX - 1 && list[i] && strcmp(list[i], code) != 0)
		i++;
	list[i] = code;
}

static bool is_noted(const char *const *list, const char *code)
{
	for (size_t i = 0; i < CODES_MAX && list[i]; i++)
		if (strcmp(list[i], code) == 0)
			return true;
	return false;
}

static void assert_whole(const struct verdict *verdict, const char *text)
{
	size_t length = strlen(text);

	if (strstr(text, "%{") || strstr(text, "  ") || strstr(text, " nan") ||
		(length && strchr(" :,.;%", text[length - 1])))
		fail_msg("%s is no whole sentence: %s", verdict->code, text);
}

/* An inferred verdict says so. Only a reason that follows may be less sure than the verdict. */
static void assert_certainty(const struct verdict *verdict)
{
	const char *sure = strpbrk(verdict->text, ":(;"), *probably = strstr(verdict->text, "probably");
	bool says_so = probably || strstr(verdict->text, "either ") || strstr(verdict->text, "may be ");

	if (verdict->is_inferred ? !says_so : probably && (!sure || probably < sure))
		fail_msg("%s is %s: %s", verdict->code, verdict->is_inferred ? "inferred" : "proven",
			verdict->text);
}

const struct verdict *assert_verdict(const struct snapshot *s, const char *code)
{
	const struct verdict *verdict = find_verdict(s, code);

	if (!verdict)
		fail_msg("no %s; there is: %s", code, s->verdict_count ? s->verdict_list[0].text : "nothing");
	assert_true(strlen(verdict->text) > 0);
	assert_whole(verdict, verdict->text);
	assert_whole(verdict, verdict->fix);
	assert_certainty(verdict);
	return verdict;
}

const struct verdict *assert_says(const struct snapshot *s, const char *code, enum layer layer,
	enum severity severity, enum state state, const char *part)
{
	const struct verdict *verdict = assert_verdict(s, code);

	note_code(codes.said, code);
	assert_string_equal(layer_name(verdict->layer), layer_name(layer));
	assert_string_equal(severity_name(verdict->severity), severity_name(severity));
	assert_string_equal(state_name(verdict->state), state_name(state));
	if (!strstr(verdict->text, part))
		fail_msg("%s does not tell \"%s\": %s", code, part, verdict->text);
	return verdict;
}

void assert_fix(const struct verdict *verdict, const char *part)
{
	if (!strstr(verdict->fix, part))
		fail_msg("%s does not help with \"%s\": %s", verdict->code, part, verdict->fix);
}

void assert_no_verdict(const struct snapshot *s, const char *code)
{
	const struct verdict *verdict = find_verdict(s, code);

	note_code(codes.kept_away, code);
	if (verdict)
		fail_msg("%s: %s", code, verdict->text);
}

void assert_nothing_above_info(const struct snapshot *s)
{
	for (size_t i = 0; i < s->verdict_count; i++)
		if (s->verdict_list[i].severity > SEVERITY_INFO)
			fail_msg("%s: %s", s->verdict_list[i].code, s->verdict_list[i].text);
}

void assert_state(const struct snapshot *s, enum state state)
{
	assert_true(s->endpoint_count > 0);
	assert_string_equal(state_name(s->endpoints[0].state), state_name(state));
}

const struct peer *peer_row(const struct snapshot *s, const char *name)
{
	for (size_t i = 0; i < s->peer_count; i++)
		if (strcmp(s->peers[i].name, name) == 0)
			return &s->peers[i];
	fail_msg("no peer %s", name);
	return NULL;
}

void assert_peer_state(const struct snapshot *s, const char *name, enum state state)
{
	assert_string_equal(state_name(peer_row(s, name)->state), state_name(state));
}

const struct endpoint *endpoint_row(const struct snapshot *s, const char *url)
{
	for (size_t i = 0; i < s->endpoint_count; i++)
		if (strcmp(s->endpoints[i].url, url) == 0)
			return &s->endpoints[i];
	fail_msg("no endpoint %s", url);
	return NULL;
}

void assert_covered(const struct rule *table)
{
	for (; table->code; table++) {
		if (!is_noted(codes.said, table->code))
			fail_msg("no test makes %s appear", table->code);
		if (!is_noted(codes.kept_away, table->code))
			fail_msg("no test keeps %s away", table->code);
	}
}
