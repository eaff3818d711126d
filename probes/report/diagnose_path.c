/* The path between two hosts: its kind, how fast it is, and the steps that make it. A step that was not asked
 * about, or was reported in part, is a question mark. So is a single ping without an answer: silence counts
 * only the second time. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/diagnose_lines.h"

#include <math.h>

static bool has_answered(const struct snapshot *snapshot, const struct peer *peer)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];

		if (endpoint->peer == peer - snapshot->peers && !isnan(endpoint->age_ms) &&
			!endpoint->is_stale)
			return true;
	}
	return false;
}

/* A pong or a server's answer proves the path. With neither, the path that tailscaled uses is believed,
 * unless a ping went unanswered. */
static enum mark mark_of_path(const struct snapshot *snapshot, const struct peer *peer)
{
	bool was_pinged = false, is_used = peer->path.kind == PATH_DIRECT ||
					   peer->path.kind == PATH_PEER_RELAY || peer->path.kind == PATH_DERP;

	for (int kind = 0; kind < PING_KINDS; kind++) {
		if (peer->pings[kind].at && !isnan(peer->pings[kind].ms))
			return MARK_OK;
		was_pinged = was_pinged || peer->pings[kind].at;
	}
	return has_answered(snapshot, peer) || (is_used && !was_pinged) ? MARK_OK : MARK_UNKNOWN;
}

enum mark diagnose_path(const struct walk *walk, struct layer_report *layer_report)
{
	char times[LINE_BYTES] = "";

	if (!walk->peer || walk->peer->is_self)
		return line_say(layer_report, MARK_SKIPPED,
			walk->is_own ? "this machine: no tailnet between" : "outside the tailnet");
	wording_path(line_new(layer_report), &walk->peer->path, walk->snapshot->taken.wall_ms);
	wording_times(times, &walk->peer->path);
	if (*times)
		line_say(layer_report, MARK_OK, times);
	return mark_of_path(walk->snapshot, walk->peer);
}

/* ---- its steps ---- */

static void say_net(const struct obs_net *net, char *line)
{
	const struct {
		enum tri tri;
		const char *words[3]; /* by the answer; NULL: not mentioned */
	} table[] = {
		{ net->has_udp, { "whether UDP passes was not told", "UDP is blocked", "UDP passes" } },
		{ net->is_hard_nat, { "its NAT was not told", "no hard NAT", "hard NAT" } },
		{ net->maps_ports, { NULL, "the router maps no ports", "the router maps ports" } },
		{ net->has_ipv6, { NULL, "no IPv6", "IPv6" } },
		{ net->is_captive, { NULL, NULL, "a login page is in the way" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].words[table[i].tri])
			line_add(line, "%s", table[i].words[table[i].tri]);
	if (net->candidates == 0)
		line_add(line, "no candidate address%s",
			net->has_udp == TRI_UNKNOWN ? ": UDP is likely blocked" : "");
	else
		line_number(line, "", net->candidates,
			net->candidates == 1 ? " candidate address" : " candidate addresses");
	line_ms(line, "nearest DERP in ", net->derp_ms);
}

/* Facts only: whether they do any harm is up to the verdicts. */
static enum mark mark_of_net(const struct obs_net *net)
{
	if (net->has_udp == TRI_NO)
		return MARK_NOTE;
	if (net->has_udp == TRI_UNKNOWN || net->is_hard_nat == TRI_UNKNOWN)
		return MARK_UNKNOWN;
	if (net->candidates == 0 || net->is_captive == TRI_YES ||
		(net->is_hard_nat == TRI_YES && net->maps_ports != TRI_YES))
		return MARK_NOTE;
	return MARK_OK;
}

static enum mark see_net(const struct walk *walk, const struct obs_net *net, const char *source,
	struct layer_report *layer_report)
{
	char *line = line_new(layer_report), span[32];

	if (!net->at) {
		line_add(line, "its network was not told");
		return MARK_UNKNOWN;
	}
	say_net(net, line);
	text_add(line, LINE_BYTES, " (%s %s ago)", source,
		text_span(span, sizeof(span), walk->snapshot->taken.wall_ms - net->at));
	return mark_of_net(net);
}

/* Netcheck's own report, else what this machine's tailscaled knows. The age is counted from when we asked. */
static enum mark see_here(const struct walk *walk, struct layer_report *layer_report)
{
	const struct snapshot *snapshot = walk->snapshot;
	bool has_self = snapshot->peer_count && snapshot->peers[0].is_self;
	enum mark mark;

	if (walk->is_outside)
		return MARK_SKIPPED;
	if (snapshot->daemon.net.at || !has_self)
		return see_net(walk, &snapshot->daemon.net, "by netcheck", layer_report);
	mark = see_net(walk, &snapshot->peers[0].net, "as tailscaled here knew it", layer_report);
	if (snapshot->is_passive)
		line_add(layer_report->lines[0], "netcheck: not asked (--passive)");
	return mark;
}

static enum mark see_there(const struct walk *walk, struct layer_report *layer_report)
{
	if (!walk->peer || walk->peer->is_self)
		return MARK_SKIPPED;
	return see_net(walk, &walk->peer->net, "as tailscaled here knew it", layer_report);
}

static enum mark see_ping(const struct walk *walk, enum ping_kind kind, struct layer_report *layer_report)
{
	const struct ping *ping = walk->peer ? &walk->peer->pings[kind] : NULL;
	char *line, number[32];

	if (!ping || walk->peer->is_self)
		return MARK_SKIPPED;
	line = line_new(layer_report);
	if (!ping->at)
		line_add(line, "ping: not asked%s", walk->snapshot->is_passive ? " (--passive)" : "");
	else if (isnan(ping->ms))
		line_add(line, "ping: no answer");
	else
		line_add(line, "ping: %s ms, %s", text_ms(number, sizeof(number), ping->ms),
			*ping->by ? ping->by : "inside the tunnel");
	layer_report->is_silence = ping->at && isnan(ping->ms);
	return ping->at && !isnan(ping->ms) ? MARK_OK : MARK_UNKNOWN;
}

static enum mark see_disco(const struct walk *walk, struct layer_report *layer_report)
{
	return see_ping(walk, PING_DISCO, layer_report);
}

static enum mark see_tsmp(const struct walk *walk, struct layer_report *layer_report)
{
	return see_ping(walk, PING_TSMP, layer_report);
}

void diagnose_steps(const struct walk *walk, struct layer_report steps[STEP_COUNT])
{
	static enum mark (*const see[STEP_COUNT])(
		const struct walk *walk, struct layer_report *layer_report) = {
		[STEP_HERE] = see_here,
		[STEP_THERE] = see_there,
		[STEP_DISCO] = see_disco,
		[STEP_TSMP] = see_tsmp,
	};

	for (int step = 0; step < STEP_COUNT; step++) {
		steps[step].layer = LAYER_PATH;
		steps[step].mark = see[step](walk, &steps[step]);
	}
}

const char *diagnose_step_name(enum step step)
{
	static const char *const names[STEP_COUNT] = { "here", "there", "disco", "TSMP" };

	return names[step];
}
