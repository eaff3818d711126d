#include "probes/endpoints/ask_gpus.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/owner.h"
#include "probes/model/names.h"
#include "probes/servers/gpu_exporter.h"

#include <stdlib.h>
#include <string.h>

#define GAP_LEAST_MS 10000
#define DOUBLINGS_MOST 5 /* of the gap, while nothing answers */
#define CONNECT_MS 2000
#define WHOLE_MS 5000

struct target {
	struct gpu_asker *asker;
	const char *peer; /* as the configuration names it */
	char *url;        /* with /metrics */
	struct url parts;
	char *peer_id; /* of the request in flight */
	struct http_call *call;
	unsigned failures; /* in a row */
	int64_t due;       /* monotonic ms */
};

struct gpu_asker {
	struct http *http;
	const struct settings *settings;
	struct ledger *ledger;
	const struct pool *pool;
	const struct service_list *services;
	bool is_once;
	void (*changed)(void *data);
	void *data;
	VEC(struct target *) targets;
};

/* ---- targets ---- */

static void add(struct gpu_asker *asker, const struct peer_settings *peer)
{
	struct target *target;
	char url[1024];
	struct url parts;

	if (!*peer->gpu || url_split(&parts, peer->gpu) < 0)
		return;
	text_set(url, sizeof(url), "%s%s", peer->gpu,
		text_has_suffix(parts.path, "/metrics") ? "" : "/metrics");
	target = *VEC_PUSH(&asker->targets) = mem_alloc(sizeof(*target));
	*target = (struct target){ .asker = asker,
		.peer = peer->peer,
		.url = mem_copy(url),
		.peer_id = mem_copy(""),
		.parts = parts };
}

struct gpu_asker *ask_gpus_new(struct http *http, const struct settings *settings, struct ledger *ledger,
	const struct pool *pool, const struct service_list *services, bool is_once,
	void (*changed)(void *data), void *data)
{
	struct gpu_asker *asker = mem_alloc(sizeof(*asker));

	*asker = (struct gpu_asker){ .http = http,
		.settings = settings,
		.ledger = ledger,
		.pool = pool,
		.services = services,
		.is_once = is_once,
		.changed = changed,
		.data = data };
	for (size_t i = 0; i < settings->peers.count; i++)
		add(asker, &settings->peers.items[i]);
	return asker;
}

void ask_gpus_free(struct gpu_asker *asker)
{
	for (size_t i = 0; i < asker->targets.count; i++) {
		struct target *target = asker->targets.items[i];

		if (target->call)
			http_cancel(target->call);
		free(target->url);
		free(target->peer_id);
		free(target);
	}
	free(asker->targets.items);
	free(asker);
}

size_t ask_gpus_open(const struct gpu_asker *asker)
{
	size_t open = 0;

	for (size_t i = 0; i < asker->targets.count; i++)
		open += asker->targets.items[i]->call != NULL;
	return open;
}

/* ---- answers ---- */

static void tell(const struct target *target, const struct obs_gpus *gpus)
{
	ledger_see(target->asker->ledger, &(struct observation){ .kind = OBSERVED_GPUS, .gpus = gpus },
		when_now());
}

static void put_off(struct target *target, bool has_failed)
{
	int64_t gap = (int64_t)(target->asker->settings->period_s * 5000);

	target->failures = has_failed ? target->failures + 1 : 0;
	gap = gap > GAP_LEAST_MS ? gap : GAP_LEAST_MS;
	gap <<= target->failures < DOUBLINGS_MOST ? target->failures : DOUBLINGS_MOST;
	target->due = when_now().mono_ms + gap;
}

static void done(void *data, const struct answer *answer)
{
	struct target *target = data;
	struct arena *arena = arena_new();
	struct obs_gpus gpus;

	target->call = NULL;
	ledger_see(target->asker->ledger,
		&(struct observation){ .kind = OBSERVED_REQUEST,
			.cost = COST_FREE,
			.bytes_sent = answer->bytes_sent,
			.bytes_received = answer->bytes_received },
		when_now());
	gpu_exporter_read(answer, arena, &gpus);
	gpus.peer_id = target->peer_id;
	put_off(target, gpus.trouble != GPU_FINE);
	tell(target, &gpus);
	arena_free(arena);
	target->asker->changed(target->asker->data);
}

/* ---- requests ---- */

static bool is_meant(const struct obs_status *status, const struct obs_peer *peer, const char *word)
{
	const struct names names = { .id = peer->id,
		.host_name = peer->host_name,
		.fqdn = peer->fqdn,
		.suffix = status->magicdns_suffix,
		.addresses = peer->addresses };

	return names_mean(&names, word);
}

/* The machine whose GPUs they are; NULL: not in the tailnet now. */
static const struct obs_peer *peer_of(const struct obs_status *status, const char *word)
{
	if (status->has_self && is_meant(status, &status->self, word))
		return &status->self;
	for (size_t i = 0; i < status->peer_count; i++)
		if (is_meant(status, &status->peers[i], word))
			return &status->peers[i];
	return NULL;
}

static void get(struct target *target, const char *address, bool is_of_tailnet)
{
	const struct gpu_asker *asker = target->asker;
	const char *proxy = pool_proxy(asker->pool);
	const struct http_request request = {
		.url = target->url,
		.address = address,
		.proxy = is_of_tailnet && *proxy ? proxy : NULL,
		.ca_file = *asker->settings->ca_file ? asker->settings->ca_file : NULL,
		.connect_ms = CONNECT_MS,
		.total_ms = asker->is_once ? CONNECT_MS : WHOLE_MS,
		.body_max = GPU_EXPORTER_BODY_MAX,
	};

	if (is_of_tailnet && !*proxy && !ledger_status(asker->ledger)->has_tun)
		return; /* there is no way to it yet */
	target->call = http_get(asker->http, &request, NULL, done, target);
}

static void ask(struct target *target, const struct obs_status *status)
{
	const char *host = target->parts.host;
	const struct obs_peer *owner = NULL;
	bool is_address = url_host_is_address(host);

	switch (owner_of_host(status, true, target->asker->services, host, &owner, NULL)) {
	case OWNER_LOOPBACK:
		get(target, is_address ? host : "127.0.0.1", false);
		return;
	case OWNER_PEER:
		if (owner == &status->self || !peer_is_offline(target->asker->ledger, owner->id))
			get(target, owner_address(owner), true);
		return;
	case OWNER_ROUTED:
		get(target, host, true);
		return;
	case OWNER_OUTSIDE:
		if (is_address) {
			get(target, host, false);
			return;
		}
		break;
	case OWNER_NOBODY:
	case OWNER_UNKNOWN:
		break;
	}
	put_off(target, true);
	tell(target,
		&(struct obs_gpus){ .peer_id = target->peer_id, .exporter = "", .trouble = GPU_NO_PLACE });
}

void ask_gpus_see_status(struct gpu_asker *asker, struct when now)
{
	const struct obs_status *status = ledger_status(asker->ledger);

	for (size_t i = 0; i < asker->targets.count; i++) {
		struct target *target = asker->targets.items[i];
		const struct obs_peer *peer =
			!target->call && target->due <= now.mono_ms ? peer_of(status, target->peer) : NULL;

		if (!peer)
			continue;
		mem_replace(&target->peer_id, peer->id);
		ask(target, status);
	}
}

void ask_gpus_halt(struct gpu_asker *asker)
{
	for (size_t i = 0; i < asker->targets.count && !daemon_runs_for_certain(asker->ledger); i++) {
		struct target *target = asker->targets.items[i];

		if (target->call)
			http_cancel(target->call);
		target->call = NULL;
	}
}

void ask_gpus_soon(struct gpu_asker *asker)
{
	for (size_t i = 0; i < asker->targets.count; i++)
		asker->targets.items[i]->due = 0;
}
