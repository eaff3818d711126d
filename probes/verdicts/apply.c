/* Applies tables of rules to evidence.
 *
 * A rule is a row: when it holds, how bad it is, what to say. Rows are read in order. This file keeps
 * since when each code has held, fills the %{variables} of the texts and mutes what the user ignores. A
 * rule that explains the failure suppresses later rules, except those of the exposure layer: so the lowest
 * layer is blamed. */
#include "probes/verdicts/apply.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/model/names.h"
#include "probes/verdicts/by_system.h"
#include "probes/verdicts/rule.h"

#include <stdio.h>
#include <stdlib.h>
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

static void say_peer(const struct evidence *evidence, char *text, size_t size)
{
	if (evidence->peer)
		peer_short_name(evidence->ledger, evidence->peer->obs, text, size);
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
	{ "peer", say_peer },
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

static const char *fill(
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

static bool is_url_of(const struct known_endpoint *endpoint, const char *url)
{
	return endpoint && strcmp(endpoint->url, url) == 0;
}

/* Without a known peer, a row is matched by its host. */
static bool is_row_of(const struct evidence *evidence, const char *word)
{
	const struct ledger *ledger = evidence->ledger;
	const struct obs_peer *peer = evidence->peer ? evidence->peer->obs : NULL;
	char name[TEXT_CAP] = "";
	struct names names = { .name = name };

	say_peer(evidence, name, sizeof(name));
	if (peer)
		names = (struct names){ .id = peer->id,
			.name = name,
			.fqdn = peer->fqdn,
			.suffix = ledger->status ? ledger->status->magicdns_suffix : "",
			.addresses = peer->addresses };
	return names_mean(&names, word) || is_url_of(evidence->endpoint, word) ||
	       is_url_of(evidence->queried, word);
}

static bool is_muted(const struct evidence *evidence, const char *code)
{
	const struct ledger_terms *terms = &evidence->ledger->terms;

	for (size_t i = 0; i < terms->ignore_count; i++) {
		const char *row = terms->ignore[i];
		size_t length = strcspn(row, "@");

		if (strlen(code) != length || strncmp(row, code, length) != 0)
			continue;
		if (!row[length] || is_row_of(evidence, row + length + 1))
			return true;
	}
	return false;
}

static int64_t open_since(struct open_verdicts *open_verdicts, const char *code, struct when now)
{
	struct open_verdict *fresh;

	for (size_t i = 0; i < open_verdicts->count; i++)
		if (strcmp(open_verdicts->items[i].code, code) == 0)
			return open_verdicts->items[i].since;
	fresh = VEC_PUSH(open_verdicts);
	fresh->code = code;
	fresh->since = now.wall_ms;
	return fresh->since;
}

/* Forgets codes that no longer hold. */
static void open_verdicts_keep(
	struct open_verdicts *open_verdicts, const struct verdict *verdicts, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < open_verdicts->count; i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(open_verdicts->items[i].code, verdicts[k].code) == 0) {
				open_verdicts->items[kept++] = open_verdicts->items[i];
				break;
			}
	open_verdicts->count = kept;
}

static void add_verdict(const struct rule *rule, const struct evidence *evidence,
	const struct finding *finding, struct open_verdicts *open_verdicts, struct arena *arena,
	struct verdict_list *verdicts)
{
	*VEC_PUSH(verdicts) = (struct verdict){
		.code = rule->code,
		.layer = rule->layer,
		.severity = finding->severity,
		.state = finding->state,
		.text = fill(arena, rule->text, evidence, finding),
		.fix = fill(arena, *finding->fix ? finding->fix : rule->fix, evidence, finding),
		.since = open_since(open_verdicts, rule->code, evidence->now),
		.is_muted = is_muted(evidence, rule->code),
		.explains = rule->explains,
	};
}

void apply_rules(const struct rule *const *tables, const struct evidence *evidence,
	struct open_verdicts *open_verdicts, struct arena *arena, struct verdict_list *verdicts)
{
	size_t first = verdicts->count;
	bool is_explained = false;

	for (; *tables; tables++)
		for (const struct rule *rule = *tables; rule->code; rule++) {
			struct finding finding;

			finding.severity = rule->severity;
			finding.state = rule->state;
			/* Clearing all 800 bytes would be most of the work on a big tailnet. */
			finding.detail[0] = finding.fix[0] = '\0';
			if (is_explained && rule->layer != LAYER_EXPOSURE)
				continue;
			if (!rule->holds(evidence, &finding))
				continue;
			add_verdict(rule, evidence, &finding, open_verdicts, arena, verdicts);
			is_explained = is_explained || rule->explains;
		}
	open_verdicts_keep(open_verdicts, verdicts->count > first ? &verdicts->items[first] : NULL,
		verdicts->count - first);
}

static int worst_first(const void *a, const void *b)
{
	const struct verdict *x = a, *y = b;

	if (x->is_muted != y->is_muted)
		return x->is_muted - y->is_muted;
	if (x->severity != y->severity)
		return (int)y->severity - (int)x->severity;
	if (x->state != y->state)
		return (int)y->state - (int)x->state;
	return (int)x->layer - (int)y->layer;
}

void apply_sort(struct verdict *verdicts, size_t count)
{
	if (count)
		qsort(verdicts, count, sizeof(*verdicts), worst_first);
}
