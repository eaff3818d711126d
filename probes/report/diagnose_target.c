/* Finds the peer or endpoint that the user's word means. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/names.h"
#include "probes/report/diagnose.h"

#include <stdint.h>
#include <string.h>

static bool is_named(const struct snapshot *snapshot, const struct peer *peer, const char *word)
{
	const struct names names = { .id = peer->id,
		.name = peer->name,
		.fqdn = peer->fqdn,
		.suffix = snapshot->daemon.magicdns_suffix,
		.addresses = peer->addresses };

	return names_mean(&names, word);
}

static bool find_peer(const struct snapshot *snapshot, const char *name, struct diagnosis_target *target)
{
	for (size_t i = 0; i < snapshot->peer_count && *name; i++)
		if (is_named(snapshot, &snapshot->peers[i], name)) {
			*target = (struct diagnosis_target){ (int)i, -1 };
			return true;
		}
	return false;
}

/* A URL that is not a known endpoint still means its peer: with --passive no endpoint is watched. */
static bool find_endpoint(
	const struct snapshot *snapshot, const struct url *url, struct diagnosis_target *target)
{
	char normal[1024];

	if (url_join(url, normal, sizeof(normal)) < 0)
		return false;
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (strcmp(snapshot->endpoints[i].url, normal) == 0) {
			*target = (struct diagnosis_target){ snapshot->endpoints[i].peer, (int)i };
			return true;
		}
	return find_peer(snapshot, url->host, target);
}

bool diagnose_find(const struct snapshot *snapshot, const char *word, struct diagnosis_target *target)
{
	struct url url;

	if (url_split(&url, word) == 0)
		return find_endpoint(snapshot, &url, target);
	return find_peer(snapshot, word, target);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edit distance: how many letters must be added, removed or changed. */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], width = strlen(b);

	if (width >= ARRAY_LEN(row))
		return SIZE_MAX;
	for (size_t k = 0; k <= width; k++)
		row[k] = k;
	for (size_t i = 1; *a; a++, i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t k = 1; k <= width; k++) {
			size_t changed = corner + (b[k - 1] != *a);

			corner = row[k];
			row[k] = least(changed, least(row[k], row[k - 1]) + 1);
		}
	}
	return row[width];
}

size_t diagnose_near(const struct snapshot *snapshot, const char *word, const char **names, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < snapshot->peer_count && found < count && *word; i++) {
		const char *name = snapshot->peers[i].name;

		if (*name && (text_contains_fold(name, word) || text_contains_fold(word, name) ||
				     distance(name, word) <= 2))
			names[found++] = name;
	}
	return found;
}
