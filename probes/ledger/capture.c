/* The state of the capture helper, and the dispatch of what it reports. */
#include "probes/ledger/capture.h"

#include "probes/base/text.h"
#include "probes/ledger/canaries.h"
#include "probes/ledger/exchanges.h"
#include "probes/ledger/flows.h"
#include "probes/ledger/links.h"
#include "probes/ledger/state.h"
#include "probes/ledger/traffic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES_MAX 16

static void forget_devices(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->capture.devices.count; i++)
		free(ledger->capture.devices.items[i]);
	ledger->capture.devices.count = 0;
}

void capture_free(struct ledger *ledger)
{
	forget_devices(ledger);
	free(ledger->capture.devices.items);
	free(ledger->capture.trouble);
	free(ledger->capture.fix);
}

void capture_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_capture *capture = observation->capture;

	if (ledger->capture.state != capture->state)
		ledger->capture.since = now;
	if (capture->state != CAPTURE_RUNNING)
		links_forget_misses(ledger); /* no helper is left to report their pongs */
	ledger->capture.state = capture->state;
	mem_replace(&ledger->capture.trouble, capture->trouble);
	mem_replace(&ledger->capture.fix, capture->fix);
}

static void see_hello(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	(void)sniffed, (void)now;
	forget_devices(ledger);
	ledger->capture.dropped = NAN;
	if (isnan(ledger->captured_now.rx_bytes[TRAFFIC_DIRECT]))
		ledger->captured_now = (struct obs_traffic){ .rx_bytes = { 0 }, .tx_bytes = { 0 } };
	links_restart(ledger);
	flows_restart(ledger);
	exchanges_forget(ledger);
}

static void see_device(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	(void)now;
	if (ledger->capture.devices.count < DEVICES_MAX)
		*VEC_PUSH(&ledger->capture.devices) = mem_copy(sniffed->name);
}

static void see_exchange(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	if (!sniffed->is_open)
		canaries_see_exchange(ledger, sniffed);
	exchange_see(ledger, sniffed, now);
}

static void see_stats(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	if (!isnan(sniffed->dropped))
		ledger->capture.dropped = sniffed->dropped;
	traffic_count(&ledger->captured, &ledger->captured_now, now);
	exchanges_end_period(ledger, sniffed->at_us, now);
}

void capture_see_packets(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct sniffed *sniffed = observation->packets;
	static void (*const see[SNIFFED_COUNT])(
		struct ledger * ledger, const struct sniffed *sniffed, struct when now) = {
		[SNIFFED_HELLO] = see_hello,
		[SNIFFED_DEVICE] = see_device,
		[SNIFFED_PATH] = link_see_path,
		[SNIFFED_RTT] = link_see_rtt,
		[SNIFFED_MISS] = link_see_miss,
		[SNIFFED_DERP] = link_see_derp,
		[SNIFFED_FLOW] = flow_see,
		[SNIFFED_EXCHANGE] = see_exchange,
		[SNIFFED_STATS] = see_stats,
	};

	if (see[sniffed->word])
		see[sniffed->word](ledger, sniffed, now);
}
