/* The helper is started only after the serve configuration and the DERP map have been requested once, so that
 * it does not have to be restarted at once. */
#include "probes/packets/supervise.h"

#include "probes/base/mem.h"
#include "probes/io/machine.h"
#include "probes/packets/arguments.h"
#include "probes/packets/helper.h"

#include <stdlib.h>

#define MAP_AGAIN_MS (5 * 60 * 1000)

struct supervisor {
	struct http *http;
	struct ledger *ledger;
	struct helper *helper;
	void (*changed)(void *data);
	void *data;
	struct derpmap *derpmap; /* NULL: none yet */
	struct strings regions;
	struct when asked_map; /* unknown: never */
	bool has_answer;       /* about the map, even if it was an error */
};

static void saw(void *data, const struct sniffed *sniffed)
{
	struct supervisor *supervisor = data;

	ledger_see(supervisor->ledger, &(struct observation){ .kind = OBSERVED_PACKETS, .packets = sniffed },
		when_now());
	if (sniffed->word == SNIFFED_STATS || sniffed->word == SNIFFED_MISS)
		supervisor->changed(supervisor->data); /* once a period, and immediately on a missed ping */
}

static void changed(void *data, const struct obs_capture *capture)
{
	struct supervisor *supervisor = data;

	ledger_see(supervisor->ledger, &(struct observation){ .kind = OBSERVED_CAPTURE, .capture = capture },
		when_now());
	supervisor->changed(supervisor->data);
}

static void used_port(void *data, int port)
{
	struct supervisor *supervisor = data;

	ledger_see(supervisor->ledger, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = port },
		when_now());
}

struct supervisor *supervise_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, void (*tell)(void *data), void *data)
{
	struct supervisor *supervisor = mem_alloc(sizeof(*supervisor));
	const struct helper_hooks hooks = { .data = supervisor, .saw = saw, .changed = changed };

	supervisor->ledger = ledger;
	supervisor->http = http;
	http_on_port(http, used_port, supervisor);
	supervisor->changed = tell;
	supervisor->data = data;
	supervisor->helper = helper_new(loop, settings, &hooks);
	return supervisor;
}

void supervise_free(struct supervisor *supervisor)
{
	if (!supervisor)
		return;
	http_on_port(supervisor->http, NULL, NULL);
	helper_free(supervisor->helper);
	derpmap_free(supervisor->derpmap);
	strings_fini(&supervisor->regions);
	free(supervisor);
}

void supervise_keep_derpmap(struct supervisor *supervisor, struct derpmap *derpmap)
{
	if (!supervisor) {
		derpmap_free(derpmap);
		return;
	}
	supervisor->has_answer = true;
	if (!derpmap)
		return;
	derpmap_free(supervisor->derpmap);
	supervisor->derpmap = derpmap;
}

static void set_arguments(struct supervisor *supervisor, const struct obs_status *status)
{
	struct strings arguments = { NULL, 0, 0 }, addresses = { NULL, 0, 0 };
	const struct arguments_basis arguments_basis = {
		.status = status,
		.serve = ledger_serve(supervisor->ledger),
		.derpmap = supervisor->derpmap,
		.regions = &supervisor->regions,
		.addresses = &addresses,
	};

	machine_addresses(&addresses);
	arguments_make(&arguments_basis, &arguments);
	helper_set_arguments(supervisor->helper, &arguments);
	strings_fini(&arguments);
	strings_fini(&addresses);
}

static bool wants_map(const struct supervisor *supervisor, struct when now)
{
	return arguments_lack_region(&supervisor->regions, supervisor->derpmap) &&
	       (!when_known(supervisor->asked_map) || when_since(supervisor->asked_map, now) >= MAP_AGAIN_MS);
}

void supervise_see_status(struct supervisor *supervisor, struct tailnet *tailnet, struct when now)
{
	const struct obs_status *status = supervisor ? ledger_status(supervisor->ledger) : NULL;

	if (!status || status->backend != BACKEND_RUNNING)
		return;
	arguments_add_regions(&supervisor->regions, status);
	if (wants_map(supervisor, now)) {
		supervisor->asked_map = now;
		poll_ask_derpmap(tailnet);
	}
	if (poll_has(tailnet, TOPIC_SERVE) && (supervisor->has_answer || !supervisor->regions.count))
		set_arguments(supervisor, status);
}
