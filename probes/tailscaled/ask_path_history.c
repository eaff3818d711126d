/* One request at a time; the ledger chooses the peer. */
#include "probes/tailscaled/ask_path_history.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/tailscaled/path_history.h"

#include <stdio.h>
#include <stdlib.h>

#define BYTES_MAX (1024 * 1024)
#define REFUSALS_MAX 2 /* one may be of a peer that has just gone */

struct path_history_asker {
	struct client *way;
	struct ledger *ledger;
	void (*changed)(void *data);
	void *data;
	struct daemon_ask *open;
	char peer_id[256];
	struct bytes answer;
	unsigned refusals; /* in a row */
};

static int feed(void *data, const char *bytes, size_t length)
{
	struct path_history_asker *path_history_asker = data;

	if (path_history_asker->answer.length + length > BYTES_MAX)
		return -1;
	bytes_add(&path_history_asker->answer, bytes, length);
	return 0;
}

static void done(void *data, const struct client_result *result)
{
	struct path_history_asker *path_history_asker = data;
	struct obs_path_history history;
	struct fault fault;

	path_history_asker->open = NULL;
	if (result->status >= 400)
		path_history_asker->refusals++;
	if (!result->is_good)
		return;
	if (path_history_parse(
		    path_history_asker->answer.text, path_history_asker->answer.length, &history, &fault)) {
		log_line("path changes of %s: %s", path_history_asker->peer_id, fault.text);
		path_history_asker->refusals++;
		return;
	}
	path_history_asker->refusals = 0;
	history.peer_id = path_history_asker->peer_id;
	ledger_see(path_history_asker->ledger,
		&(struct observation){ .kind = OBSERVED_PATH_HISTORY, .path_history = &history }, when_now());
	path_history_asker->changed(path_history_asker->data);
}

void ask_path_history_see_status(struct path_history_asker *path_history_asker, struct when now)
{
	const struct obs_peer *peer;
	char path[160];

	if (path_history_asker->open || path_history_asker->refusals >= REFUSALS_MAX ||
		path_history_asker->way->uses_cli)
		return;
	peer = path_start_history(path_history_asker->ledger, now);
	if (!peer || !peer->addresses[0])
		return;
	snprintf(path_history_asker->peer_id, sizeof(path_history_asker->peer_id), "%s", peer->id);
	snprintf(path, sizeof(path), "debug-peer-endpoint-changes?ip=%.64s", peer->addresses[0]);
	path_history_asker->answer.length = 0;
	bytes_add(&path_history_asker->answer, "", 0);
	path_history_asker->open =
		client_start(path_history_asker->way, path, NULL, feed, done, path_history_asker);
}

struct path_history_asker *ask_path_history_new(
	struct client *way, struct ledger *ledger, void (*changed)(void *data), void *data)
{
	struct path_history_asker *path_history_asker = mem_alloc(sizeof(*path_history_asker));

	*path_history_asker =
		(struct path_history_asker){ .way = way, .ledger = ledger, .changed = changed, .data = data };
	return path_history_asker;
}

void ask_path_history_free(struct path_history_asker *path_history_asker)
{
	if (!path_history_asker)
		return;
	client_cancel(path_history_asker->open);
	free(path_history_asker->answer.text);
	free(path_history_asker);
}
