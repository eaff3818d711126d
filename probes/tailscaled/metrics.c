/* Reads the two families of byte counters strictly: if a line of theirs cannot be read, or lacks its newline,
 * the whole text is dropped, because half a number is a wrong number. */
#include "probes/tailscaled/metrics.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <math.h>
#include <string.h>

#define LINE_MAX_BYTES 200
#define BYTES_MAX (INT64_C(1) << 53)

static void set_all(double totals[TRAFFIC_PATHS], double value)
{
	for (size_t i = 0; i < TRAFFIC_PATHS; i++)
		totals[i] = value;
}

static void forget(struct obs_traffic *traffic)
{
	set_all(traffic->rx_bytes, NAN);
	set_all(traffic->tx_bytes, NAN);
}

/* Adds `direct_ipv4"} 8824` to the totals. */
static int add_series(double totals[TRAFFIC_PATHS], const char *rest)
{
	static const struct {
		const char *word;
		enum traffic_path path;
	} series[] = {
		{ "direct_ipv4\"} ", TRAFFIC_DIRECT },
		{ "direct_ipv6\"} ", TRAFFIC_DIRECT },
		{ "peer_relay_ipv4\"} ", TRAFFIC_PEER_RELAY },
		{ "peer_relay_ipv6\"} ", TRAFFIC_PEER_RELAY },
		{ "derp\"} ", TRAFFIC_DERP },
	};

	if (isnan(totals[TRAFFIC_DIRECT]))
		set_all(totals, 0);
	for (size_t i = 0; i < ARRAY_LEN(series); i++) {
		int64_t bytes;

		if (!text_has_prefix(rest, series[i].word))
			continue;
		bytes = text_number(rest + strlen(series[i].word), BYTES_MAX);
		if (bytes < 0)
			return -1;
		totals[series[i].path] += (double)bytes;
	}
	return 0;
}

static int read_line(const char *line, struct obs_traffic *traffic)
{
	static const char rx[] = "tailscaled_inbound_bytes_total{path=\"";
	static const char tx[] = "tailscaled_outbound_bytes_total{path=\"";

	if (text_has_prefix(line, rx))
		return add_series(traffic->rx_bytes, line + sizeof(rx) - 1);
	if (text_has_prefix(line, tx))
		return add_series(traffic->tx_bytes, line + sizeof(tx) - 1);
	return 0;
}

static int read_lines(const char *bytes, size_t length, struct obs_traffic *traffic)
{
	while (length) {
		const char *end = memchr(bytes, '\n', length);
		char line[LINE_MAX_BYTES];
		size_t taken;

		if (!end)
			return -1;
		taken = (size_t)(end - bytes);
		if (taken < sizeof(line)) {
			memcpy(line, bytes, taken);
			line[taken] = '\0';
			if (read_line(line, traffic) < 0)
				return -1;
		}
		bytes += taken + 1;
		length -= taken + 1;
	}
	return isnan(traffic->rx_bytes[0]) && isnan(traffic->tx_bytes[0]) ? -1 : 0;
}

int metrics_parse(const char *bytes, size_t length, struct obs_traffic *traffic)
{
	forget(traffic);
	if (read_lines(bytes, length, traffic) == 0)
		return 0;
	forget(traffic);
	return -1;
}
