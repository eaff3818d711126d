#include "probes/ledger/canaries.h"

#include "probes/ledger/sent.h"
#include "probes/ledger/traffic.h"
#include "probes/model/sniffed.h"

#include <math.h>
#include <stdlib.h>

#define CLOCKS_MS 2000 /* between the begin of a request here and that of its exchange in packets */

static void forget(struct known_canary *known)
{
	free(known->sent_to);
	free(known->model);
	free(known->words);
	free(known->path_source);
}

void canaries_free(struct known_endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->canaries.count; i++)
		forget(&endpoint->canaries.items[i]);
	free(endpoint->canaries.items);
}

static void begin_series(struct known_endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->canaries.count; i++)
		forget(&endpoint->canaries.items[i]);
	endpoint->canaries.count = 0;
}

static struct known_canary *row_of(struct known_endpoint *endpoint, int number)
{
	struct known_canary *row;

	for (size_t i = 0; i < endpoint->canaries.count; i++)
		if (endpoint->canaries.items[i].figures.number == number)
			return &endpoint->canaries.items[i];
	if (endpoint->canaries.count >= CANARY_COUNT_MAX)
		begin_series(endpoint);
	row = VEC_PUSH(&endpoint->canaries);
	row->figures.state = CANARY_WAITING;
	row->seen_ttfb_ms = row->seen_ttft_ms = row->seen_tokens_per_s = NAN;
	return row;
}

static void count(struct ledger *ledger, struct known_endpoint *endpoint, const struct obs_canary *canary,
	struct when now)
{
	const struct canary_figures *figures = &canary->figures;
	struct known_sent *row = sent_count(endpoint, canary->path, figures->cost);

	traffic_count_request(ledger, figures->cost, figures->bytes_sent, figures->bytes_received);
	endpoint->bytes_sent += figures->bytes_sent;
	endpoint->bytes_received += figures->bytes_received;
	row->last = now.wall_ms;
	row->status = figures->status;
}

void canaries_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct obs_canary *canary,
	struct when now)
{
	struct known_canary *row;
	bool was_running;

	if (canary->figures.number == 1 && canary->figures.state == CANARY_WAITING)
		begin_series(endpoint);
	row = row_of(endpoint, canary->figures.number);
	was_running = canary_is_running(row->figures.state);
	row->figures = canary->figures;
	mem_replace(&row->sent_to, canary->sent_to);
	mem_replace(&row->model, canary->model);
	mem_replace(&row->words, canary->words);
	mem_replace(&row->path_source, canary->path_source);
	if (was_running && !canary_is_running(row->figures.state) && row->figures.bytes_sent > 0)
		count(ledger, endpoint, canary, now);
}

static bool is_in_time(const struct canary_figures *figures, const struct sniffed *sniffed)
{
	int64_t begun_ms = sniffed->begun_us / 1000;

	return begun_ms >= figures->began - CLOCKS_MS && (!figures->ended || begun_ms <= figures->ended);
}

void canaries_see_exchange(struct ledger *ledger, const struct sniffed *sniffed)
{
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		struct known_endpoint *endpoint = ledger->endpoints.items[i];

		for (size_t k = 0; k < endpoint->canaries.count; k++) {
			struct known_canary *row = &endpoint->canaries.items[k];

			if (!row->figures.port || row->figures.port != sniffed->client.port ||
				!is_in_time(&row->figures, sniffed))
				continue;
			row->is_seen = true;
			row->seen_ttfb_ms = sniffed->ttfb_us / 1000;
			row->seen_ttft_ms = sniffed->ttft_us / 1000;
			row->seen_tokens_per_s = sniffed->tokens_per_s;
		}
	}
}

bool canaries_explain(const struct ledger *ledger, const struct sniffed *sniffed)
{
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		const struct known_endpoint *endpoint = ledger->endpoints.items[i];

		for (size_t k = 0; endpoint->is_own && k < endpoint->canaries.count; k++)
			if (is_in_time(&endpoint->canaries.items[k].figures, sniffed))
				return true;
	}
	return false;
}
