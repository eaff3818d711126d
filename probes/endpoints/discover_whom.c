/* Which machines discovery may probe. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/discover.h"
#include "probes/ledger/peers.h"
#include "probes/model/names.h"

#include <stdio.h>
#include <string.h>

static bool is_handheld(const char *os)
{
	return text_equal_fold(os, "ios") || text_equal_fold(os, "android") || text_equal_fold(os, "tvos");
}

bool discover_excludes(const struct settings *settings, const struct obs_peer *peer)
{
	const char *dot = strchr(peer->fqdn, '.');
	const struct names names = { .id = peer->id,
		.host_name = peer->host_name,
		.fqdn = peer->fqdn,
		.suffix = dot ? dot + 1 : "", /* of any tailnet: the worst effect is not probing it */
		.addresses = peer->addresses };

	for (size_t i = 0; i < settings->exclude.count; i++) {
		const char *word = settings->exclude.items[i];

		if (text_has_prefix(word, "os:") && text_equal_fold(peer->os, word + 3))
			return true;
		for (size_t k = 0; peer->tags[k]; k++)
			if (strcmp(peer->tags[k], word) == 0)
				return true;
		if (names_mean(&names, word))
			return true;
	}
	return false;
}

static bool is_chosen(
	const struct settings *settings, const struct obs_status *status, const struct obs_peer *peer)
{
	switch (settings->discover) {
	case DISCOVER_ALL:
		return true;
	case DISCOVER_TAGGED:
		return peer->tags[0] != NULL;
	case DISCOVER_MINE:
		return peer->tags[0] != NULL || peer->user_id == status->self.user_id;
	case DISCOVER_OFF:
		break;
	}
	return false;
}

/* Whether the name can be part of a URL, and is not shared in. */
static bool is_of_this_tailnet(const struct obs_status *status, const struct obs_peer *peer)
{
	char text[300];
	struct url url;

	snprintf(text, sizeof(text), "http://%.280s", peer->fqdn);
	if (url_split(&url, text) < 0 || *url.path || url.port != 80)
		return false;
	return !peer_is_shared_in(status, peer);
}

bool discover_may_ask(
	const struct settings *settings, const struct obs_status *status, const struct obs_peer *peer)
{
	return peer->is_online && !peer->is_expired && !peer->is_sharee && !peer->is_mullvad &&
	       peer->addresses[0] && is_of_this_tailnet(status, peer) && !is_handheld(peer->os) &&
	       !discover_excludes(settings, peer) && is_chosen(settings, status, peer);
}
