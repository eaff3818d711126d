#include "probes/ledger/own_ports.h"

#include "probes/base/mem.h"

#define OWN_PORT_MS 60000 /* after that, another program may use the port */

void own_port_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	int port = observation->own_port;
	size_t oldest = 0;

	for (size_t i = 0; i < ledger->own_port_count; i++) {
		if (ledger->own_ports[i].port == port) {
			ledger->own_ports[i].at = now;
			return;
		}
		if (ledger->own_ports[i].at.mono_ms < ledger->own_ports[oldest].at.mono_ms)
			oldest = i;
	}
	if (ledger->own_port_count < ARRAY_LEN(ledger->own_ports))
		oldest = ledger->own_port_count++;
	ledger->own_ports[oldest].port = port;
	ledger->own_ports[oldest].at = now;
}

bool own_ports_has(const struct ledger *ledger, int port, struct when now)
{
	for (size_t i = 0; i < ledger->own_port_count; i++)
		if (ledger->own_ports[i].port == port)
			return when_since(ledger->own_ports[i].at, now) < OWN_PORT_MS;
	return false;
}
