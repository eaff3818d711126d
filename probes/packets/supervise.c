/* The helper is started when all that it is to look for has been asked once, so that it is not started twice.
 */
#include "probes/packets/supervise.h"

#include "probes/io/machine.h"
#include "probes/packets/arguments.h"
#include "probes/base/mem.h"
#include "probes/packets/helper.h"

#include <stdlib.h>

#define MAP_AGAIN_MS (5 * 60 * 1000)

struct lookout {
	struct http *http;
	struct ledger *ledger;
	struct sniffer *sniffer;
	void (*changed)(void *data);
	void *data;
	struct derpmap *derpmap; /* NULL: none yet */
	struct strings regions;
	struct when asked_map; /* unknown: never */
	bool has_answer;       /* about the map, be it a refusal */
};

static void saw(void *data, const struct sniffed *sniffed)
{
	struct lookout *lookout = data;

	ledger_see(lookout->ledger, &(struct observation){ .kind = OBSERVED_PACKETS, .packets = sniffed },
		when_now());
	if (sniffed->word == SNIFFED_STATS || sniffed->word == SNIFFED_MISS)
		lookout->changed(lookout->data); /* once a period, and when it hurries */
}

static void changed(void *data, const struct obs_capture *capture)
{
	struct lookout *lookout = data;

	ledger_see(lookout->ledger, &(struct observation){ .kind = OBSERVED_CAPTURE, .capture = capture },
		when_now());
	lookout->changed(lookout->data);
}

static void used_port(void *data, int port)
{
	struct lookout *lookout = data;

	ledger_see(lookout->ledger, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = port },
		when_now());
}

struct lookout *lookout_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, void (*tell)(void *data), void *data)
{
	struct lookout *lookout = mem_alloc(sizeof(*lookout));
	const struct sniffer_hooks hooks = { .data = lookout, .saw = saw, .changed = changed };

	lookout->ledger = ledger;
	lookout->http = http;
	http_on_port(http, used_port, lookout);
	lookout->changed = tell;
	lookout->data = data;
	lookout->sniffer = sniffer_new(loop, settings, &hooks);
	return lookout;
}

void lookout_free(struct lookout *lookout)
{
	if (!lookout)
		return;
	http_on_port(lookout->http, NULL, NULL);
	sniffer_free(lookout->sniffer);
	derpmap_free(lookout->derpmap);
	strings_fini(&lookout->regions);
	free(lookout);
}

void lookout_keep_derpmap(struct lookout *lookout, struct derpmap *derpmap)
{
	if (!lookout) {
		derpmap_free(derpmap);
		return;
	}
	lookout->has_answer = true;
	if (!derpmap)
		return;
	derpmap_free(lookout->derpmap);
	lookout->derpmap = derpmap;
}

static void take_aim(struct lookout *lookout, const struct obs_status *status)
{
	struct strings arguments = { NULL, 0, 0 }, addresses = { NULL, 0, 0 };
	const struct aim aim = {
		.status = status,
		.serve = ledger_serve(lookout->ledger),
		.derpmap = lookout->derpmap,
		.regions = &lookout->regions,
		.addresses = &addresses,
	};

	machine_addresses(&addresses);
	aim_arguments(&aim, &arguments);
	sniffer_aim(lookout->sniffer, &arguments);
	strings_fini(&arguments);
	strings_fini(&addresses);
}

static bool wants_map(const struct lookout *lookout, struct when now)
{
	return aim_lacks_region(&lookout->regions, lookout->derpmap) &&
	       (!when_known(lookout->asked_map) || when_since(lookout->asked_map, now) >= MAP_AGAIN_MS);
}

void lookout_see(struct lookout *lookout, struct tailnet *tailnet, struct when now)
{
	const struct obs_status *status = lookout ? ledger_status(lookout->ledger) : NULL;

	if (!status || status->backend != BACKEND_RUNNING)
		return;
	aim_add_regions(&lookout->regions, status);
	if (wants_map(lookout, now)) {
		lookout->asked_map = now;
		tailnet_ask_derpmap(tailnet);
	}
	if (tailnet_has_serve(tailnet) && (lookout->has_answer || !lookout->regions.count))
		take_aim(lookout, status);
}
