/* A login page is not open: only a page that is given, or a redirect to one, counts. */
#include "probes/endpoints/companions.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/io/listeners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEB_CLIENT_PORT 5252
#define WEB_CLIENT "Tailscale's web client"
#define ASK_MS 2000
#define ASKED_MAX 256 /* of a tailnet with more servers than that, the rest stays unknown */

struct companions {
	struct http *http;
	struct ledger *ledger;
	struct pool *pool;
	void (*changed)(void *data);
	void *data;
	struct {
		struct question **items;
		size_t count, room;
	} asked;
	size_t open;
};

struct question {
	struct companions *companions;
	char *url, *peer_id;
	const char *title;
	struct http_call *call;
};

struct companions *companions_new(
	struct http *http, struct ledger *ledger, struct pool *pool, void (*changed)(void *data), void *data)
{
	struct companions *companions = mem_alloc(sizeof(*companions));

	*companions = (struct companions){
		.http = http, .ledger = ledger, .pool = pool, .changed = changed, .data = data
	};
	return companions;
}

void companions_free(struct companions *companions)
{
	if (!companions)
		return;
	for (size_t i = 0; i < companions->asked.count; i++) {
		struct question *question = companions->asked.items[i];

		if (question->call)
			http_cancel(question->call);
		free(question->url);
		free(question->peer_id);
		free(question);
	}
	free(companions->asked.items);
	free(companions);
}

size_t companions_open(const struct companions *companions)
{
	return companions->open;
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

static void done(void *data, const struct answer *answer)
{
	struct question *question = data;
	struct companions *companions = question->companions;

	question->call = NULL;
	companions->open--;
	ledger_see(companions->ledger,
		&(struct observation){ .kind = OBSERVED_REQUEST,
			.cost = COST_FREE,
			.bytes_sent = answer->bytes_sent,
			.bytes_received = answer->bytes_received },
		when_now());
	ledger_see(companions->ledger,
		&(struct observation){ .kind = OBSERVED_COMPANION,
			.companion = &(struct obs_companion){ question->peer_id, question->url,
				question->title, is_open(answer) } },
		when_now());
	companions->changed(companions->data);
}

static bool was_asked(const struct companions *companions, const char *url)
{
	for (size_t i = 0; i < companions->asked.count; i++)
		if (strcmp(companions->asked.items[i]->url, url) == 0)
			return true;
	return false;
}

/* The way to it is that of the endpoint, with another port and without its key. */
static void ask(struct companions *companions, const struct peer *peer, const struct endpoint *endpoint,
	int port, const char *title)
{
	struct url parts = { .port = port };
	char full[1024], url[256];
	struct http_request request;
	struct question *question;

	snprintf(parts.host, sizeof(parts.host), "%s", peer->addresses[0]);
	if (companions->asked.count >= ASKED_MAX || url_join(&parts, url, sizeof(url)) < 0 ||
		was_asked(companions, url) ||
		!pool_request(companions->pool, endpoint->url, "/", full, sizeof(full), &request))
		return;
	question = mem_alloc(sizeof(*question));
	*question = (struct question){
		.companions = companions, .url = mem_copy(url), .peer_id = mem_copy(peer->id), .title = title
	};
	*VEC_PUSH(&companions->asked) = question;
	snprintf(full, sizeof(full), "%s/", url);
	request.url = full;
	request.address = NULL;
	request.key = request.host_header = NULL;
	request.is_fresh = true;
	request.connect_ms = request.total_ms = ASK_MS;
	question->call = http_get(companions->http, &request, NULL, done, question);
	companions->open++;
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
