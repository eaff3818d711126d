/* Fleet: a row per endpoint, worst first; below them, dim, the peers without a known server.
 *
 * Rows are the endpoints, then the peers: row minus endpoint_count is the peer. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/term/glyphs.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SILENT_SHOWN 5

static const struct endpoint *endpoint_of(const struct snapshot *snapshot, size_t row)
{
	return row < snapshot->endpoint_count ? &snapshot->endpoints[row] : NULL;
}

static const struct peer *peer_of(const struct snapshot *snapshot, size_t row)
{
	if (row >= snapshot->endpoint_count)
		return &snapshot->peers[row - snapshot->endpoint_count];
	return snapshot->endpoints[row].peer < 0 ? NULL : &snapshot->peers[snapshot->endpoints[row].peer];
}

static enum state state_of(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint ? endpoint->state : peer_of(snapshot, row)->state;
}

static const char *host_of(const struct snapshot *snapshot, size_t row, struct url *url)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint ? view_host(snapshot, endpoint, url) : peer_of(snapshot, row)->name;
}

static const char *url_of(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint ? endpoint->url : "";
}

static void format_state(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_state(value, state_of(snapshot, row));
}

static void format_peer(const struct snapshot *snapshot, size_t row, struct value *value)
{
	struct url url;

	value_say(value, ROLE_TEXT, host_of(snapshot, row, &url));
}

static void format_server(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_server(value, endpoint_of(snapshot, row));
}

static void format_at(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	value_say(value, ROLE_TEXT, endpoint ? endpoint->at : "–");
}

static void format_models(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	value_say(value, ROLE_TEXT, "–");
	if (endpoint && endpoint->models_known && endpoint->loaded_known)
		text_set(value->text, sizeof(value->text), "%zu/%zu", endpoint->loaded_models,
			endpoint->models.count);
	else if (endpoint && endpoint->models_known)
		text_set(value->text, sizeof(value->text), "%zu", endpoint->models.count);
}

static void format_path(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_way(value, peer_of(snapshot, row));
}

static double number_rtt(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = peer_of(snapshot, row);

	return peer ? peer->path.rtt_ms : NAN;
}

static double number_ttfb(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint ? endpoint->ttfb_ms : NAN;
}

static double number_tokens(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint ? endpoint->figures.tokens_per_s : NAN;
}

static double number_queue(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint ? endpoint->figures.waiting : NAN;
}

static double number_models(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint && endpoint->models_known ? (double)endpoint->models.count : NAN;
}

static double number_since(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint && endpoint->since ? (double)(snapshot->taken.wall_ms - endpoint->since) : NAN;
}

static void format_since(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	value_ago(value, snapshot, endpoint ? endpoint->since : 0);
}

static void format_spark(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	value->role = ROLE_SPARK;
	if (endpoint)
		glyph_spark(value->text, sizeof(value->text), endpoint->spark, endpoint->spark_count, 12);
}

/* What to say for a peer without an endpoint and without a verdict. */
static void say_peer(const struct snapshot *snapshot, const struct peer *peer, struct value *value)
{
	char drops[LINE_BYTES] = "";

	if (peer->probed.silent)
		wording_probed(drops, &peer->probed);
	if (!peer->is_online)
		value_last_seen(value, snapshot, peer);
	else if (*drops)
		value_say(value, ROLE_DIM, drops);
	else if (peer->was_asked)
		value_say(value, ROLE_DIM,
			snapshot->discovery.pending && peer->probed.is_running ? "being asked"
									       : "no LLM server found");
}

static void format_why(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);
	bool is_old = endpoint && endpoint->is_stale && !isnan(endpoint->age_ms);
	struct value why = { .text = "", .brief = "", .role = ROLE_TEXT };
	char age[32], old[64] = "";

	value_why(&why, snapshot, endpoint ? endpoint->verdicts : peer_of(snapshot, row)->verdicts);
	if (is_old)
		snprintf(old, sizeof(old), "%s old%s", text_span(age, sizeof(age), (int64_t)endpoint->age_ms),
			*why.text ? ": " : "");
	value_say(value, why.role, old);
	text_add(value->text, sizeof(value->text), "%s", why.text);
	text_set(value->brief, sizeof(value->brief), "%.60s%.570s", old, why.brief);
	if (!endpoint && !*value->text)
		say_peer(snapshot, peer_of(snapshot, row), value);
}

/* Hosts outside the tailnet come after the peers. */
static int compare_peer(const struct snapshot *snapshot, size_t a, size_t b)
{
	struct url one, other;
	int order = !peer_of(snapshot, a) - !peer_of(snapshot, b);

	if (order == 0)
		order = strcmp(host_of(snapshot, a, &one), host_of(snapshot, b, &other));
	return order ? order : strcmp(url_of(snapshot, a), url_of(snapshot, b));
}

/* A peer that is off and serves nothing is normal, so the others come before it. */
static int badness(const struct snapshot *snapshot, size_t row)
{
	enum state state = state_of(snapshot, row);

	return !endpoint_of(snapshot, row) && state == STATE_OFFLINE ? -1 : (int)state;
}

static int compare_state(const struct snapshot *snapshot, size_t a, size_t b)
{
	return badness(snapshot, a) - badness(snapshot, b);
}

static int compare_server(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct endpoint *one = endpoint_of(snapshot, a), *other = endpoint_of(snapshot, b);

	return one && other ? strcmp(one->title, other->title) : 0;
}

static int compare_at(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(url_of(snapshot, a), url_of(snapshot, b));
}

static int compare_path(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct peer *one = peer_of(snapshot, a), *other = peer_of(snapshot, b);

	return (one ? (int)one->path.kind : 0) - (other ? (int)other->path.kind : 0);
}

static bool holds_url(const struct snapshot *snapshot, size_t row, const char *part)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return endpoint &&
	       (text_contains_fold(endpoint->url, part) || text_contains_fold(endpoint->at, part));
}

static bool holds_model(const struct snapshot *snapshot, size_t row, const char *part)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	for (size_t i = 0; endpoint && i < endpoint->models.count; i++)
		if (text_contains_fold(snapshot->models[endpoint->models.first + i].id, part))
			return true;
	return false;
}

static const struct column columns[] = {
	{ "STATE", "state", 10, 10, 100, .starts_high = true, .format = format_state,
		.compare = compare_state },
	{ "PEER", "peer", 6, 16, 95, .format = format_peer, .compare = compare_peer },
	{ "SERVER", "server", 9, 14, 80, .format = format_server, .compare = compare_server },
	{ "AT", "at", 10, 22, 85, .format = format_at, .compare = compare_at, .holds = holds_url },
	{ "MODELS", "model", 7, 7, 60, true, .starts_high = true, .format = format_models,
		.number = number_models, .holds = holds_model },
	{ "PATH", "path", 9, 16, 75, .format = format_path, .compare = compare_path },
	{ "RTT ms", "rtt", 7, 7, 50, true, .starts_high = true, .text = text_ms, .number = number_rtt },
	{ "TTFB ms", "ttfb", 7, 7, 55, true, .starts_high = true, .text = text_ms, .number = number_ttfb },
	{ "TOK/S", "tokens", 6, 6, 40, true, .starts_high = true, .text = text_speed,
		.number = number_tokens },
	{ "QUEUE", "queue", 6, 6, 45, true, .starts_high = true, .text = text_count, .number = number_queue },
	{ "SINCE", "since", 6, 6, 30, true, .format = format_since, .number = number_since },
	{ "LAST 2 MIN", "spark", 12, 12, 35, .format = format_spark, .number = number_ttfb,
		.starts_high = true },
	{ "WHY", "why", 16, 600, 90, .stretches = true, .starts_high = true, .format = format_why,
		.compare = compare_state },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return snapshot->endpoint_count + snapshot->peer_count;
}

static bool is_peer_row(const struct snapshot *snapshot, size_t row)
{
	return row >= snapshot->endpoint_count;
}

static bool is_shown(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = peer_of(snapshot, row);

	return !is_peer_row(snapshot, row) || (!peer->is_self && !peer->endpoint_count && !peer->is_mullvad);
}

/* Stale rows are dim, but not broken ones: they are stale because they are broken. */
static bool is_dim(const struct snapshot *snapshot, size_t row)
{
	return is_peer_row(snapshot, row) ||
	       (snapshot->endpoints[row].is_stale && snapshot->endpoints[row].state < STATE_SLOW);
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return is_peer_row(snapshot, row) ? peer_of(snapshot, row)->id : url_of(snapshot, row);
}

/* Peers that drop connections, which therefore were not asked for all ports. */
static void say_silent(const struct snapshot *snapshot, struct page *page)
{
	size_t shown = 0;

	for (size_t i = 0; i < snapshot->peer_count && shown < SILENT_SHOWN; i++) {
		const struct peer *peer = &snapshot->peers[i];
		char drops[LINE_BYTES] = "";

		if (!peer->probed.silent || !peer->is_online)
			continue;
		wording_probed(drops, &peer->probed);
		page_line(page, ROLE_TEXT, "  %s: %s", peer->name, drops);
		shown++;
	}
	if (shown)
		page_wrap(page, ROLE_TEXT, "", 0, "Their other ports follow slowly; r asks them all now.");
}

/* No server was found: which ports were probed, and how to name one on another port or host. */
static bool instead(const struct snapshot *snapshot, struct page *page)
{
	const struct discovery *discovery = &snapshot->discovery;
	bool is_off = strcmp(discovery->mode, "off") == 0;

	if (view_says_trouble(snapshot, page))
		return true;
	if (snapshot->endpoint_count || snapshot->is_passive || view_is_past(snapshot) ||
		discovery->pending || (!discovery->asked && !is_off))
		return false;
	page_line(page, ROLE_TITLE, "No LLM server was found on this tailnet.");
	page_line(page, ROLE_TEXT, " ");
	if (is_off)
		page_wrap(page, ROLE_TEXT, "", 0, "No peer was asked: discovery is off.");
	else
		page_wrap(page, ROLE_TEXT, "", 0, "Asked:");
	if (!is_off) {
		page_line(page, ROLE_TEXT, "  %zu ports on %zu peers (discover = %s)", discovery->asked,
			discovery->peers, discovery->mode);
		page_wrap(page, ROLE_TEXT, "  ports", 8, discovery->ports);
		say_silent(snapshot, page);
		page_wrap(page, ROLE_TEXT, "", 0,
			"The dashboard looks again after 5 minutes, then less often, and at once when you "
			"press r.");
	}
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TEXT, "", 0, "To watch a server on another port or host:");
	page_line(page, ROLE_FIX, "  tsllm-top --endpoint http://HOST:PORT");
	page_wrap(page, ROLE_TEXT, "", 0,
		"A server of this machine can be offered to the tailnet (Ollama: see Serve, key 4):");
	page_line(page, ROLE_FIX, "  sudo tailscale serve --bg 8080");
	return true;
}

const struct view view_fleet = {
	.title = "Fleet",
	.key = '1',
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
	.tie = compare_peer,
	.row_count = row_count,
	.is_shown = is_shown,
	.is_dim = is_dim,
	.is_last = is_peer_row,
	.row_id = row_id,
	.instead = instead,
};
