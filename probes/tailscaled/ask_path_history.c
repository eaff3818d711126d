/* One question at a time; whom it is about is the ledger's choice. */
#include "probes/tailscaled/ask_path_history.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/tailscaled/path_history.h"

#include <stdio.h>
#include <stdlib.h>

#define BYTES_MAX (1024 * 1024)
#define REFUSALS_MAX 2 /* one may be of a peer that just went */

struct recall {
	struct daemon_way *way;
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
	struct recall *recall = data;

	if (recall->answer.length + length > BYTES_MAX)
		return -1;
	bytes_add(&recall->answer, bytes, length);
	return 0;
}

static void done(void *data, const struct daemon_result *result)
{
	struct recall *recall = data;
	struct obs_path_history memory;
	struct fault fault;

	recall->open = NULL;
	if (result->status >= 400)
		recall->refusals++;
	if (!result->is_good)
		return;
	if (path_memory_parse(recall->answer.text, recall->answer.length, &memory, &fault)) {
		log_line("path changes of %s: %s", recall->peer_id, fault.text);
		recall->refusals++;
		return;
	}
	recall->refusals = 0;
	memory.peer_id = recall->peer_id;
	ledger_see(recall->ledger,
		&(struct observation){ .kind = OBSERVED_PATH_HISTORY, .path_history = &memory }, when_now());
	recall->changed(recall->data);
}

void recall_see_status(struct recall *recall, struct when now)
{
	const struct obs_peer *peer;
	char path[160];

	if (recall->open || recall->refusals >= REFUSALS_MAX || recall->way->uses_cli)
		return;
	peer = path_start_history(recall->ledger, now);
	if (!peer || !peer->addresses[0])
		return;
	snprintf(recall->peer_id, sizeof(recall->peer_id), "%s", peer->id);
	snprintf(path, sizeof(path), "debug-peer-endpoint-changes?ip=%.64s", peer->addresses[0]);
	recall->answer.length = 0;
	bytes_add(&recall->answer, "", 0);
	recall->open = daemon_start(recall->way, path, NULL, feed, done, recall);
}

struct recall *recall_new(
	struct daemon_way *way, struct ledger *ledger, void (*changed)(void *data), void *data)
{
	struct recall *recall = mem_alloc(sizeof(*recall));

	*recall = (struct recall){ .way = way, .ledger = ledger, .changed = changed, .data = data };
	return recall;
}

void recall_free(struct recall *recall)
{
	if (!recall)
		return;
	daemon_cancel(recall->open);
	free(recall->answer.text);
	free(recall);
}
