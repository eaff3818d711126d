/* Defaults of the settings, and pinned endpoints. Their URLs are kept in normal form, because the URL is
 * the key of an endpoint everywhere. */
#include "probes/model/settings.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <stdlib.h>
#include <string.h>

#define URL_MAX 512

void settings_init(struct settings *settings)
{
	*settings = (struct settings){
		.period_s = 2,
		.deadline_s = 5,
		.canary_limit_s = 300,
		.discover = DISCOVER_MINE,
		.has_llama_metrics = true,
		.has_capture = true,
		.socket = mem_copy(""),
		.tailscale = mem_copy(""),
		.ca_file = mem_copy(""),
		.proxy = mem_copy(""),
		.theme = mem_copy("default"),
		.state_file = mem_copy(""),
		.helper = mem_copy(""),
		.event_log = mem_copy(""),
		.listen = mem_copy(""),
		.record = mem_copy(""),
		.record_file = mem_copy(""),
		.record_bytes = 200e6,
		.record_age_s = 7 * 24 * 3600,
		.replay = mem_copy(""),
		.replay_at = mem_copy(""),
		.replay_until = mem_copy(""),
		.examine = mem_copy(""),
	};
}

void settings_fini(struct settings *settings)
{
	for (size_t i = 0; i < settings->pins.count; i++) {
		free(settings->pins.items[i].url);
		free(settings->pins.items[i].key_env);
		free(settings->pins.items[i].key_file);
	}
	free(settings->pins.items);
	for (size_t i = 0; i < settings->peers.count; i++) {
		free(settings->peers.items[i].peer);
		free(settings->peers.items[i].mac);
		free(settings->peers.items[i].gpu);
	}
	free(settings->peers.items);
	strings_fini(&settings->exclude);
	strings_fini(&settings->ignore);
	strings_fini(&settings->columns_fleet);
	strings_fini(&settings->columns_paths);
	strings_fini(&settings->columns_models);
	strings_fini(&settings->columns_serve);
	strings_fini(&settings->columns_clients);
	strings_fini(&settings->columns_events);
	free(settings->socket);
	free(settings->tailscale);
	free(settings->ca_file);
	free(settings->proxy);
	free(settings->theme);
	free(settings->state_file);
	free(settings->helper);
	free(settings->event_log);
	strings_fini(&settings->on_change);
	strings_fini(&settings->placed);
	strings_fini(&settings->places);
	free(settings->listen);
	free(settings->record);
	free(settings->record_file);
	free(settings->replay);
	free(settings->replay_at);
	free(settings->replay_until);
	free(settings->examine);
}

/* An @ is refused even in a path, where it would look like the end of a password; %40 is accepted. */
static void refuse(const char *url, struct fault *fault)
{
	char bare[TEXT_CAP], shown[TEXT_CAP];

	url_typed(url, bare, sizeof(bare));
	text_clean(shown, sizeof(shown), bare, strlen(bare));
	if (strpbrk(url, "@?#"))
		fault_say(fault, "'%s' must be given without user, password and query", shown);
	else
		fault_say(fault, "'%s' is no URL like http://gpu1:11434 or https://gpu1.example.ts.net/path",
			shown);
}

int settings_pin(struct settings *settings, const char *url, struct fault *fault)
{
	char normal[URL_MAX];
	struct pin *pin;

	if (strchr(url, '@') || url_normalise(url, normal, sizeof(normal)) < 0) {
		refuse(url, fault);
		return -1;
	}
	for (size_t i = 0; i < settings->pins.count; i++)
		if (!strcmp(settings->pins.items[i].url, normal))
			return 0;
	pin = VEC_PUSH(&settings->pins);
	pin->url = mem_copy(normal);
	pin->key_env = mem_copy("");
	pin->key_file = mem_copy("");
	return 0;
}

struct peer_settings *settings_peer(struct settings *settings, const char *peer)
{
	struct peer_settings *added;

	for (size_t i = 0; i < settings->peers.count; i++)
		if (text_equal_fold(settings->peers.items[i].peer, peer))
			return &settings->peers.items[i];
	added = VEC_PUSH(&settings->peers);
	added->peer = mem_copy(peer);
	added->mac = mem_copy("");
	added->gpu = mem_copy("");
	return added;
}
