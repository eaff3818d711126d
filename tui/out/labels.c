/* A label is made from the row alone. Where two rows have the same one, which takes a host outside the tailnet
 * with a peer's short name, both get their full form. */
#include "tui/out/labels.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name below the tailnet's suffix without it. */
static int bare_length(const struct snapshot *snapshot, const char *name)
{
	const char *suffix = snapshot->daemon.magicdns_suffix;

	return (int)(url_host_is_below(name, suffix) ? strlen(name) - strlen(suffix) - 1 : strlen(name));
}

static char *peer_label(const struct snapshot *snapshot, const struct peer *peer)
{
	const char *name = *peer->fqdn ? peer->fqdn : *peer->name ? peer->name : peer->id;
	char label[LABEL_MAX];

	text_set(label, sizeof(label), "%.*s", bare_length(snapshot, name), name);
	return mem_copy(label);
}

static void write_url(
	const struct snapshot *snapshot, const char *peer, const char *text, char *to, size_t size)
{
	struct url url;
	bool is_address;
	const char *host;

	if (url_split(&url, text) < 0) {
		text_set(to, size, "%s", text);
		return;
	}
	is_address = url_host_is_address(url.host);
	host = is_address && *peer ? peer : url.host;
	is_address = is_address && host == url.host && strchr(host, ':');
	text_set(to, size, "%s%s%.*s%s", url.is_https && url.port != 443 ? "https://" : "",
		is_address ? "[" : "", bare_length(snapshot, host), host, is_address ? "]" : "");
	if (!url.is_https || url.port != 443)
		text_add(to, size, ":%d", url.port);
	text_add(to, size, "%s", url.path);
}

static char *endpoint_label(
	const struct snapshot *snapshot, const struct labels *labels, const struct endpoint *endpoint)
{
	char label[LABEL_MAX];

	write_url(snapshot, labels_peer(labels, endpoint->peer), endpoint->url, label, sizeof(label));
	return mem_copy(label);
}

struct entry {
	char *label;
	size_t row;
};

static int compare(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	int order = strcmp(one->label, other->label);

	return order ? order : one->row < other->row ? -1 : 1;
}

/* Replaces those that are not unique by what full() writes, which is. */
static void make_unique(const struct snapshot *snapshot, char **labels, size_t count,
	void (*full)(const struct snapshot *snapshot, size_t row, char *to, size_t size))
{
	struct entry *entries = mem_alloc((count + 1) * sizeof(*entries));

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){ labels[i], i };
	qsort(entries, count, sizeof(*entries), compare);
	for (size_t first = 0, end; first < count; first = end) {
		char label[LABEL_MAX];

		end = first + 1;
		while (end < count && strcmp(entries[first].label, entries[end].label) == 0)
			end++;
		for (size_t i = first; i < end && end - first > 1; i++) {
			full(snapshot, entries[i].row, label, sizeof(label));
			labels[entries[i].row] = mem_copy(label);
		}
		for (size_t i = first; i < end && end - first > 1; i++)
			free(entries[i].label);
	}
	free(entries);
}

static void full_peer(const struct snapshot *snapshot, size_t row, char *to, size_t size)
{
	const struct peer *peer = &snapshot->peers[row];

	text_set(to, size, "%s (%s)", *peer->fqdn ? peer->fqdn : peer->name, peer->id);
}

static void full_endpoint(const struct snapshot *snapshot, size_t row, char *to, size_t size)
{
	text_set(to, size, "%s", snapshot->endpoints[row].url);
}

struct labels *labels_new(const struct snapshot *snapshot)
{
	struct labels *labels = mem_alloc(sizeof(*labels));

	labels->peers = mem_alloc((snapshot->peer_count + 1) * sizeof(*labels->peers));
	labels->endpoints = mem_alloc((snapshot->endpoint_count + 1) * sizeof(*labels->endpoints));
	for (size_t i = 0; i < snapshot->peer_count; i++)
		labels->peers[labels->peer_count++] = peer_label(snapshot, &snapshot->peers[i]);
	make_unique(snapshot, labels->peers, labels->peer_count, full_peer);
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		labels->endpoints[labels->endpoint_count++] =
			endpoint_label(snapshot, labels, &snapshot->endpoints[i]);
	make_unique(snapshot, labels->endpoints, labels->endpoint_count, full_endpoint);
	return labels;
}

void labels_free(struct labels *labels)
{
	if (!labels)
		return;
	for (size_t i = 0; i < labels->peer_count; i++)
		free(labels->peers[i]);
	for (size_t i = 0; i < labels->endpoint_count; i++)
		free(labels->endpoints[i]);
	free(labels->peers);
	free(labels->endpoints);
	free(labels);
}

const char *labels_peer(const struct labels *labels, int peer)
{
	return peer < 0 ? "" : labels->peers[peer];
}

const char *labels_endpoint(const struct labels *labels, int endpoint)
{
	return endpoint < 0 ? "" : labels->endpoints[endpoint];
}

const char *labels_mount(const struct snapshot *snapshot, const struct mount *mount, char *to, size_t size)
{
	bool is_https = mount->protocol == SERVE_HTTPS;
	char url[LABEL_MAX];

	text_set(url, sizeof(url), "%s://%s:%d%s", is_https ? "https" : "http", mount->host,
		mount->port ? mount->port : 443, mount->path);
	write_url(snapshot, "", url, to, size);
	return to;
}
