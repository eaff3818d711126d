#include "probes/tailscaled/macs.h"

#include "probes/base/mem.h"
#include "probes/model/names.h"

struct obs_status *macs_fill(struct obs_status *status, const struct settings *settings)
{
	for (size_t i = 0; i < settings->peers.count; i++) {
		const struct peer_settings *said = &settings->peers.items[i];

		for (size_t k = 0; *said->mac && k < status->peer_count; k++) {
			struct obs_peer *peer = &status->peers[k];
			const struct names names = { .id = peer->id,
				.fqdn = peer->fqdn,
				.suffix = status->magicdns_suffix,
				.addresses = peer->addresses };

			if (names_mean(&names, said->peer))
				peer->mac = arena_copy(status->arena, said->mac);
		}
	}
	return status;
}
