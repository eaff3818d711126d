#include "probes/model/server_facts.h"

#include "probes/base/mem.h"

#include <stddef.h>
#include <string.h>

/* The ports that Funnel allows; people also use them for HTTPS with `tailscale serve`. */
static const int serve_ports[] = { 443, 8443, 10000 };

/* Other usual ports of web servers: some families use them, but the port alone proves nothing. */
static const int web_ports[] = { 80, 3000 };

const struct server_facts server_facts_unknown = { .name = "", .title = "", .api = "" };

static bool has(const int *ports, size_t count, int port)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static bool has_port(const struct server_facts *facts, int port)
{
	return port && has(facts->ports, ARRAY_LEN(facts->ports), port);
}

const struct server_facts *server_facts_named(const struct server_facts *const *list, const char *name)
{
	for (; list && *list; list++)
		if (strcmp((*list)->name, name) == 0)
			return *list;
	return &server_facts_unknown;
}

const struct server_facts *server_facts_of_port(const struct server_facts *const *list, int port)
{
	const struct server_facts *found = NULL;

	for (; list && *list; list++) {
		if (!has_port(*list, port))
			continue;
		if (found)
			return &server_facts_unknown;
		found = *list;
	}
	return found ? found : &server_facts_unknown;
}

bool server_facts_is_llm_port(const struct server_facts *const *list, int port)
{
	if (server_facts_is_serve_port(port) || has(web_ports, ARRAY_LEN(web_ports), port))
		return false;
	for (; list && *list; list++)
		if (has_port(*list, port))
			return true;
	return false;
}

bool server_facts_is_serve_port(int port)
{
	return has(serve_ports, ARRAY_LEN(serve_ports), port);
}

const char *server_facts_api(const struct server_facts *facts)
{
	return facts->api ? facts->api : "/v1";
}

struct spoken server_facts_spoken(const struct server_facts *facts, enum client_api api, const char *version)
{
	const char *since = facts->speaks[api];

	if (*facts->name && !since && api == API_CHAT)
		since = *server_facts_api(facts) ? API_ALWAYS : API_NEVER;
	if (*facts->name && !since && api == API_OLLAMA)
		since = API_NEVER;
	return client_api_spoken(since, version);
}
