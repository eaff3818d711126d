#include "probes/verdicts/fill.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/by_system.h"

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

static const struct variable {
	const char *name;
	void (*say)(const struct evidence *evidence, char *text, size_t size);
} variables[] = {
	{ "peer", fill_peer },
	{ "host", say_host },
	{ "port", say_port },
	{ "url", say_url },
	{ "server", say_server },
	{ "status", say_status },
	{ "path", say_path },
	{ "fqdn", say_fqdn },
	{ "derp", say_derp },
	{ "target", say_target },
	{ "mount", say_mount },
	{ "firewall", by_system_firewall },
	{ "restart", by_system_restart },
	{ "renew", by_system_renew },
	{ "start", by_system_start },
	{ "sudo", by_system_sudo },
};

struct text_out {
	char text[700];
	size_t length;
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
	}
}

static void add_variable(const struct evidence *evidence, const struct finding *finding, const char *name,
	size_t length, struct text_out *out)
{
	char value[400];

	if (length == 6 && strncmp(name, "detail", length) == 0) {
		add(out, finding->detail, strlen(finding->detail));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		if (strncmp(variables[i].name, name, length) != 0 || variables[i].name[length])
			continue;
		value[0] = '\0';
		variables[i].say(evidence, value, sizeof(value));
		add(out, value, strlen(value));
		return;
	}
}

const char *fill_text(
	struct arena *arena, const char *text, const struct evidence *evidence, const struct finding *finding)
{
	struct text_out out;

	out.text[0] = '\0';
	out.length = 0;
	while (*text) {
		size_t plain = strcspn(text, "%");

		add(&out, text, plain);
		text += plain;
		if (text_has_prefix(text, "%{") && strchr(text, '}')) {
			size_t length = strcspn(text + 2, "}");

			add_variable(evidence, finding, text + 2, length, &out);
			text += length + 3;
		} else if (*text) {
			add(&out, text, 1);
			text++;
		}
	}
	return arena_copy(arena, out.text);
}
