/* First what is secret in a snapshot is learned, then every text of it is rewritten by a table: whole, where
 * a field is a name, within, where it is a sentence or a URL, or not at all. A text that is in no table would
 * leak: tests/e2e/test_tree.py holds these against the snapshot. */
#include "probes/model/redact.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/pseudonyms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct redactor {
	struct pseudonyms *pseudonyms;
};

enum manner { KEEP, WHOLE, WITHIN };

struct field {
	size_t offset;
	enum manner manner;
};

/* clang-format off */
#define TEXT(type, member, manner) { offsetof(struct type, member), manner }
static const struct field daemon_fields[] = {
	TEXT(daemon, backend_state, KEEP), TEXT(daemon, version, KEEP), TEXT(daemon, self, WHOLE),
	TEXT(daemon, self_id, WHOLE), TEXT(daemon, tailnet, WHOLE), TEXT(daemon, magicdns_suffix, WHOLE),
	TEXT(daemon, home_derp, KEEP), TEXT(daemon, auth_url, WHOLE), TEXT(daemon, via, KEEP),
	TEXT(daemon, socket, WITHIN), TEXT(daemon, trouble, WITHIN),
};
static const struct field peer_fields[] = {
	TEXT(peer, id, WHOLE), TEXT(peer, name, WHOLE), TEXT(peer, fqdn, WHOLE), TEXT(peer, os, KEEP),
	TEXT(peer, user, WHOLE), TEXT(peer, path.endpoint, WITHIN), TEXT(peer, path.via, WHOLE),
	TEXT(peer, path.rtt_source, KEEP), TEXT(peer, path.pong_source, KEEP),
	TEXT(peer, pings[PING_DISCO].by, WITHIN), TEXT(peer, pings[PING_TSMP].by, WITHIN),
};
static const struct field endpoint_fields[] = {
	TEXT(endpoint, url, WITHIN), TEXT(endpoint, at, WITHIN), TEXT(endpoint, server, KEEP),
	TEXT(endpoint, title, KEEP), TEXT(endpoint, version, KEEP), TEXT(endpoint, anatomy.text, WITHIN),
};
static const struct field mount_fields[] = {
	TEXT(mount, host, WITHIN), TEXT(mount, service, WITHIN), TEXT(mount, path, KEEP),
	TEXT(mount, target, WITHIN),
};
static const struct field verdict_fields[] = {
	TEXT(verdict, code, KEEP), TEXT(verdict, text, WITHIN), TEXT(verdict, fix, WITHIN),
};
static const struct field model_fields[] = {
	TEXT(model, id, WITHIN), TEXT(model, quantisation, KEEP),
};
static const struct field event_fields[] = {
	TEXT(event, who, WHOLE), TEXT(event, text, WITHIN),
};
static const struct field capture_fields[] = {
	TEXT(capture, trouble, WITHIN), TEXT(capture, fix, WITHIN),
};
static const struct field sent_fields[] = { TEXT(sent, path, KEEP) };
static const struct field flow_fields[] = { TEXT(flow, service, KEEP) };
static const struct field traffic_fields[] = { TEXT(traffic, source, KEEP) };
static const struct field discovery_fields[] = {
	TEXT(discovery, mode, KEEP), TEXT(discovery, ports, KEEP), TEXT(discovery, now, WITHIN),
};
static const struct field snapshot_fields[] = { TEXT(snapshot, source, KEEP) };
#undef TEXT
/* clang-format on */

struct redactor *redactor_new(const char *home)
{
	struct redactor *redactor = mem_alloc(sizeof(*redactor));

	redactor->pseudonyms = pseudonyms_new();
	if (home && strlen(home) > 1)
		pseudonym_give(redactor->pseudonyms, home, "~");
	return redactor;
}

void redactor_free(struct redactor *redactor)
{
	if (!redactor)
		return;
	pseudonyms_free(redactor->pseudonyms);
	free(redactor);
}

/* ---- learning ---- */

/* A peer of another tailnet goes by its full name, and by the first part of it. */
static void learn_names(struct pseudonyms *pseudonyms, const struct peer *peer)
{
	const char *suffix = strchr(peer->fqdn, '.'), *name;
	bool is_full = strcmp(peer->name, peer->fqdn) == 0 && suffix;
	char label[TEXT_CAP], full[TEXT_CAP];

	snprintf(label, sizeof(label), "%.*s", suffix ? (int)(suffix - peer->fqdn) : 0, peer->fqdn);
	name = pseudonym_of(pseudonyms, SECRET_PEER, is_full ? label : peer->name);
	if (!suffix)
		return;
	snprintf(full, sizeof(full), "%s.%s", name, pseudonym_of(pseudonyms, SECRET_TAILNET, suffix + 1));
	pseudonym_give(pseudonyms, peer->fqdn, full);
}

static void learn_peer(struct pseudonyms *pseudonyms, const struct peer *peer)
{
	learn_names(pseudonyms, peer);
	pseudonym_of(pseudonyms, SECRET_NODE, peer->id);
	if (strcmp(peer->user, "tagged-devices") != 0)
		pseudonym_of(pseudonyms, SECRET_USER, peer->user);
	for (const char *const *address = peer->addresses; *address; address++)
		pseudonym_of(pseudonyms, SECRET_ADDRESS, *address);
	for (const char *const *tag = peer->tags; *tag; tag++)
		pseudonym_of(pseudonyms, SECRET_TAG, *tag);
}

static void learn(struct pseudonyms *pseudonyms, const struct snapshot *snapshot)
{
	const struct daemon *daemon = &snapshot->daemon;

	pseudonym_of(pseudonyms, SECRET_TAILNET, daemon->magicdns_suffix);
	pseudonym_of(
		pseudonyms, strchr(daemon->tailnet, '@') ? SECRET_USER : SECRET_TAILNET, daemon->tailnet);
	pseudonym_give(pseudonyms, daemon->auth_url, "https://login.example/redacted");
	for (size_t i = 0; i < snapshot->peer_count; i++)
		learn_peer(pseudonyms, &snapshot->peers[i]);
	pseudonym_of(pseudonyms, SECRET_PEER, daemon->self);
	pseudonym_of(pseudonyms, SECRET_NODE, daemon->self_id);
	for (size_t i = 0; i < snapshot->mount_count; i++)
		pseudonym_of(pseudonyms, SECRET_SERVICE, snapshot->mounts[i].service);
	for (size_t i = 0; i < snapshot->model_count; i++) {
		const char *id = snapshot->models[i].id;

		if (*id == '/' || *id == '~' || strchr(id, '\\'))
			pseudonym_of(pseudonyms, SECRET_FILE, id);
	}
}

/* ---- rewriting ---- */

static const char *rewritten(
	struct pseudonyms *pseudonyms, struct arena *arena, enum manner manner, const char *text)
{
	const char *whole = manner == WHOLE ? pseudonym_find(pseudonyms, text) : NULL;

	return whole ? arena_copy(arena, whole) : pseudonyms_put(pseudonyms, arena, text);
}

static void rewrite(const struct redactor *redactor, struct arena *arena, const struct field *fields,
	size_t count, void *row)
{
	for (size_t i = 0; i < count; i++) {
		const char **text = (const char **)((char *)row + fields[i].offset);

		if (fields[i].manner != KEEP && *text)
			*text = rewritten(redactor->pseudonyms, arena, fields[i].manner, *text);
	}
}

static void rewrite_all(const struct redactor *redactor, struct arena *arena, const struct field *fields,
	size_t field_count, void *rows, size_t row_count, size_t size)
{
	for (size_t i = 0; i < row_count; i++)
		rewrite(redactor, arena, fields, field_count, (char *)rows + i * size);
}

static const char *const *rewrite_list(
	const struct redactor *redactor, struct arena *arena, const char *const *list)
{
	size_t count = 0;
	const char **copy;

	while (list && list[count])
		count++;
	copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = rewritten(redactor->pseudonyms, arena, WHOLE, list[i]);
	return copy;
}

#define ROWS(fields, rows, count)                                                                            \
	rewrite_all(redactor, snapshot->arena, fields, ARRAY_LEN(fields), rows, count, sizeof(*(rows)))

void redactor_apply(struct redactor *redactor, struct snapshot *snapshot)
{
	learn(redactor->pseudonyms, snapshot);
	ROWS(snapshot_fields, snapshot, 1);
	ROWS(daemon_fields, &snapshot->daemon, 1);
	ROWS(traffic_fields, &snapshot->traffic, 1);
	ROWS(discovery_fields, &snapshot->discovery, 1);
	ROWS(capture_fields, &snapshot->capture, 1);
	ROWS(peer_fields, snapshot->peers, snapshot->peer_count);
	ROWS(endpoint_fields, snapshot->endpoints, snapshot->endpoint_count);
	ROWS(mount_fields, snapshot->mounts, snapshot->mount_count);
	ROWS(verdict_fields, snapshot->verdict_list, snapshot->verdict_count);
	ROWS(model_fields, snapshot->models, snapshot->model_count);
	ROWS(event_fields, snapshot->events, snapshot->event_count);
	ROWS(sent_fields, snapshot->sents, snapshot->sent_count);
	ROWS(flow_fields, snapshot->flows, snapshot->flow_count);
	snapshot->daemon.health = rewrite_list(redactor, snapshot->arena, snapshot->daemon.health);
	for (size_t i = 0; i < snapshot->peer_count; i++) {
		struct peer *peer = &snapshot->peers[i];

		peer->addresses = rewrite_list(redactor, snapshot->arena, peer->addresses);
		peer->tags = rewrite_list(redactor, snapshot->arena, peer->tags);
	}
}
#undef ROWS
