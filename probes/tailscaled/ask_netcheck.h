/* Asks why paths are as they are: whose network lets what through.
 *
 * tailscaled is asked what it knows of a peer (`whois`), one at a time, while traffic to it goes by DERP, and
 * of this machine with it: no packet leaves. The CLI's `netcheck` looks at our own network: it sends STUN
 * (and HTTPS and ICMP where that gets no answer) to the DERP regions, asks the router whether it maps ports
 * (UPnP, NAT-PMP, PCP), and sends nothing to peers. It is a big program, so it runs only while a server is
 * relayed or UDP seems blocked, every ten minutes at most, and neither for --once nor for --passive. Who has
 * no CLI, or an old one, goes without. */
#ifndef TSLLM_TAILSCALED_ASK_NETCHECK_H
#define TSLLM_TAILSCALED_ASK_NETCHECK_H

#include "probes/ledger/ledger.h"
#include "probes/tailscaled/client.h"

struct netcheck_asker;

/* way: of the tailnet source, which outlives it. */
struct netcheck_asker *ask_netcheck_new(struct client *way, struct ledger *ledger, bool may_check,
	void (*changed)(void *data), void *data);
void ask_netcheck_free(struct netcheck_asker *netcheck_asker);
void ask_netcheck_see_status(struct netcheck_asker *netcheck_asker, struct when now);
/* Whatever its path is: both ends, once a minute at most, and netcheck, unless --passive, as seldom as ever.
 * "": this machine alone. */
void ask_netcheck_now(struct netcheck_asker *netcheck_asker, const char *peer_id, struct when now);
size_t ask_netcheck_open(const struct netcheck_asker *netcheck_asker); /* asked and not answered yet */

#endif
