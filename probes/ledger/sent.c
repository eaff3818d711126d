#include "probes/ledger/sent.h"

#include "probes/ledger/ledger.h"

#include <string.h>

#define MINUTE_MS 60000

static void see_silence(
	struct known_sent *row, const struct obs_answer *answer, int64_t poll_ms, struct when now)
{
	bool is_silence = outcome_is_silence(answer->outcome, answer->tls);
	/* Some paths are asked once a minute. */
	int64_t gap_ms = GAP_POLLS * (poll_ms > MINUTE_MS ? poll_ms : MINUTE_MS);

	if (row->misses && when_since(row->silent_at, now) > gap_ms)
		row->misses = 0;
	if (!row->misses)
		row->silent_since = now;
	row->silent_at = now;
	row->silent_bytes = is_silence ? answer->bytes_received : 0;
	row->misses = is_silence ? row->misses + 1 : 0;
	row->run = answer->outcome == OUTCOME_ANSWERED ? row->run + 1 : 0;
	if (!row->run)
		return;
	row->answered = now;
	row->size = answer->bytes_received;
}

struct known_sent *sent_count(struct known_endpoint *endpoint, const char *path, enum cost cost)
{
	struct known_sent *row = NULL;

	for (size_t i = 0; i < endpoint->sents.count && !row; i++)
		if (endpoint->sents.items[i].cost == cost && strcmp(endpoint->sents.items[i].path, path) == 0)
			row = &endpoint->sents.items[i];
	if (!row) {
		row = VEC_PUSH(&endpoint->sents);
		row->path = mem_copy(path);
		row->cost = cost;
	}
	endpoint->requests++;
	row->count++;
	return row;
}

void sent_see(
	struct known_endpoint *endpoint, const struct obs_answer *answer, int64_t poll_ms, struct when now)
{
	struct known_sent *row = sent_count(endpoint, answer->path, answer->cost);

	endpoint->bytes_sent += answer->bytes_sent;
	endpoint->bytes_received += answer->bytes_received;
	see_silence(row, answer, poll_ms, now);
	row->last = now.wall_ms;
	row->status = answer->status;
}
