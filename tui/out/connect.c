/* Only the text goes to stdout, so that it can be sent to a file; it is not written to one here. */
#include "tui/out/connect.h"

#include "probes/base/text.h"
#include "tui/out/outputs.h"
#include "tui/out/pick.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "tsllm-top: --connect: "

static void print_text(
	const struct print_to *to, const struct connect_request *request, const struct connection *found)
{
	struct connect_values values;
	struct bytes text = { 0 };

	connect_values(found, &values);
	connect_fill(&text, request->client, &values);
	fwrite(text.text, 1, text.length, to->file);
	free(text.text);
}

static void print_warnings(const struct print_to *to, const struct snapshot *snapshot,
	const struct connect_request *request, const struct connection *found)
{
	struct strings warnings = { 0 };

	connect_warnings(snapshot, request, found, &warnings);
	if (request->client && request->client->file)
		fprintf(to->errors, PREFIX "for %s\n", request->client->file);
	for (size_t i = 0; i < warnings.count; i++)
		fprintf(to->errors, PREFIX "%s\n", warnings.items[i]);
	strings_fini(&warnings);
}

/* ---- the list ---- */

static void print_server(const struct print_to *to, const struct connection *found)
{
	char number[32];

	fprintf(to->file, "%s%s%s\n", found->model ? found->model->id : "", found->model ? " on " : "",
		found->title);
	fprintf(to->file, "base URL          %s\n", found->v1);
	fprintf(to->file, "without the path  %s\n", found->root);
	if (found->model && found->model->context > 0)
		fprintf(to->file, "context           %s tokens\n",
			text_count(number, sizeof(number), found->model->context));
}

static const char *api_of(const struct connect_client *client)
{
	static const char *const names[API_COUNT] = { "chat", "Responses", "Messages", "Ollama" };

	return names[client->api];
}

/* An API that the server does not speak is in the last column instead of the file. */
static void print_client(
	const struct print_to *to, const struct connection *found, const struct connect_client *client)
{
	const char *file = client->file ? client->file : "";
	char no[TEXT_CAP];

	fprintf(to->file, "%-17s %-11s %-10s %-10s %s\n", client->name, connect_format_name(client->format),
		api_of(client), client->is_tried ? "tried" : "documents",
		connect_fits(found->endpoint, client)
			? file
			: connect_misfit(no, sizeof(no), found->endpoint, client));
}

static void print_list(const struct print_to *to, const struct connection *found)
{
	const struct connect_client *client;

	print_server(to, found);
	fprintf(to->file, "\n%-17s %-11s %-10s %-10s %s\n", "--for", "FORMAT", "API", "KNOWN BY",
		"WHERE IT GOES");
	for (size_t i = 0; (client = connect_client_at(i)); i++)
		print_client(to, found, client);
}

/* ---- why there is nothing to print ---- */

static void say_why_not(const struct print_to *to, const struct snapshot *snapshot,
	const struct connect_request *request, const struct connection *found, const char *option)
{
	const struct verdict *worst =
		found->endpoint ? snapshot_worst(snapshot, found->endpoint->verdicts) : NULL;
	char text[1024] = "";

	switch (found->result) {
	case CONNECT_NOT_SPOKEN:
		connect_misfit(text, sizeof(text), found->endpoint, request->client);
		text_add(text, sizeof(text), "%s",
			request->client->api == API_OLLAMA
				? ""
				: "; a gateway such as LiteLLM in front of it can translate");
		break;
	case CONNECT_REFUSED:
		text_set(text, sizeof(text), "%s would not take the name %s as it is", request->client->title,
			found->model ? found->model->id : found->v1);
		break;
	case CONNECT_UNUSABLE:
		text_set(text, sizeof(text), "%s cannot be used now: %s%s%s", found->endpoint->url,
			state_name(found->endpoint->state), worst ? ": " : "", worst ? worst->text : "");
		break;
	default:
		text_clean(text, sizeof(text), request->word, strlen(request->word));
		text_add(text, sizeof(text), " is no server that is known here");
		break;
	}
	fprintf(to->errors, "tsllm-top: %s: %s\n", option, text);
}

int connect_print_why_not(const struct print_to *to, const struct snapshot *snapshot,
	const struct connect_request *request, const struct connection *found, const char *option)
{
	if (found->result == CONNECT_NOT_PICKED)
		return pick_print_why_not(to, snapshot, &found->pick, request->word, option);
	say_why_not(to, snapshot, request, found, option);
	return found->endpoint ? STATUS_DOWN : pick_status(to, snapshot);
}

int connect_print(
	const struct print_to *to, const struct snapshot *snapshot, const struct connect_request *request)
{
	struct connection found;

	connect_find(snapshot, request, &found);
	if (found.result != CONNECT_READY)
		return connect_print_why_not(to, snapshot, request, &found, "--connect");
	if (request->client)
		print_text(to, request, &found);
	else
		print_list(to, &found);
	print_warnings(to, snapshot, request, &found);
	return STATUS_OK;
}
