/* A client is new if no flow of it to that endpoint is known. Flows are forgotten when the table is full, so
 * that a client that was idle for long may be new again. Who used it when the capture began, did so before. */
#include "probes/ledger/clients.h"

#include "probes/base/text.h"
#include "probes/ledger/events.h"
#include "probes/ledger/packet_state.h"
#include "probes/ledger/peers.h"
#include "probes/model/event_codes.h"

#include <string.h>

#define FIRST_LOOK_MS 15000

int clients_endpoint_of(const struct ledger *ledger, const struct known_flow *flow)
{
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		const struct known_endpoint *endpoint = ledger->endpoints.items[i];
		bool is_there =
			flow->is_outgoing ? strcmp(endpoint->peer_id, flow->peer_id) == 0 : endpoint->is_own;

		if (is_there && endpoint->port == flow->port && (!flow->is_loopback || !*endpoint->peer_id))
			return (int)i;
	}
	return -1;
}

/* A client may have several addresses. */
static bool is_known_client(const struct ledger *ledger, const struct known_flow *flow)
{
	for (size_t i = 0; i < ledger->flows.count; i++) {
		const struct known_flow *other = &ledger->flows.items[i];

		if (other->is_noted && other->port == flow->port && other->is_outgoing == flow->is_outgoing &&
			strcmp(other->peer_id, flow->peer_id) == 0)
			return true;
	}
	return false;
}

static void note(struct ledger *ledger, const struct known_flow *flow, int endpoint, struct when now)
{
	const struct known_peer *peer = peer_find(ledger, flow->peer_id);
	char text[TEXT_CAP], name[TEXT_CAP] = "this machine";

	if (!flow->is_outgoing)
		peer_short_name(ledger, peer->obs, name, sizeof(name));
	text_set(text, sizeof(text), "%s uses it for the first time since the start", name);
	events_note_endpoint(ledger, ledger->endpoints.items[endpoint],
		&(struct event){ .code = EVENT_FIRST_CLIENT,
			.state = ledger->endpoints.items[endpoint]->state,
			.text = text },
		now);
}

void clients_note(struct ledger *ledger, struct when now)
{
	struct when begun = ledger->capture.since;

	for (size_t i = 0; i < ledger->flows.count; i++) {
		struct known_flow *flow = &ledger->flows.items[i];
		bool is_used = flow->foreign > 0 || (!flow->is_outgoing && flow->exchanges > 0);
		bool is_known, was_before = when_since(begun, flow->since) < FIRST_LOOK_MS;
		int endpoint;

		if (flow->is_noted || !is_used || !*flow->peer_id || !peer_find(ledger, flow->peer_id))
			continue;
		endpoint = clients_endpoint_of(ledger, flow);
		if (endpoint < 0)
			continue;
		is_known = is_known_client(ledger, flow);
		flow->is_noted = true;
		if (!is_known && !was_before)
			note(ledger, flow, endpoint, now);
	}
}
