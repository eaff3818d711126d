/* A table for each kind of row, and a loop over the rows. */
#include "probes/report/texts.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/rewrite.h"

#include <string.h>

struct field {
	size_t offset;
	enum text_form form;
	enum secret_kind kind; /* of a TEXT_NAME */
};

struct visit {
	struct snapshot *snapshot;
	text_fn *see;
	void *data;
};

/* clang-format off */
#define WORD(type, member) { offsetof(struct type, member), TEXT_WORD, SECRET_KINDS }
#define NAME(type, member, kind) { offsetof(struct type, member), TEXT_NAME, kind }
#define PROSE(type, member) { offsetof(struct type, member), TEXT_PROSE, SECRET_KINDS }
static const struct field snapshot_fields[] = { WORD(snapshot, source) };
static const struct field daemon_fields[] = {
	WORD(daemon, backend_state), WORD(daemon, version), NAME(daemon, self, SECRET_PEER),
	NAME(daemon, self_id, SECRET_NODE), NAME(daemon, tailnet, SECRET_TAILNET),
	NAME(daemon, magicdns_suffix, SECRET_TAILNET), NAME(daemon, home_derp, SECRET_DERP), NAME(daemon, auth_url, SECRET_LOGIN),
	NAME(daemon, login, SECRET_USER), NAME(daemon, display, SECRET_USER),
	WORD(daemon, via), WORD(daemon, sudo), PROSE(daemon, socket), PROSE(daemon, trouble),
};
static const struct field traffic_fields[] = { WORD(traffic, source) };
static const struct field discovery_fields[] = {
	WORD(discovery, mode), WORD(discovery, ports), PROSE(discovery, now),
};
static const struct field capture_fields[] = { PROSE(capture, trouble), PROSE(capture, fix) };
static const struct field peer_fields[] = {
	NAME(peer, id, SECRET_NODE), NAME(peer, name, SECRET_PEER), NAME(peer, fqdn, SECRET_HOST), WORD(peer, os),
	NAME(peer, user, SECRET_USER), PROSE(peer, path.endpoint), WORD(peer, path.rtt_source),
	WORD(peer, path.pong_source), WORD(peer, path.reason), PROSE(peer, path.reason_text),
	WORD(peer, gpu_exporter), PROSE(peer, pings[PING_DISCO].by), PROSE(peer, pings[PING_TSMP].by),
};
static const struct field gpu_fields[] = { WORD(obs_gpu, id), PROSE(obs_gpu, name) };
static const struct field endpoint_fields[] = {
	PROSE(endpoint, url), PROSE(endpoint, base_url), PROSE(endpoint, at), WORD(endpoint, server), WORD(endpoint, title),
	PROSE(endpoint, latency.text), WORD(endpoint, management), WORD(endpoint, no_guard), WORD(endpoint, relays_by),
};
static const struct field bound_fields[] = { PROSE(bound, address), WORD(bound, process) };
static const struct field companion_fields[] = { PROSE(companion, url), WORD(companion, title) };
static const struct field mount_fields[] = {
	NAME(mount, host, SECRET_HOST), NAME(mount, service, SECRET_SERVICE), PROSE(mount, path), PROSE(mount, target),
};
static const struct field verdict_fields[] = { WORD(verdict, code), PROSE(verdict, text), PROSE(verdict, run), NAME(verdict, run_on, SECRET_PEER),
	PROSE(verdict, hint), PROSE(verdict, fix), NAME(verdict, cause, SECRET_PEER) };
static const struct field model_fields[] = {
	WORD(model, quantisation), NAME(model, remote_host, SECRET_HOST),
};
static const struct field offer_fields[] = { PROSE(offer, why) };
static const struct field event_fields[] = { NAME(event, who, SECRET_PEER), NAME(event, machine, SECRET_PEER),
	WORD(event, code), PROSE(event, text) };
static const struct field canary_fields[] = { PROSE(canary, url), PROSE(canary, words), WORD(canary, path_source) };
static const struct field sent_fields[] = { WORD(sent, path) };
static const struct field flow_fields[] = { WORD(flow, service) };
#undef WORD
#undef NAME
#undef PROSE
/* clang-format on */

static void visit_row(const struct visit *visit, const struct field *fields, size_t count, void *row)
{
	for (size_t i = 0; i < count; i++) {
		const char **text = (const char **)((char *)row + fields[i].offset);

		if (*text)
			visit->see(visit->data, fields[i].form, fields[i].kind, text);
	}
}

/* Works on a copy: the list may be shared with another snapshot, or be a constant. */
static void visit_list(
	const struct visit *visit, enum text_form form, enum secret_kind kind, const char *const **list)
{
	size_t count = 0;
	const char **copy;

	while (*list && (*list)[count])
		count++;
	copy = arena_alloc(visit->snapshot->arena, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++) {
		copy[i] = (*list)[i];
		visit->see(visit->data, form, kind, &copy[i]);
	}
	*list = copy;
}

static void visit_peer(const struct visit *visit, struct peer *peer)
{
	bool is_relay = peer->path.kind == PATH_PEER_RELAY;

	visit->see(visit->data, TEXT_NAME, is_relay ? SECRET_PEER : SECRET_DERP, &peer->path.via);
	visit_list(visit, TEXT_NAME, SECRET_ADDRESS, &peer->addresses);
	visit_list(visit, TEXT_NAME, SECRET_TAG, &peer->tags);
}

/* A path, a URL ("file:/srv/m", "s3://bucket/m", "D:/m"), or a host with a port. */
static bool is_file(const char *id)
{
	return (*id && strchr("/~", *id)) || strchr(id, '\\') || text_has_prefix(id, "./") ||
	       text_has_prefix(id, "../") || strstr(id, ":/") || rewrite_is_host_port(id);
}

/* A version of digits and dots may look like an address and is left alone; one with words may hold a host. */
static void visit_endpoint(const struct visit *visit, struct endpoint *endpoint)
{
	bool is_number = !endpoint->version[strspn(endpoint->version, "0123456789.")];

	visit->see(visit->data, is_number ? TEXT_WORD : TEXT_PROSE, SECRET_KINDS, &endpoint->version);
}

static void visit_model_id(const struct visit *visit, const char **id)
{
	visit->see(visit->data, is_file(*id) ? TEXT_NAME : TEXT_WORD, SECRET_FILE, id);
}

#define ROWS(fields, rows, count)                                                                            \
	for (size_t i_ = 0; i_ < (count); i_++)                                                              \
	visit_row(&visit, fields, ARRAY_LEN(fields), &(rows)[i_])

void texts_visit(struct snapshot *snapshot, text_fn *see, void *data)
{
	const struct visit visit = { snapshot, see, data };

	ROWS(snapshot_fields, snapshot, 1);
	ROWS(daemon_fields, &snapshot->daemon, 1);
	ROWS(traffic_fields, &snapshot->traffic, 1);
	ROWS(discovery_fields, &snapshot->discovery, 1);
	ROWS(capture_fields, &snapshot->capture, 1);
	ROWS(peer_fields, snapshot->peers, snapshot->peer_count);
	ROWS(gpu_fields, snapshot->gpus, snapshot->gpu_count);
	ROWS(endpoint_fields, snapshot->endpoints, snapshot->endpoint_count);
	ROWS(bound_fields, snapshot->bounds, snapshot->bound_count);
	ROWS(companion_fields, snapshot->companions, snapshot->companion_count);
	ROWS(mount_fields, snapshot->mounts, snapshot->mount_count);
	ROWS(verdict_fields, snapshot->verdict_list, snapshot->verdict_count);
	ROWS(model_fields, snapshot->models, snapshot->model_count);
	ROWS(offer_fields, snapshot->offers, snapshot->offer_count);
	ROWS(event_fields, snapshot->events, snapshot->event_count);
	ROWS(canary_fields, snapshot->canaries, snapshot->canary_count);
	ROWS(sent_fields, snapshot->sents, snapshot->sent_count);
	ROWS(flow_fields, snapshot->flows, snapshot->flow_count);
	visit_list(&visit, TEXT_PROSE, SECRET_KINDS, &snapshot->daemon.health);
	visit_list(&visit, TEXT_PROSE, SECRET_KINDS, &snapshot->capture.devices);
	visit_list(&visit, TEXT_NAME, SECRET_SERVICE, &snapshot->daemon.capabilities);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		visit_peer(&visit, &snapshot->peers[i]);
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		visit_endpoint(&visit, &snapshot->endpoints[i]);
	for (size_t i = 0; i < snapshot->model_count; i++)
		visit_model_id(&visit, &snapshot->models[i].id);
	for (size_t i = 0; i < snapshot->canary_count; i++)
		visit_model_id(&visit, &snapshot->canaries[i].model);
}
