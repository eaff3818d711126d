/* Fleet: a row per engine, worst first; its other endpoints are folded under it, and the peers without a known
 * server under one dim line at the end.
 *
 * Rows are the endpoints, then the peers (row minus endpoint_count), then the line of those peers. A row that
 * stands for several endpoints has the state of the worst of them, and names it. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/glyphs.h"
#include "tui/views/counts.h"
#include "tui/views/fleet_rows.h"
#include "tui/views/fleet_why.h"
#include "tui/views/nobody_serves.h"
#include "tui/views/target.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <math.h>
#include <string.h>

static const char *host_of(const struct snapshot *snapshot, size_t row, struct url *url)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint                            ? view_host(snapshot, endpoint, url)
	       : row == fleet_peers_line(snapshot) ? ""
						   : fleet_peer(snapshot, row)->name;
}

static const char *url_of(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint ? endpoint->url : "";
}

static void format_state(const struct snapshot *snapshot, size_t row, struct value *value)
{
	if (row == fleet_peers_line(snapshot))
		value_say(value, ROLE_DIM, "·");
	else
		value_state(value, fleet_state(snapshot, row));
}

/* As the header counts it, for filters. */
static void format_health(const struct snapshot *snapshot, size_t row, struct value *value)
{
	if (fleet_endpoint(snapshot, row))
		value_say(value, ROLE_TEXT,
			counts_name(fleet_state(snapshot, fleet_endpoint(snapshot, row)->lead)));
}

static void format_peer(const struct snapshot *snapshot, size_t row, struct value *value)
{
	size_t all, offline;
	struct url url;

	value_say(value, ROLE_TEXT, fleet_is_folded(snapshot, row) ? "└" : host_of(snapshot, row, &url));
	if (row != fleet_peers_line(snapshot))
		return;
	fleet_count_peers(snapshot, &all, &offline);
	text_set(value->text, sizeof(value->text), "%zu peer%s", all, all == 1 ? "" : "s");
}

static void format_server(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_server(value, fleet_endpoint(snapshot, row));
}

/* The best endpoint, and how many others there are. */
static void format_at(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	value_say(value, ROLE_TEXT, endpoint ? endpoint->at : "–");
	if (endpoint && endpoint->others)
		text_add(value->text, sizeof(value->text), " +%zu", endpoint->others);
}

static void say_model(char *to, size_t size, const char *id, size_t others)
{
	text_set(to, size, "%s", id);
	if (others)
		text_add(to, size, " +%zu", others);
}

/* A loaded model first, and how many others there are; briefly without who made it. */
static void format_model(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);
	const struct model *models = endpoint ? &snapshot->models[endpoint->models.first] : NULL;
	const char *slash;
	size_t shown = 0;

	value_say(value, ROLE_TEXT, "–");
	if (!endpoint || !endpoint->models.count || fleet_is_folded(snapshot, row))
		return;
	while (shown < endpoint->models.count && models[shown].state != MODEL_LOADED)
		shown++;
	if (shown == endpoint->models.count)
		shown = 0;
	say_model(value->text, sizeof(value->text), models[shown].id, endpoint->models.count - 1);
	slash = strrchr(models[shown].id, '/');
	if (slash && slash[1])
		say_model(value->brief, sizeof(value->brief), slash + 1, endpoint->models.count - 1);
}

static void format_loaded(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	value_say(value, ROLE_TEXT, "–");
	if (endpoint && endpoint->models_known && endpoint->loaded_known)
		text_set(value->text, sizeof(value->text), "%zu/%zu", endpoint->loaded_models,
			endpoint->models.count);
	else if (endpoint && endpoint->models_known)
		text_set(value->text, sizeof(value->text), "%zu", endpoint->models.count);
}

static void format_path(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_way(value, fleet_peer(snapshot, row), fleet_endpoint(snapshot, row));
}

static double number_rtt(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = fleet_peer(snapshot, row);

	return peer ? peer->path.rtt_ms : NAN;
}

static double number_ttfb(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint ? endpoint->ttfb_ms : NAN;
}

static double number_tokens(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint ? endpoint->figures.tokens_per_s : NAN;
}

static double number_queue(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint ? endpoint->figures.waiting : NAN;
}

static double number_ttft(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint ? endpoint->figures.ttft_p50_ms : NAN;
}

static double number_models(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint && endpoint->models_known ? (double)endpoint->models.count : NAN;
}

static double number_since(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint && endpoint->since ? (double)(snapshot->taken.wall_ms - endpoint->since) : NAN;
}

static void format_since(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	value_ago(value, snapshot, endpoint ? endpoint->since : 0);
	if (endpoint && endpoint->was_before)
		value_at_least(value);
}

static char *head_spark(const struct snapshot *snapshot, char *to, size_t size)
{
	return value_spark_head(snapshot, "TTFB", to, size);
}

static void format_spark(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	value->role = ROLE_SPARK;
	if (endpoint)
		value_spark(value, endpoint->spark, endpoint->spark_count);
}

/* Hosts outside the tailnet come after the peers. */
static int compare_peer(const struct snapshot *snapshot, size_t a, size_t b)
{
	struct url one, other;
	int order = !fleet_peer(snapshot, a) - !fleet_peer(snapshot, b);

	if (order == 0)
		order = strcmp(host_of(snapshot, a, &one), host_of(snapshot, b, &other));
	return order ? order : strcmp(url_of(snapshot, a), url_of(snapshot, b));
}

/* A peer that is off and serves nothing is normal, so the others come before it. */
static int badness(const struct snapshot *snapshot, size_t row)
{
	enum state state = fleet_state(snapshot, row);

	return !fleet_endpoint(snapshot, row) && state == STATE_OFFLINE ? -1 : (int)state;
}

static int compare_state(const struct snapshot *snapshot, size_t a, size_t b)
{
	return badness(snapshot, a) - badness(snapshot, b);
}

static int compare_server(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct endpoint *one = fleet_endpoint(snapshot, a), *other = fleet_endpoint(snapshot, b);

	return one && other ? strcmp(one->title, other->title) : 0;
}

static int compare_at(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(url_of(snapshot, a), url_of(snapshot, b));
}

static int compare_path(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct peer *one = fleet_peer(snapshot, a), *other = fleet_peer(snapshot, b);

	return (one ? (int)one->path.kind : 0) - (other ? (int)other->path.kind : 0);
}

static bool holds_url(const struct snapshot *snapshot, size_t row, const char *part)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return endpoint &&
	       (text_contains_fold(endpoint->url, part) || text_contains_fold(endpoint->at, part));
}

static bool holds_model(const struct snapshot *snapshot, size_t row, const char *part)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	for (size_t i = 0; endpoint && i < endpoint->models.count; i++)
		if (text_contains_fold(snapshot->models[endpoint->models.first + i].id, part))
			return true;
	return false;
}

static const struct column columns[] = {
	{ "STATE", "state", 9, 10, 100, .starts_high = true, .format = format_state,
		.compare = compare_state },
	{ "PEER", "peer", 8, 16, 95, .format = format_peer, .compare = compare_peer },
	{ "SERVER", "server", 9, 14, 80, .is_exact = true, .format = format_server,
		.compare = compare_server },
	{ "MODEL", "model", 10, 28, 78, .starts_high = true, .format = format_model, .number = number_models,
		.holds = holds_model },
	{ "TOK/S", "toks", 6, 6, 68, true, .starts_high = true, .text = text_speed, .number = number_tokens },
	{ "QUEUE", "queue", 5, 5, 66, true, .starts_high = true, .text = text_count, .number = number_queue },
	{ "TTFT ms", "ttftms", 7, 7, 64, true, .starts_high = true, .text = text_ms, .number = number_ttft },
	{ "PATH", "path", 8, 16, 75, .format = format_path, .compare = compare_path },
	{ "RTT ms", "rttms", 6, 6, 60, true, .starts_high = true, .text = text_ms, .number = number_rtt },
	{ "AT", "at", 15, 22, 62, .is_exact = true, .format = format_at, .compare = compare_at,
		.holds = holds_url },
	{ "TTFB ms", "ttfbms", 7, 7, 40, true, .starts_high = true, .text = text_ms, .number = number_ttfb },
	{ "LOADED", "loaded", 6, 7, 28, true, .format = format_loaded, .number = number_models },
	{ "SINCE", "since", 7, 7, 30, true, .format = format_since, .number = number_since },
	{ "TTFB TREND", "spark", 19, 20, 35, .format = format_spark, .head = head_spark,
		.number = number_ttfb, .starts_high = true },
	{ "WHY", "why", 15, 600, 90, .stretches = true, .starts_high = true, .format = fleet_why,
		.compare = compare_state },
	{ "HEALTH", "health", 0, 0, 0, .format = format_health },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return fleet_peers_line(snapshot) + 1;
}

static bool is_peer_row(const struct snapshot *snapshot, size_t row)
{
	return row >= snapshot->endpoint_count;
}

static bool is_shown(const struct snapshot *snapshot, size_t row)
{
	return !is_peer_row(snapshot, row) ||
	       (row != fleet_peers_line(snapshot) && fleet_is_without_server(fleet_peer(snapshot, row)));
}

/* Stale rows are dim, but not broken ones: they are stale because they are broken. */
static bool is_dim(const struct snapshot *snapshot, size_t row)
{
	return is_peer_row(snapshot, row) ||
	       (snapshot->endpoints[row].is_stale && snapshot->endpoints[row].state < STATE_SLOW);
}

static bool is_present(const struct snapshot *snapshot, size_t row)
{
	return !is_peer_row(snapshot, row) && !snapshot->endpoints[row].is_of_tailnet;
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return row == fleet_peers_line(snapshot) ? "peers"
	       : is_peer_row(snapshot, row)      ? fleet_peer(snapshot, row)->id
						 : url_of(snapshot, row);
}

/* What is wrong is opened; the line of the peers has nothing to open. */
static const char *target(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	const struct endpoint *worst = fleet_worst(snapshot, row);

	return worst                               ? worst->url
	       : row == fleet_peers_line(snapshot) ? ""
						   : row_id(snapshot, row, buffer, size);
}

/* What works is copied. */
static const char *copied(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = fleet_peer(snapshot, row);

	return fleet_endpoint(snapshot, row) ? url_of(snapshot, row)
	       : peer                        ? target_url((struct target){ .peer = peer })
					     : "";
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
	.is_present = is_present,
	.is_last = is_peer_row,
	.parent = fleet_parent,
	.row_id = row_id,
	.target = target,
	.copied = copied,
	.instead = nobody_serves_write,
};
