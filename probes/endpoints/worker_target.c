/* The endpoint of a worker: creation and release, where it is now, what the ledger learns of it, and what all
 * requests to it have in common. */
#include "probes/base/mem.h"
#include "probes/endpoints/owner.h"
#include "probes/endpoints/worker.h"
#include "probes/servers/families.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 2000
#define WHOLE_MS 5000

/* How a row shows the endpoint: "s:443 /ollama" with TLS, ":11434" without. */
static const char *endpoint_label(const struct url *url, char *label, size_t size)
{
	snprintf(label, size, "%s:%d%s%s", url->is_https ? "s" : "", url->port, *url->path ? " " : "",
		url->path);
	return label;
}

void worker_declare(const struct worker *worker)
{
	const struct endpoint_spec *spec = &worker->spec;
	char label[640];

	if (spec->is_candidate)
		return;
	ledger_see(worker->world->ledger,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint =
				&(struct obs_endpoint){
					.url = spec->url,
					.peer_id = spec->peer_id,
					.address = spec->address,
					.at = endpoint_label(&worker->url, label, sizeof(label)),
					.port = worker->url.port,
					.found_by = spec->found_by,
					.is_pinned = spec->is_pinned,
					.is_own = spec->is_own,
					.has_key = *spec->key != '\0',
					.is_key_withheld = spec->is_key_withheld,
					.is_of_tailnet = spec->is_of_tailnet || *spec->peer_id,
					.is_resolving = spec->is_resolving,
					.stopped_at = spec->stopped_at,
					.server = worker->family ? worker->family->facts.name : "",
				} },
		when_now());
}

/* Wipes the old string, which may be a key. */
static void copy_text(const char **slot, const char *text)
{
	char *copy = mem_copy(text), *old = (char *)(uintptr_t)*slot;

	memset(old, 0, strlen(old));
	free(old);
	*slot = copy;
}

void worker_free(struct worker *worker)
{
	const char *texts[] = { worker->spec.url, worker->spec.peer_id, worker->spec.address,
		worker->spec.family, worker->spec.key, worker->spec.target, worker->spec.backend };

	if (worker->call)
		http_cancel(worker->call);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free((char *)(uintptr_t)texts[i]);
	free(worker);
}

struct worker *worker_new(const struct worker_world *world, const struct endpoint_spec *spec)
{
	struct worker *worker = mem_alloc(sizeof(*worker));

	worker->world = world;
	if (url_split(&worker->url, spec->url) < 0) {
		free(worker);
		return NULL;
	}
	worker->spec = *spec;
	worker->spec.url = mem_copy(spec->url);
	worker->spec.peer_id = mem_copy(spec->peer_id);
	worker->spec.address = mem_copy(spec->address);
	worker->spec.family = mem_copy(spec->family);
	worker->spec.key = mem_copy(spec->key);
	worker->spec.target = mem_copy(spec->target ? spec->target : "");
	worker->spec.backend = mem_copy(spec->backend ? spec->backend : "");
	worker_set_family(worker, spec->is_api_only ? &family_openai
				  : *spec->family   ? family_by_name(spec->family)
						    : NULL);
	worker_declare(worker);
	return worker;
}

static void place(struct worker *worker, const struct endpoint_spec *spec)
{
	if (strcmp(worker->spec.address, spec->address) != 0) {
		worker_hurry(worker);
		worker->silences = 0;
		worker->is_decided = false;
	}
	copy_text(&worker->spec.peer_id, spec->peer_id);
	copy_text(&worker->spec.address, spec->address);
	worker->spec.is_of_tailnet = spec->is_of_tailnet;
	worker->spec.is_resolving = spec->is_resolving;
}

void worker_renew(struct worker *worker, const struct endpoint_spec *spec)
{
	/* A mount at a pinned URL has no key, and does not decide where the pin's key is sent. */
	if (spec->is_pinned || !worker->spec.is_pinned)
		place(worker, spec);
	if (spec->is_pinned) {
		copy_text(&worker->spec.key, spec->key);
		worker->spec.is_key_withheld = spec->is_key_withheld;
	}
	copy_text(&worker->spec.backend, spec->backend ? spec->backend : "");
	if (spec->target && strcmp(worker->spec.target, spec->target) != 0) {
		copy_text(&worker->spec.target, spec->target);
		worker->was_good = false; /* what answered there was another server */
		worker->has_doubts = true;
	}
	worker_declare(worker);
}

bool worker_is_of_tailnet(const struct worker *worker)
{
	const struct endpoint_spec *spec = &worker->spec;

	return *spec->peer_id || spec->is_of_tailnet || owner_is_tailnet_address(spec->address);
}

void worker_fill_request(const struct worker *worker, const char *full, struct http_request *request)
{
	const struct worker_world *world = worker->world;

	*request = (struct http_request){
		.url = full,
		.address = *worker->spec.address ? worker->spec.address : NULL,
		.key = *worker->spec.key ? worker->spec.key : NULL,
		.proxy = *world->proxy && worker_is_of_tailnet(worker) ? world->proxy : NULL,
		.ca_file = *world->settings->ca_file ? world->settings->ca_file : NULL,
		.is_unverified = worker->spec.is_unverified && !*worker->spec.key,
		.connect_ms = CONNECT_MS,
		.total_ms = world->is_once ? CONNECT_MS : WHOLE_MS,
	};
}
