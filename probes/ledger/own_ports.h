/* The local ports of this program's recent requests, by which they are known among captured ones. */
#ifndef TSLLM_LEDGER_OWN_PORTS_H
#define TSLLM_LEDGER_OWN_PORTS_H

#include "probes/ledger/state.h"

void own_port_see(struct ledger *ledger, const struct observation *observation, struct when now);
bool own_ports_has(const struct ledger *ledger, int port, struct when now);

#endif
