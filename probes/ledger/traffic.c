/* Bytes through the tunnel, by the daemon's counters or by packets, and bytes that this program sent. */
#include "probes/ledger/traffic.h"

#include "probes/ledger/state.h"

#include <math.h>

void traffic_forget(struct known_traffic *traffic)
{
	traffic->at = (struct when){ 0 };
	for (size_t i = 0; i < TRAFFIC_PATHS; i++)
		traffic->totals.rx_bytes[i] = traffic->totals.tx_bytes[i] = traffic->rx_per_s[i] =
			traffic->tx_per_s[i] = NAN;
}

void traffic_count(struct known_traffic *traffic, const struct obs_traffic *totals, struct when now)
{
	double seconds = (double)when_since(traffic->at, now) / 1000;

	for (size_t i = 0; i < TRAFFIC_PATHS && when_known(traffic->at); i++) {
		traffic->rx_per_s[i] = series_rate(traffic->totals.rx_bytes[i], totals->rx_bytes[i], seconds);
		traffic->tx_per_s[i] = series_rate(traffic->totals.tx_bytes[i], totals->tx_bytes[i], seconds);
	}
	traffic->totals = *totals;
	traffic->at = now;
}

void traffic_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	traffic_count(&ledger->traffic, observation->traffic, now);
}

void traffic_count_request(struct ledger *ledger, enum cost cost, double sent, double received)
{
	ledger->requests++;
	ledger->by_cost[cost]++;
	ledger->bytes_sent += sent;
	ledger->bytes_received += received;
}

void traffic_see_request(struct ledger *ledger, const struct observation *observation, struct when now)
{
	(void)now;
	traffic_count_request(
		ledger, observation->cost, observation->bytes_sent, observation->bytes_received);
}
