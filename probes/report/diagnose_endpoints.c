/* The upper layers: one endpoint, from its port to the engine behind it, and who may use it. Also what this
 * machine itself serves: each mount from both sides. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/verdict_codes.h"
#include "probes/report/diagnose_lines.h"

#include <math.h>
#include <string.h>

static bool is_known(const struct endpoint *endpoint)
{
	return endpoint->state != STATE_UNKNOWN;
}

/* Why nothing is known of an endpoint. That is a question mark, not a cross and not a tick. */
static enum mark say_unasked(const struct walk *walk, struct layer_report *layer_report)
{
	return line_say(layer_report, MARK_UNKNOWN,
		walk->snapshot->is_passive ? "not asked (--passive)" : "no answer within the deadline");
}

enum mark diagnose_port(const struct walk *walk, struct layer_report *layer_report)
{
	const struct endpoint *endpoint = walk->endpoint;
	struct url url;
	char *line, number[32];

	if (url_split(&url, endpoint->url) < 0 || !is_known(endpoint))
		return say_unasked(walk, layer_report);
	line = line_new(layer_report);
	if (!isnan(endpoint->connect_ms))
		line_add(line, "TCP port %d opens in %s ms", url.port,
			text_ms(number, sizeof(number), endpoint->connect_ms));
	else
		line_add(line, "TCP port %d%s", url.port, layer_report->verdict_count ? "" : " opens");
	return MARK_OK;
}

enum mark diagnose_tls(const struct walk *walk, struct layer_report *layer_report)
{
	const struct endpoint *endpoint = walk->endpoint;
	char *line;

	if (!text_has_prefix(endpoint->url, "https://"))
		return line_say(layer_report, MARK_SKIPPED, "plain HTTP: it has none");
	if (!is_known(endpoint))
		return say_unasked(walk, layer_report);
	line = line_new(layer_report);
	line_ms(line, "handshake ", endpoint->tls_ms);
	wording_certificate(line, endpoint, walk->snapshot->taken.wall_ms);
	if (!*line)
		line_add(line, "no handshake was timed");
	return MARK_OK;
}

/* The last request that was answered, else the last one; no canary, which asks for more than whether it is up. */
static const struct sent *last_sent(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	const struct sent *last = NULL;

	for (size_t i = 0; i < endpoint->sent.count; i++) {
		const struct sent *sent = &snapshot->sents[endpoint->sent.first + i];

		if (text_has_prefix(sent->path, "POST "))
			continue;
		if (!last || (sent->status != 0) > (last->status != 0) ||
			((sent->status != 0) == (last->status != 0) && sent->last > last->last))
			last = sent;
	}
	return last;
}

enum mark diagnose_http(const struct walk *walk, struct layer_report *layer_report)
{
	const struct sent *sent = last_sent(walk->snapshot, walk->endpoint);
	char *line;

	if (!is_known(walk->endpoint))
		return say_unasked(walk, layer_report);
	line = line_new(layer_report);
	if (sent && sent->status)
		line_add(line, "GET %s: %d", sent->path, sent->status);
	else if (sent)
		line_add(line, "GET %s: no answer", sent->path);
	line_ms(line, "first byte after ", walk->endpoint->ttfb_ms);
	line_number(line, "requests in all: ", walk->endpoint->requests, "");
	return MARK_OK;
}

static void say_models(const struct endpoint *endpoint, char *line)
{
	if (!endpoint->models_known)
		return;
	if (endpoint->loaded_known)
		line_add(line, "%zu of %zu model%s loaded", endpoint->loaded_models, endpoint->models.count,
			endpoint->models.count == 1 ? "" : "s");
	else
		line_add(line, "%zu model%s", endpoint->models.count, endpoint->models.count == 1 ? "" : "s");
}

enum mark diagnose_engine(const struct walk *walk, struct layer_report *layer_report)
{
	const struct endpoint *endpoint = walk->endpoint;
	char *line, speed[LINE_BYTES] = "", gpus[LINE_BYTES] = "";

	if (!is_known(endpoint))
		return say_unasked(walk, layer_report);
	line = line_new(layer_report);
	if (*endpoint->title)
		line_add(line, "%s%s%s", endpoint->title, *endpoint->version ? " " : "", endpoint->version);
	else
		line_add(line, "unknown server");
	say_models(endpoint, line);
	wording_work(line, endpoint);
	wording_speed(speed, endpoint);
	if (*speed)
		line_say(layer_report, MARK_OK, speed);
	if (walk->peer)
		wording_gpus(gpus, walk->snapshot, walk->peer);
	if (*gpus)
		line_say(layer_report, MARK_OK, gpus);
	if (*endpoint->latency.text)
		line_say(layer_report, MARK_OK, endpoint->latency.text);
	return *endpoint->title ? MARK_OK : MARK_UNKNOWN;
}

static bool has_code(const struct walk *walk, const char *code)
{
	struct span span = walk->endpoint->verdicts;

	for (size_t i = 0; i < span.count; i++)
		if (strcmp(walk->snapshot->verdict_list[span.first + i].code, code) == 0)
			return true;
	return false;
}

/* Only a machine's own serve configuration tells whether Funnel is on: for the endpoint of a mount, or for
 * the backend behind it. */
static enum tri is_public(const struct walk *walk)
{
	const struct snapshot *snapshot = walk->snapshot;
	int self = (int)(walk->endpoint - snapshot->endpoints);
	enum tri found = TRI_UNKNOWN;

	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (snapshot->mounts[i].endpoint == self || snapshot->mounts[i].backend == self)
			found = snapshot->mounts[i].is_funnel || found == TRI_YES ? TRI_YES : TRI_NO;
	return found;
}

/* Who may use it. An endpoint without a key is fine only if it is known to be closed to the internet. */
enum mark diagnose_exposure(const struct walk *walk, struct layer_report *layer_report)
{
	const char *const funnel[] = {
		[TRI_UNKNOWN] =
			walk->is_own ? "Funnel: no mount of it is known" : "Funnel: only that machine knows",
		[TRI_NO] = "Funnel is off",
		[TRI_YES] = "Funnel is on",
	};
	bool wants_key = walk->endpoint->state == STATE_AUTH || has_code(walk, CODE_AUTH_REQUIRED);
	bool is_open = walk->endpoint->models_known;
	enum tri public = is_public(walk);
	char *line = line_new(layer_report);

	line_add(line, wants_key ? "wants a key"
		       : is_open ? "lists its models to this machine"
				 : "whether it wants a key was not told");
	if (walk->peer || walk->is_own)
		line_add(line, "%s", funnel[public]);
	if (wants_key)
		return MARK_OK;
	return public == TRI_YES ? MARK_NOTE : is_open && public == TRI_NO ? MARK_OK : MARK_UNKNOWN;
}

/* Returns whether something is wrong with it. */
static bool say_endpoint(const struct snapshot *snapshot, int index, const char *what, char *line)
{
	const struct endpoint *endpoint = index < 0 ? NULL : &snapshot->endpoints[index];
	const struct verdict *verdict = endpoint ? snapshot_worst(snapshot, endpoint->verdicts) : NULL;

	if (!endpoint)
		line_add(line, "%s: not asked%s", what, snapshot->is_passive ? " (--passive)" : "");
	else
		line_add(line, "%s %s: %s%s%s", what, endpoint->url, state_name(endpoint->state),
			verdict ? ", " : "", verdict ? verdict->code : "");
	return verdict && verdict->severity > SEVERITY_INFO;
}

static bool has_not_answered(const struct snapshot *snapshot, int index)
{
	return index >= 0 && !is_known(&snapshot->endpoints[index]);
}

enum mark diagnose_mount_lines(
	const struct snapshot *snapshot, const struct mount *mount, struct layer_report *layer_report)
{
	char *line = line_new(layer_report);
	bool is_bad;

	line_add(line, "%s %s%s%s:%d%s %s %s", serve_protocol_name(mount->protocol), mount->service,
		*mount->service && *mount->host ? " at " : "", mount->host, mount->port, mount->path, "→",
		mount->target);
	if (mount->is_funnel)
		line_add(line, "on Funnel");
	if (mount->is_foreground)
		line_add(line, "in the foreground: it ends with its terminal");
	is_bad = say_endpoint(snapshot, mount->backend, "backend", line_new(layer_report));
	is_bad = say_endpoint(snapshot, mount->endpoint, "by its name", line_new(layer_report)) || is_bad;
	if (is_bad)
		return MARK_BAD;
	if (mount->backend < 0 && mount->endpoint < 0)
		return MARK_UNKNOWN;
	return has_not_answered(snapshot, mount->backend) || has_not_answered(snapshot, mount->endpoint)
		       ? MARK_UNKNOWN
		       : MARK_OK;
}
