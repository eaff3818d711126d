/* Copies what is known and judged into a snapshot. Two endpoints of one engine share what one of them
 * reports; no other facts are added. */
#include "probes/take/take.h"

#include "probes/base/text.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/networks.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/model/fields.h"
#include "probes/take/builder.h"
#include "probes/take/same_engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_health(struct builder *s, const struct obs_status *status)
{
	size_t lines = 0;
	const char **health;

	while (status->health[lines])
		lines++;
	health = arena_alloc(s->arena, (lines + 1) * sizeof(*health));
	for (size_t i = 0; i < lines; i++)
		health[i] = arena_copy(s->arena, status->health[i]);
	s->snapshot->daemon.health = health;
}

static void copy_status(struct builder *s, const struct obs_status *status)
{
	struct daemon *d = &s->snapshot->daemon;
	char name[TEXT_CAP];

	copy_health(s, status);
	d->is_known = true;
	d->has_tun = status->has_tun;
	d->backend_state = arena_copy(s->arena, status->backend_word);
	d->version = arena_copy(s->arena, status->version);
	d->tailnet = arena_copy(s->arena, status->tailnet);
	d->magicdns_suffix = arena_copy(s->arena, status->magicdns_suffix);
	d->auth_url = arena_copy(s->arena, status->auth_url);
	d->age_ms = (double)when_since(s->ledger->status_at, s->now);
	if (!status->has_self)
		return;
	d->self = arena_copy(s->arena, peer_short_name(s->ledger, &status->self, name, sizeof(name)));
	d->self_id = arena_copy(s->arena, status->self.id);
	d->home_derp = arena_copy(s->arena, status->self.home_derp);
}

/* The capabilities have blanks between them. */
static void take_who(struct builder *s, const struct obs_who *who)
{
	struct daemon *daemon = &s->snapshot->daemon;
	const char **list;
	size_t count = 0;

	if (!who)
		return;
	list = arena_alloc(s->arena, (sizeof(who->capabilities) / 2 + 1) * sizeof(*list));
	daemon->login = arena_copy(s->arena, who->login);
	daemon->display = arena_copy(s->arena, who->display);
	for (const char *at = who->capabilities; *at; at += strspn(at, " ")) {
		int length = (int)strcspn(at, " ");

		list[count++] = arena_printf(s->arena, "%.*s", length, at);
		at += length;
	}
	daemon->capabilities = list;
}

static void take_daemon(struct builder *s)
{
	static const char *const none[] = { NULL };
	const struct ledger *l = s->ledger;
	struct daemon *d = &s->snapshot->daemon;

	*d = (struct daemon){ .backend_state = "",
		.version = "",
		.self = "",
		.self_id = "",
		.tailnet = "",
		.magicdns_suffix = "",
		.home_derp = "",
		.auth_url = "",
		.login = "",
		.display = "",
		.capabilities = none,
		.health = none,
		.age_ms = NAN };
	d->via = arena_copy(s->arena, l->via);
	d->socket = arena_copy(s->arena, l->socket);
	d->sudo = arena_copy(s->arena, l->machine.sudo);
	d->trouble = arena_copy(s->arena, l->trouble_text);
	d->net = l->netcheck;
	take_who(s, network_who(l));
	d->runs_web_client = l->prefs ? l->prefs->runs_web_client : TRI_UNKNOWN;
	if (l->status)
		copy_status(s, l->status);
	d->is_stale = l->status && (l->trouble != DAEMON_FINE || d->age_ms > 3 * (double)l->terms.period_ms);
}

static void take_traffic(struct builder *s)
{
	struct traffic *traffic = &s->snapshot->traffic;
	const struct ledger *l = s->ledger;

	bool is_counted = when_known(l->traffic.at),
	     is_captured = when_known(l->captured.at) && l->capture.state == CAPTURE_RUNNING;
	const struct known_traffic *known = is_counted || !is_captured ? &l->traffic : &l->captured;

	traffic->source = is_counted ? "usermetrics" : is_captured ? "capture" : "";
	memcpy(traffic->rx_bytes, known->totals.rx_bytes, sizeof(traffic->rx_bytes));
	memcpy(traffic->tx_bytes, known->totals.tx_bytes, sizeof(traffic->tx_bytes));
	memcpy(traffic->rx_per_s, known->rx_per_s, sizeof(traffic->rx_per_s));
	memcpy(traffic->tx_per_s, known->tx_per_s, sizeof(traffic->tx_per_s));
}

/* The command with what makes it root's on this machine in place of its sudo. */
static const char *as_typed_here(struct builder *s, const char *command)
{
	static const char sudo[] = "sudo ";

	if (!text_has_prefix(command, sudo))
		return arena_copy(s->arena, command);
	return arena_printf(s->arena, "%s%s", s->ledger->machine.sudo, command + strlen(sudo));
}

/* Devices and dropped packets are those of the running helper. */
static void take_capture(struct builder *s)
{
	const struct ledger *l = s->ledger;
	bool is_running = l->capture.state == CAPTURE_RUNNING;
	size_t count = is_running ? l->capture.devices.count : 0;
	const char **devices = arena_alloc(s->arena, (count + 1) * sizeof(*devices));

	for (size_t i = 0; i < count; i++)
		devices[i] = arena_copy(s->arena, l->capture.devices.items[i]);
	s->snapshot->capture = (struct capture){
		.state = l->capture.state,
		.since = l->capture.since.wall_ms,
		.devices = devices,
		.dropped = is_running ? l->capture.dropped : NAN,
		.trouble = arena_copy(s->arena, l->capture.trouble),
		.fix = as_typed_here(s, l->capture.fix),
	};
}

static int row_of_url(const struct builder *s, const char *url)
{
	for (size_t i = 0; url && *url && i < s->ledger->endpoints.count; i++)
		if (strcmp(s->ledger->endpoints.items[i]->url, url) == 0)
			return (int)i;
	return -1;
}

/* A mount and its backend are two endpoints of one engine: it is queried through one, and the answers hold
 * for both. */
static void share_engine(const struct endpoint *backend, struct endpoint *other)
{
	other->engine_id = backend->engine_id;
	if (!*backend->server || strcmp(backend->server, other->server) != 0)
		return;
	if (backend->models_known) {
		other->models = backend->models;
		other->models_known = true;
		other->loaded_known = backend->loaded_known;
		other->loaded_models = backend->loaded_models;
	}
	if (other->wants_key == TRI_UNKNOWN && !state_blocks(other->state))
		other->wants_key = backend->wants_key;
	if (!*other->version)
		other->version = backend->version;
	/* What this endpoint reported itself stays: it is asked only whether it is up. */
	fields_share(&fields_engine, &other->figures, &backend->figures);
	fields_share(&fields_latency, &other->latency, &backend->latency);
	other->figured = backend->figured > other->figured ? backend->figured : other->figured;
}

static void take_mount(struct builder *s, const struct known_mount *known, struct mount *row)
{
	const struct obs_mount *obs = known->obs;

	row->host = arena_copy(s->arena, obs->host);
	row->service = arena_copy(s->arena, obs->service);
	row->path = arena_copy(s->arena, obs->path);
	row->target = arena_copy(s->arena, obs->target);
	row->port = obs->port;
	row->protocol = obs->protocol;
	row->is_funnel = obs->is_funnel;
	row->is_foreground = obs->is_foreground;
	row->is_api_only = obs->is_api_only;
	row->backend = row_of_url(s, obs->backend);
	row->endpoint = row_of_url(s, obs->url);
	row->backend_state = row->backend >= 0 ? s->snapshot->endpoints[row->backend].state
			     : known->is_web   ? STATE_WEB
					       : STATE_UNKNOWN;
	row->verdicts = known->verdicts;
	if (row->backend >= 0 && row->endpoint >= 0)
		share_engine(&s->snapshot->endpoints[row->backend], &s->snapshot->endpoints[row->endpoint]);
}

static void take_mounts(struct builder *s)
{
	s->snapshot->mounts =
		arena_alloc(s->arena, (s->ledger->mount_count + 1) * sizeof(*s->snapshot->mounts));
	s->snapshot->mount_count = s->ledger->mount_count;
	for (size_t i = 0; i < s->ledger->mount_count; i++)
		take_mount(s, &s->ledger->mounts[i], &s->snapshot->mounts[i]);
}

static void take_events(struct builder *s)
{
	size_t count = s->ledger->events.count;

	s->snapshot->events = arena_alloc(s->arena, (count + 1) * sizeof(*s->snapshot->events));
	s->snapshot->event_count = count;
	for (size_t i = 0; i < count; i++) {
		struct event event = s->ledger->events.items[count - 1 - i];

		event.who = arena_copy(s->arena, event.who);
		event.machine = arena_copy(s->arena, event.machine);
		event.text = arena_copy(s->arena, event.text);
		s->snapshot->events[i] = event;
	}
}

static void take_sums(struct builder *s)
{
	const struct ledger *l = s->ledger;

	s->snapshot->discovery = (struct discovery){
		.mode = arena_copy(s->arena, l->discovery.mode),
		.ports = arena_copy(s->arena, l->discovery.ports),
		.now = arena_copy(s->arena, l->discovery.now),
		.peers = l->discovery.peers,
		.asked = l->discovery.asked,
		.pending = l->discovery.pending,
		.silent_peers = l->discovery.silent_peers,
		.postponed = l->discovery.postponed,
	};
	s->snapshot->requests = l->requests;
	s->snapshot->bytes_sent = l->bytes_sent;
	s->snapshot->bytes_received = l->bytes_received;
	memcpy(s->snapshot->by_cost, l->by_cost, sizeof(l->by_cost));
}

/* The exit status: unknown if the daemon is not running or no server is known. */
static enum status overall(const struct builder *s)
{
	enum severity worst = SEVERITY_INFO;
	size_t known = 0;

	for (size_t i = 0; i < s->snapshot->endpoint_count; i++)
		known += s->snapshot->endpoints[i].state != STATE_UNKNOWN;
	if (!daemon_runs(s->ledger) || (!known && !s->ledger->terms.is_passive))
		return STATUS_UNKNOWN;
	for (size_t i = 0; i < s->snapshot->verdict_count; i++)
		if (!s->snapshot->verdict_list[i].is_muted && s->snapshot->verdict_list[i].severity > worst)
			worst = s->snapshot->verdict_list[i].severity;
	return status_of_severity(worst);
}

/* In the order of the ledger, because rows keep the spans of the ledger. */
static void copy_verdicts(struct builder *s)
{
	const struct verdict_list *judged = &s->ledger->judged.verdicts;
	struct verdict *verdicts = arena_alloc(s->arena, (judged->count + 1) * sizeof(*verdicts));

	for (size_t i = 0; i < judged->count; i++) {
		verdicts[i] = judged->items[i];
		verdicts[i].text = arena_copy(s->arena, judged->items[i].text);
		verdicts[i].run = arena_copy(s->arena, judged->items[i].run);
		verdicts[i].run_on = arena_copy(s->arena, judged->items[i].run_on);
		verdicts[i].hint = arena_copy(s->arena, judged->items[i].hint);
		verdicts[i].fix = arena_copy(s->arena, judged->items[i].fix);
		verdicts[i].cause = arena_copy(s->arena, judged->items[i].cause);
	}
	s->snapshot->verdict_list = verdicts;
	s->snapshot->verdict_count = judged->count;
	s->snapshot->verdicts = s->ledger->judged.own;
}

struct snapshot *take_snapshot(const struct ledger *ledger, struct when now)
{
	struct arena *arena = arena_new();
	struct snapshot *snapshot = arena_alloc(arena, sizeof(*snapshot));
	struct builder s = { .ledger = ledger, .snapshot = snapshot, .arena = arena, .now = now };

	snapshot->arena = arena;
	snapshot->taken = now;
	snapshot->source = "live";
	snapshot->spark_span_ms = SPARK_SPAN_MS;
	snapshot->is_passive = ledger->terms.is_passive;
	copy_verdicts(&s);
	take_daemon(&s);
	take_traffic(&s);
	take_capture(&s);
	take_peers(&s);
	take_endpoints(&s);
	take_canaries(&s);
	take_mounts(&s);
	take_exposure(&s);
	take_same_engine(snapshot);
	take_flows(&s);
	take_latencies(&s);
	take_offers(&s);
	take_events(&s);
	take_sums(&s);
	snapshot->status = overall(&s);
	free(s.peer_rows);
	return snapshot;
}
