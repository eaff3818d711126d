/* A worker's door: how it begins and ends, where it is now, and what the ledger is told of it. */
#include "probes/endpoints/worker.h"

#include "probes/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a row shows the door: "https /ollama", "https :8443", ":11434". */
static const char *door_label(const struct url *url, char *label, size_t size)
{
	bool is_usual = url->port == (url->is_https ? 443 : 80);
	char port[8] = "";

	if (!is_usual || !url->is_https)
		snprintf(port, sizeof(port), ":%d", url->port);
	snprintf(label, size, "%s%s%s%s%s", url->is_https ? "https" : "", url->is_https && *port ? " " : "",
		port, *url->path ? " " : "", url->path);
	return label;
}

void worker_declare(const struct worker *worker)
{
	const struct door *door = &worker->door;
	char label[640];

	if (door->is_candidate)
		return;
	ledger_see(worker->world->ledger,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint =
				&(struct obs_endpoint){
					.url = door->url,
					.peer_id = door->peer_id,
					.address = door->address,
					.at = door_label(&worker->url, label, sizeof(label)),
					.port = worker->url.port,
					.found_by = (int)door->found_by,
					.is_pinned = door->is_pinned,
					.is_own = door->is_own,
					.has_key = *door->key != '\0',
					.is_key_withheld = door->is_key_withheld,
					.is_of_tailnet = door->is_of_tailnet || *door->peer_id,
					.is_resolving = door->is_resolving,
					.server = worker->family ? worker->family->name : "",
					.title = worker->family ? worker->family->title : "",
					.api = worker->family ? family_api(worker->family) : "",
				} },
		when_now());
}

/* The old one is wiped, for it may be a key. */
static void copy_text(const char **slot, const char *text)
{
	char *copy = mem_copy(text), *old = (char *)(uintptr_t)*slot;

	memset(old, 0, strlen(old));
	free(old);
	*slot = copy;
}

void worker_free(struct worker *worker)
{
	const char *texts[] = { worker->door.url, worker->door.peer_id, worker->door.address,
		worker->door.family, worker->door.key, worker->door.target };

	if (worker->call)
		http_cancel(worker->call);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free((char *)(uintptr_t)texts[i]);
	free(worker);
}

struct worker *worker_new(const struct worker_world *world, const struct door *door)
{
	struct worker *worker = mem_alloc(sizeof(*worker));

	worker->world = world;
	if (url_split(&worker->url, door->url) < 0) {
		free(worker);
		return NULL;
	}
	worker->door = *door;
	worker->door.url = mem_copy(door->url);
	worker->door.peer_id = mem_copy(door->peer_id);
	worker->door.address = mem_copy(door->address);
	worker->door.family = mem_copy(door->family);
	worker->door.key = mem_copy(door->key);
	worker->door.target = mem_copy(door->target ? door->target : "");
	worker->family = *door->family ? family_by_name(door->family) : NULL;
	worker_declare(worker);
	return worker;
}

static void place(struct worker *worker, const struct door *door)
{
	if (strcmp(worker->door.address, door->address) != 0)
		worker->due = 0;
	copy_text(&worker->door.peer_id, door->peer_id);
	copy_text(&worker->door.address, door->address);
	worker->door.is_of_tailnet = door->is_of_tailnet;
	worker->door.is_resolving = door->is_resolving;
}

void worker_renew(struct worker *worker, const struct door *door)
{
	/* A mount at a pinned URL brings no key, and does not say where that key goes. */
	if (door->is_pinned || !worker->door.is_pinned)
		place(worker, door);
	if (door->is_pinned) {
		copy_text(&worker->door.key, door->key);
		worker->door.is_key_withheld = door->is_key_withheld;
	}
	worker->door.is_backend_asked = door->is_backend_asked;
	if (door->target && strcmp(worker->door.target, door->target) != 0) {
		copy_text(&worker->door.target, door->target);
		worker->was_good = false; /* whoever answered there was another server */
		worker->has_doubts = true;
	}
	worker_declare(worker);
}
