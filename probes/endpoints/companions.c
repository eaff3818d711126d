/* A login page is not open: only a page that is given, or a redirect to one, counts. */
#include "probes/endpoints/companions.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/questions.h"
#include "probes/io/listeners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEB_CLIENT_PORT 5252
#define WEB_CLIENT "Tailscale's web client"
#define ASK_MS 2000
#define ASKED_MAX 256 /* of a tailnet with more servers than that, the rest stays unknown */

struct companions {
	struct ledger *ledger;
	struct pool *pool;
	struct questions *questions;
};

static enum tri is_open(const struct answer *answer)
{
	char location[256];

	if (answer->outcome == OUTCOME_ANSWERED)
		return answer->status < 400 && !text_contains_fold(answer_header(answer, "Location", location,
									   sizeof(location)),
						       "login")
			       ? TRI_YES
			       : TRI_NO;
	return answer->outcome == OUTCOME_REFUSED ? TRI_NO : TRI_UNKNOWN;
}

static void read_answer(struct ledger *ledger, const struct subject *about, const struct answer *answer)
{
	ledger_see(ledger,
		&(struct observation){ .kind = OBSERVED_COMPANION,
			.companion = &(struct obs_companion){ about->peer_id, about->url, about->title,
				is_open(answer) } },
		when_now());
}

struct companions *companions_new(
	struct http *http, struct ledger *ledger, struct pool *pool, void (*changed)(void *data), void *data)
{
	struct companions *companions = mem_alloc(sizeof(*companions));
	const struct asker asker = { .http = http,
		.ledger = ledger,
		.read = read_answer,
		.changed = changed,
		.data = data,
		.open_max = ASKED_MAX,
		.asked_max = ASKED_MAX };

	*companions = (struct companions){ ledger, pool, questions_new(&asker) };
	return companions;
}

void companions_free(struct companions *companions)
{
	if (companions)
		questions_free(companions->questions);
	free(companions);
}

size_t companions_open(const struct companions *companions)
{
	return questions_open(companions->questions);
}

void companions_read_listeners(const struct companions *companions)
{
	struct listeners listeners = { 0 };
	struct obs_listener *items;

	listeners_read(&listeners);
	listeners_name(&listeners);
	items = mem_alloc((listeners.count + 1) * sizeof(*items));
	for (size_t i = 0; i < listeners.count; i++)
		items[i] = (struct obs_listener){ .address = listeners.items[i].address,
			.process = listeners.items[i].process,
			.port = listeners.items[i].port };
	if (listeners.count)
		ledger_see(companions->ledger,
			&(struct observation){ .kind = OBSERVED_LISTENERS,
				.listeners = &(struct obs_listeners){ items, listeners.count } },
			when_now());
	free(items);
	listeners_fini(&listeners);
}

/* The way to it is that of the endpoint, with another port and without its key. */
static void ask(struct companions *companions, const struct peer *peer, const struct endpoint *endpoint,
	int port, const char *title)
{
	struct url parts = { .port = port };
	char full[1024], url[256];
	const struct subject about = { .url = url, .peer_id = peer->id, .title = title };
	struct http_request request;

	snprintf(parts.host, sizeof(parts.host), "%s", peer->addresses[0]);
	if (url_join(&parts, url, sizeof(url)) < 0 ||
		!questions_may_ask(companions->questions, &about, when_now()) ||
		!pool_request(companions->pool, endpoint->url, "/", full, sizeof(full), &request))
		return;
	snprintf(full, sizeof(full), "%s/", url);
	request.url = full;
	request.address = NULL;
	request.key = request.host_header = NULL;
	request.is_fresh = true;
	request.connect_ms = request.total_ms = ASK_MS;
	questions_ask(companions->questions, &about, &request, when_now());
}

static void ask_beside(
	struct companions *companions, const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];
	const struct server_facts *facts;

	if (!peer || peer->is_self || peer->is_shared_in || !peer->is_online || !peer->addresses[0] ||
		!*endpoint->server)
		return;
	facts = server_facts_named(family_facts(), endpoint->server);
	ask(companions, peer, endpoint, WEB_CLIENT_PORT, WEB_CLIENT);
	for (const struct companion_port *side = facts->companions; side->port; side++)
		ask(companions, peer, endpoint, side->port, side->title);
}

void companions_ask(struct companions *companions, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		ask_beside(companions, snapshot, &snapshot->endpoints[i]);
}
