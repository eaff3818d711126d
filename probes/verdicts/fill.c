#include "probes/verdicts/fill.h"

#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <stdio.h>
#include <string.h>

static void say_host(const struct evidence *evidence, char *text, size_t size)
{
	struct url url;

	if (evidence->endpoint && url_split(&url, evidence->endpoint->url) == 0)
		text_set(text, size, "%s", url.host);
}

static void say_port(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->endpoint)
		snprintf(text, size, "%d", evidence->endpoint->port);
	else if (evidence->mount)
		snprintf(text, size, "%d", evidence->mount->port);
}

static void say_host_port(const struct evidence *evidence, char *text, size_t size)
{
	struct url url;

	if (evidence->endpoint && url_split(&url, evidence->endpoint->url) == 0)
		url_place(&url, text, size);
}

void fill_peer(const struct evidence *evidence, char *text, size_t size)
{
	const struct ledger *ledger = evidence->ledger;

	if (evidence->peer)
		peer_short_name(ledger, evidence->peer->obs, text, size);
	else if (evidence->endpoint && evidence->endpoint->is_own && ledger->status &&
		 ledger->status->has_self)
		peer_short_name(ledger, &ledger->status->self, text, size); /* at 127.0.0.1 */
	else
		say_host(evidence, text, size);
}

static void say_url(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->endpoint)
		text_set(text, size, "%s", evidence->endpoint->url);
}

static void say_server(const struct evidence *evidence, char *text, size_t size)
{
	const char *title = evidence->endpoint ? evidence->endpoint->facts->title : "";

	text_set(text, size, "%s", *title ? title : "the server");
}

static void say_status(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->endpoint)
		snprintf(text, size, "%d", evidence->endpoint->last.status);
}

static void say_path(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->endpoint)
		text_set(text, size, "%s", evidence->endpoint->last.path);
}

static void say_fqdn(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->peer)
		text_set(text, size, "%s", evidence->peer->obs->fqdn);
}

/* The control server of this tailnet gives none to its machines. */
static bool has_no_certificates(const struct evidence *evidence)
{
	const struct obs_status *status = evidence->ledger->status;
	bool is_others = evidence->peer && evidence->peer->obs->is_sharee;

	return status && status->issues_certs == TRI_NO && !is_others;
}

void fill_cert_name(const struct evidence *evidence, char *text, size_t size)
{
	const struct obs_status *status = evidence->ledger->status;
	const char *suffix = status ? status->magicdns_suffix : "";
	const char *full = evidence->peer ? evidence->peer->obs->fqdn : "";
	struct url url;

	if (!evidence->endpoint || url_split(&url, evidence->endpoint->url) < 0 ||
		has_no_certificates(evidence))
		return;
	if (strcmp(url.host, full) == 0 || url_host_is_below(url.host, *suffix ? suffix : "ts.net"))
		text_set(text, size, "%s", url.host);
	else if (!strchr(url.host, '.') || url_host_is_address(url.host))
		text_set(text, size, "%s", full);
}

static void say_derp(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->peer)
		text_set(text, size, "%s", evidence->peer->obs->home_derp);
}

static void say_target(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->mount)
		text_set(text, size, "%s", evidence->mount->target);
}

static void say_mount(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->mount)
		text_set(text, size, "%s:%d%s", evidence->mount->host, evidence->mount->port,
			evidence->mount->path);
}

/* The first of its addresses on the tailnet. */
static void say_address(const struct evidence *evidence, char *text, size_t size)
{
	const struct obs_status *status = evidence->ledger->status;
	bool is_own = evidence->mount || (evidence->endpoint && evidence->endpoint->is_own);
	const struct obs_peer *peer = evidence->peer               ? evidence->peer->obs
				      : is_own && status && status->has_self ? &status->self
									     : NULL;

	if (peer && peer->addresses[0])
		text_set(text, size, "%s", peer->addresses[0]);
}

static void say_mac(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->peer)
		text_set(text, size, "%s", evidence->peer->obs->mac);
}

static const struct variable {
	const char *name;
	void (*say)(const struct evidence *evidence, char *text, size_t size);
} variables[] = {
	{ "peer", fill_peer },
	{ "host", say_host },
	{ "port", say_port },
	{ "host_port", say_host_port },
	{ "url", say_url },
	{ "server", say_server },
	{ "status", say_status },
	{ "path", say_path },
	{ "fqdn", say_fqdn },
	{ "cert_name", fill_cert_name },
	{ "derp", say_derp },
	{ "target", say_target },
	{ "mount", say_mount },
	{ "address", say_address },
	{ "mac", say_mac },
};

struct text_out {
	char text[700];
	size_t length;
	bool is_command;
	bool has_gap; /* something is unknown, or was cut */
	bool has_odd; /* in a command: something that a shell does not take as it is */
};

/* Thousands of texts are filled for a big tailnet, so what fits is just copied; text_add() cuts the rest. */
static void add(struct text_out *out, const char *text, size_t length)
{
	if (length < sizeof(out->text) - out->length) {
		memcpy(out->text + out->length, text, length);
		out->length += length;
		out->text[out->length] = '\0';
	} else {
		text_add(out->text, sizeof(out->text), "%.*s", (int)length, text);
		out->length = strlen(out->text);
		out->has_gap = true;
	}
}

static const char *found(const struct finding *finding, const char *name, size_t length)
{
	bool is_value =
		length == 5 && (strncmp(name, "value", length) == 0 || strncmp(name, "words", length) == 0);

	return is_value                                              ? finding->value
	       : length == 6 && strncmp(name, "detail", length) == 0 ? finding->detail
	       : length == 6 && strncmp(name, "helper", length) == 0 ? finding->helper
								     : NULL;
}

static void add_variable(const struct evidence *evidence, const struct finding *finding, const char *name,
	size_t length, struct text_out *out)
{
	const char *given = found(finding, name, length);
	char value[400] = "", quoted[sizeof(value) * 4];

	for (size_t i = 0; !given && i < ARRAY_LEN(variables); i++)
		if (strncmp(variables[i].name, name, length) == 0 && !variables[i].name[length]) {
			variables[i].say(evidence, value, sizeof(value));
			given = value;
		}
	out->has_gap = out->has_gap || !given || !*given;
	if (!given)
		return;
	if (out->is_command)
		out->has_odd = out->has_odd || strcmp(shell_word(quoted, sizeof(quoted), given), given) != 0;
	add(out, given, strlen(given));
}

/* Returns how many bytes of the text were taken: a variable, or up to the next. */
static size_t add_part(const struct evidence *evidence, const struct finding *finding, const char *text,
	size_t length, struct text_out *out)
{
	const char *end = text_has_prefix(text, "%{") ? memchr(text, '}', length) : NULL;
	const char *next;

	if (end) {
		add_variable(evidence, finding, text + 2, (size_t)(end - text) - 2, out);
		return (size_t)(end - text) + 1;
	}
	next = length > 1 ? memchr(text + 1, '%', length - 1) : NULL;
	length = next ? (size_t)(next - text) : length;
	add(out, text, length);
	return length;
}

const char *fill_text(
	struct arena *arena, const char *text, const struct evidence *evidence, const struct finding *finding)
{
	struct text_out out;
	size_t length = strlen(text);

	out.text[0] = '\0';
	out.length = 0;
	out.is_command = out.has_gap = out.has_odd = false;
	for (size_t taken; length; text += taken, length -= taken)
		taken = add_part(evidence, finding, text, length, &out);
	return arena_copy(arena, out.text);
}

/* %{words} are quoted already. */
static void add_word(const struct evidence *evidence, const struct finding *finding, const char *word,
	size_t length, struct text_out *out)
{
	char quoted[sizeof(out->text) * 4];
	struct text_out part = { .is_command = true };
	bool is_plain = text_has_prefix(word, "%{words}");

	for (size_t taken; length; word += taken, length -= taken)
		taken = add_part(evidence, finding, word, length, &part);
	is_plain = is_plain || !part.has_odd;
	shell_quote(quoted, sizeof(quoted), part.text);
	add(out, is_plain ? part.text : quoted, strlen(is_plain ? part.text : quoted));
	out->has_gap = out->has_gap || part.has_gap;
}

const char *fill_command(
	struct arena *arena, const char *text, const struct evidence *evidence, const struct finding *finding)
{
	struct text_out out = { .text = "" };

	while (*text) {
		size_t length = strcspn(text, " ");

		add_word(evidence, finding, text, length, &out);
		text += length;
		length = strspn(text, " ");
		add(&out, text, length);
		text += length;
	}
	return arena_copy(arena, out.has_gap ? "" : out.text);
}
