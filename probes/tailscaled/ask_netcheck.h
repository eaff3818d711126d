/* Asks why paths are as they are: what each network lets through.
 *
 * While traffic to a peer goes by DERP, tailscaled is asked what it knows (`whois`) of the peer and of this
 * machine, one at a time; no packet leaves the machine. The CLI's `netcheck` examines our own network: it
 * sends STUN (HTTPS and ICMP if that gets no answer) to the DERP regions, asks the router whether it maps
 * ports (UPnP, NAT-PMP, PCP), and sends nothing to peers. It is a big program, so it runs only while a server
 * is relayed or UDP seems blocked, every ten minutes at most, and with neither --once nor --passive. Without
 * a CLI, or with an old one, there is no netcheck. */
#ifndef TSLLM_TAILSCALED_ASK_NETCHECK_H
#define TSLLM_TAILSCALED_ASK_NETCHECK_H

#include "probes/ledger/ledger.h"
#include "probes/tailscaled/client.h"

struct netcheck_asker;

/* way: of the tailnet source, which must outlive it. */
struct netcheck_asker *ask_netcheck_new(
	struct client *way, struct ledger *ledger, bool may_check, void (*changed)(void *data), void *data);
void ask_netcheck_free(struct netcheck_asker *netcheck_asker);
void ask_netcheck_see_status(struct netcheck_asker *netcheck_asker, struct when now);
/* On request, whatever the path: whois of the peer and of this machine, once a minute at most, and netcheck,
 * unless --passive and no more often than above. peer_id "": this machine alone. */
void ask_netcheck_now(struct netcheck_asker *netcheck_asker, const char *peer_id, struct when now);
/* whois of this machine, until it is answered: who it is to others. */
void ask_netcheck_who(struct netcheck_asker *netcheck_asker, struct when now);
size_t ask_netcheck_open(const struct netcheck_asker *netcheck_asker); /* requests not answered yet */

#endif
