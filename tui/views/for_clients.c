#include "tui/views/for_clients.h"

#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/report/connect.h"

#include <string.h>

#define INDENT 2

/* "speaks the chat completions API, the Responses API" */
static void list_apis(char *to, size_t size, const struct endpoint *endpoint)
{
	*to = '\0';
	for (int i = 0; i < API_COUNT; i++)
		if (endpoint->speaks[i].how == SPEAKS_YES)
			text_add(to, size, "%s%s", *to ? ", the " : "speaks the ",
				client_api_name((enum client_api)i));
}

/* Clients that the server can be used with for certain, by name. */
static void list_clients(char *to, size_t size, const struct endpoint *endpoint)
{
	const struct connect_client *client;

	*to = '\0';
	for (size_t i = 0; (client = connect_client_at(i)); i++)
		if (client->is_tried && endpoint->speaks[client->api].how == SPEAKS_YES)
			text_add(to, size, "%s%s", *to ? ", " : "", client->name);
}

void for_clients_write(const struct endpoint *endpoint, struct page *page)
{
	char apis[256], clients[512], url[2048], text[4096];

	list_apis(apis, sizeof(apis), endpoint);
	if (!*apis || state_blocks(endpoint->state))
		return;
	list_clients(clients, sizeof(clients), endpoint);
	page_head(page, "FOR CLIENTS");
	page_wrap(page, ROLE_TEXT, "", INDENT, apis);
	text_set(text, sizeof(text), "tsllm-top --connect %s --for CLIENT",
		shell_word(url, sizeof(url), endpoint->url));
	page_wrap(page, ROLE_TEXT, "", INDENT, text);
	text_set(text, sizeof(text), "prints what to paste; among the clients: %s", clients);
	page_wrap(page, ROLE_DIM, "", INDENT, text);
}
