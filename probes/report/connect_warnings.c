/* What the text does not say by itself: what is missing, what is guessed, and where it would not work. */
#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/verdict_codes.h"
#include "probes/report/connect.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct warner {
	const struct snapshot *snapshot;
	const struct connect_request *request;
	const struct connection *found;
	struct strings *warnings;
};

static void warn(const struct warner *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void warn(const struct warner *w, const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	strings_add(w->warnings, text);
}

static const char *title_of(const struct endpoint *endpoint)
{
	return *endpoint->title ? endpoint->title : "this server";
}

const char *connect_misfit(
	char *to, size_t size, const struct endpoint *endpoint, const struct connect_client *client)
{
	const struct spoken spoken = endpoint->speaks[client->api];
	const char *api = client_api_name(client->api), *title = title_of(endpoint);

	*to = '\0';
	if (spoken.how == SPEAKS_LATER)
		text_set(to, size, "%s %s speaks no %s (%s and newer do): %s cannot use it", title,
			endpoint->version, api, spoken.since, client->title);
	else if (spoken.how == SPEAKS_NO)
		text_set(to, size, "%s speaks no %s: %s cannot use it", title, api, client->title);
	return to;
}

static void warn_about_api(const struct warner *w)
{
	const struct connect_client *client = w->request->client;
	const struct spoken spoken = w->found->endpoint->speaks[client->api];
	const char *title = title_of(w->found->endpoint), *api = client_api_name(client->api);

	if (spoken.how != SPEAKS_UNKNOWN)
		return;
	if (*spoken.since)
		warn(w, "%s speaks the %s from %s on, and its version is not known", title, api,
			spoken.since);
	else
		warn(w, "whether %s speaks the %s, which %s needs, is not known", title, api, client->title);
}

static bool has_verdict(const struct snapshot *snapshot, const char *code)
{
	for (size_t i = 0; i < snapshot->verdicts.count; i++)
		if (!strcmp(snapshot->verdict_list[snapshot->verdicts.first + i].code, code))
			return true;
	return false;
}

/* Where the URL works, and where it would not. */
static void warn_about_url(const struct warner *w)
{
	const char *ca_file = w->request->settings ? w->request->settings->ca_file : "";
	struct url url;
	char quoted[2048];

	if (url_split(&url, w->found->root) < 0)
		return;
	if (w->found->url == PICK_URL_UNRESOLVED)
		warn(w,
			"its name does not resolve on this machine, and its certificate is for the name: "
			"%stailscale set --accept-dns=true",
			w->snapshot->daemon.sudo);
	if (w->found->url == PICK_URL_BY_ADDRESS)
		warn(w, "names of the tailnet do not resolve on this machine, so this is the server's address");
	if (url_host_is_loopback(url.host))
		warn(w, "the URL is for programs on this machine only");
	else if (!strchr(url.host, '.') && !url_host_is_address(url.host))
		warn(w, "%s is a short name: where MagicDNS is off it does not resolve", url.host);
	else if (has_verdict(w->snapshot, CODE_USERSPACE_NETWORKING))
		warn(w, "Tailscale runs without a network interface here: programs on this machine need its proxy "
			"(tailscaled --socks5-server)");
	if (url.is_https && ca_file && *ca_file)
		warn(w,
			"its certificate was checked with a file of your own, and clients need that too: "
			"export SSL_CERT_FILE=%s NODE_EXTRA_CA_CERTS=%s",
			shell_word(quoted, sizeof(quoted), ca_file), quoted);
}

static void warn_about_key(const struct warner *w)
{
	const struct connection *found = w->found;
	char file[2048];

	if (found->is_key_missing)
		warn(w, "the server wants a key: set %s to it", found->key_variable);
	else if (*found->key_file)
		warn(w, "the key is in a file: export %s=\"$(cat %s)\"", found->key_variable,
			shell_word(file, sizeof(file), found->key_file));
	else if (*found->key_variable)
		warn(w, "the key is taken from $%s: it has to be set where the client runs",
			found->key_variable);
}

bool connect_is_whole(const char *id)
{
	return !strstr(id, "\\x") && !strstr(id, "\\u{") && !text_has_suffix(id, "…");
}

static void warn_about_context(const struct warner *w)
{
	const struct connect_client *client = w->request->client;
	const struct model *model = w->found->model;
	double context = model ? model->context : NAN;

	if (client->needs_context && !(context > 0))
		warn(w, "%s wants to know the context, and the server does not report it: %d is a guess",
			client->title, CONNECT_CONTEXT_GUESS);
	if (client->is_agent && context > 0 && context < AGENTS_CONTEXT)
		warn(w, "the model has a context of %.0f tokens; %s works badly with less than %d", context,
			client->title, AGENTS_CONTEXT);
}

static void warn_about_model(const struct warner *w)
{
	const struct connection *found = w->found;

	if (!found->model)
		warn(w, "the server does not list its models: put a model's name in place of MODEL");
	else if (!connect_is_whole(found->model->id))
		warn(w, "the model's name has characters that are not printed, so the server may not know this one");
	if (found->offer && *found->offer->why)
		warn(w, "%s: %s", found->model->id, found->offer->why);
}

static void warn_about_client(const struct warner *w)
{
	const struct connect_client *client = w->request->client;
	char root[2048], model[2048];

	warn_about_api(w);
	warn_about_context(w);
	if (client->note)
		warn(w, "%s: %s", client->title, client->note);
	if (!client->is_tried)
		warn(w, "this is as %s's documents of %s say; it was not tried", client->title, client->date);
	if (client->launch && w->found->model && w->found->endpoint->speaks[API_OLLAMA].how == SPEAKS_YES)
		warn(w, "with the Ollama CLI on this machine: OLLAMA_HOST=%s ollama launch %s --model %s",
			shell_word(root, sizeof(root), w->found->root), client->launch,
			shell_word(model, sizeof(model), w->found->model->id));
}

void connect_warnings(const struct snapshot *snapshot, const struct connect_request *request,
	const struct connection *found, struct strings *warnings)
{
	const struct warner w = { snapshot, request, found, warnings };

	warn_about_model(&w);
	warn_about_url(&w);
	warn_about_key(&w);
	if (request->client)
		warn_about_client(&w);
}
