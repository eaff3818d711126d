/* How several views and outputs show the same value, and the page shown instead of all rows while nothing is
 * known. */
#include "tui/views/values.h"

#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/table/scale.h"
#include "tui/term/glyphs.h"
#include "tui/views/verdict_line.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void value_say(struct value *value, enum role role, const char *text)
{
	text_set(value->text, sizeof(value->text), "%s", text);
	value->role = role;
}

void value_state(struct value *value, enum state state)
{
	text_set(value->text, sizeof(value->text), "%s %s", glyph_of_state(state), state_name(state));
	value->role = role_of_state(state);
}

/* Its code; what only says the state again is as long as it is. */
static const char *brief_of(const struct verdict *verdict)
{
	return strcmp(verdict->code, state_name(verdict->state)) == 0 ? verdict->text : verdict->code;
}

bool value_why(struct value *value, const struct snapshot *snapshot, struct span verdicts)
{
	const struct verdict *worst = snapshot_worst(snapshot, verdicts);
	const struct verdict *said = worst ? worst : &snapshot->verdict_list[verdicts.first];

	if (!verdicts.count)
		return false;
	text_set(value->text, sizeof(value->text), "%s%s", worst ? "" : "(ignored) ", said->text);
	text_set(value->brief, sizeof(value->brief), "%s%s", worst ? "" : "(ignored) ", brief_of(said));
	value->role = !worst || said->severity == SEVERITY_INFO ? ROLE_DIM : ROLE_TEXT;
	return worst != NULL;
}

void value_offer(struct value *value, const struct snapshot *snapshot, const struct offer *offer)
{
	struct span verdicts = snapshot->endpoints[offer->endpoint].verdicts;
	const struct verdict *worst = snapshot_worst(snapshot, verdicts);

	if (!*offer->why) {
		*value = (struct value){ .text = "", .brief = "", .role = ROLE_TEXT };
		value_why(value, snapshot, verdicts);
		return;
	}
	value_say(value, ROLE_DIM, offer->why);
	if (offer->rank || !worst)
		return;
	text_add(value->text, sizeof(value->text), ": ");
	verdict_line_add(value->text, sizeof(value->text), worst);
}

void value_server(struct value *value, const struct endpoint *endpoint)
{
	const char *title = !endpoint ? "" : *endpoint->title ? endpoint->title : endpoint->server;

	value_say(value, *title ? ROLE_TEXT : ROLE_DIM, *title ? title : "–");
}

static const struct {
	const char *word;
	enum role role;
} kinds[PATH_COUNT] = {
	[PATH_UNKNOWN] = { "–", ROLE_DIM },
	[PATH_DIRECT] = { "direct", ROLE_DIRECT },
	[PATH_PEER_RELAY] = { "relay", ROLE_PEER_RELAY },
	[PATH_DERP] = { "DERP", ROLE_DERP },
	[PATH_IDLE] = { "idle", ROLE_DIM },
	[PATH_OFFLINE] = { "offline", ROLE_DIM },
};

enum role value_path_role(enum path_kind kind)
{
	return kinds[kind].role;
}

void value_path(struct value *value, const struct path *path)
{
	bool has_via = *path->via && (path->kind == PATH_PEER_RELAY || path->kind == PATH_DERP);

	text_set(value->text, sizeof(value->text), "%s%s%s", kinds[path->kind].word, has_via ? " " : "",
		has_via ? path->via : "");
	if (path->kind == PATH_PEER_RELAY) /* half an address says less than none */
		text_set(value->brief, sizeof(value->brief), "%s", kinds[path->kind].word);
	value->role = kinds[path->kind].role;
}

const char *value_traffic_path(int kind)
{
	static const char *const names[TRAFFIC_PATHS] = { "direct", "relay", "DERP" };

	return names[kind];
}

const char *view_host(const struct snapshot *snapshot, const struct endpoint *endpoint, struct url *url)
{
	if (endpoint->peer >= 0)
		return snapshot->peers[endpoint->peer].name;
	if (url_split(url, endpoint->url) < 0)
		return "–";
	return url_host_is_loopback(url->host) ? "here" : url->host;
}

void value_way(struct value *value, const struct peer *peer, const struct endpoint *endpoint)
{
	struct url url;
	bool is_local =
		peer ? peer->is_self
		     : endpoint && url_split(&url, endpoint->url) == 0 && url_host_is_loopback(url.host);

	if (peer && !is_local)
		value_path(value, &peer->path);
	else
		value_say(value, ROLE_DIM, is_local ? "local" : "–");
}

void value_ago(struct value *value, const struct snapshot *snapshot, int64_t wall_ms)
{
	value_say(value, ROLE_DIM, "–");
	if (wall_ms && wall_ms <= snapshot->taken.wall_ms)
		text_span(value->text, sizeof(value->text), snapshot->taken.wall_ms - wall_ms);
}

void value_spark(struct value *value, const float *spark, size_t count)
{
	scale_spark(UNIT_MS, spark, count, SPARK_PARTS, value->text, sizeof(value->text));
	value->role = ROLE_SPARK;
}

char *value_spark_head(const struct snapshot *snapshot, const char *figure, char *to, size_t size)
{
	char span[32];

	text_set(to, size, "%s ", figure);
	for (const char *at = scale_span(snapshot->spark_span_ms, span, sizeof(span)); *at; at++)
		text_add(to, size, "%c", toupper((unsigned char)*at));
	return to;
}

void value_at_least(struct value *value)
{
	char text[sizeof(value->text)];

	if (strcmp(value->text, "–") == 0)
		return;
	if (strcmp(value->text, "0 s") == 0) { /* at least nothing */
		value_say(value, ROLE_DIM, "–");
		return;
	}
	text_set(text, sizeof(text), "≥%.40s", value->text);
	text_set(value->text, sizeof(value->text), "%s", text);
}

void value_loss(struct value *value, double loss)
{
	value_say(value, ROLE_TEXT, "");
	wording_loss(value->text, sizeof(value->text), loss);
}

void value_pong(struct value *value, const struct path *path)
{
	value_say(value, ROLE_DIM, "–");
	if (isnan(path->pong_age_ms))
		return;
	wording_age(value->brief, sizeof(value->brief), path->pong_age_ms);
	value_say(value, ROLE_TEXT, value->brief);
	text_add(value->text, sizeof(value->text), " %s", path->pong_source);
}

void value_last_seen(struct value *value, const struct snapshot *snapshot, const struct peer *peer)
{
	char span[32];

	value_say(value, ROLE_DIM, "offline");
	if (peer->last_seen && peer->last_seen <= snapshot->taken.wall_ms)
		text_set(value->text, sizeof(value->text), "last seen %s ago",
			text_span(span, sizeof(span), snapshot->taken.wall_ms - peer->last_seen));
}

bool view_is_past(const struct snapshot *snapshot)
{
	const struct verdict *worst = snapshot_worst(snapshot, snapshot->verdicts);

	return snapshot->daemon.is_stale || (worst && worst->severity == SEVERITY_DOWN);
}

/* Whether a verdict already says it. */
static bool is_said(const struct snapshot *snapshot, const char *text)
{
	for (size_t i = 0; i < snapshot->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[snapshot->verdicts.first + i];

		if (strstr(verdict->text, text) || strstr(verdict->fix, text))
			return true;
	}
	return false;
}

/* Nothing is known yet: what was tried, and what to do, each fix on its own line, ready to be copied. */
static void write_trouble(const struct snapshot *snapshot, struct page *page)
{
	const struct daemon *daemon = &snapshot->daemon;

	for (size_t i = 0; i < snapshot->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[snapshot->verdicts.first + i];

		verdict_line_write(page, verdict, glyph_of_state(verdict->state), 2);
		page_line(page, ROLE_TEXT, " ");
	}
	if (*daemon->trouble && !is_said(snapshot, daemon->trouble))
		page_wrap(page, ROLE_DIM, "tried", 6, daemon->trouble);
	if (*daemon->socket)
		page_wrap(page, ROLE_DIM, "at", 6, daemon->socket);
	if (*daemon->auth_url && !is_said(snapshot, daemon->auth_url))
		page_wrap(page, ROLE_FIX, "log in", 8, daemon->auth_url);
}

static void say_search_here(const struct discovery *discovery, struct page *page)
{
	if (!discovery->asked || discovery->pending || discovery->peers)
		return;
	page_wrap(page, ROLE_TEXT, "", 0,
		"No LLM server was found on this machine. To watch one on another port:");
	page_line(page, ROLE_FIX, "  tsllm-top --endpoint http://127.0.0.1:PORT");
}

bool view_says_trouble(const struct snapshot *snapshot, struct page *page)
{
	if (snapshot->peer_count || snapshot->endpoint_count)
		return false;
	if (snapshot->verdicts.count || *snapshot->daemon.trouble) {
		write_trouble(snapshot, page);
		say_search_here(&snapshot->discovery, page);
	} else if (!snapshot->daemon.is_known)
		page_line(page, ROLE_DIM, "asking tailscaled …");
	else
		page_line(page, ROLE_DIM, "this tailnet has no other machine yet");
	return true;
}
