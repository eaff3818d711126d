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

#include "probes/tailscaled/client.h"
#include "probes/ledger/ledger.h"

struct reasons;

/* way: of the tailnet source, which outlives it. */
struct reasons *reasons_new(struct daemon_way *way, struct ledger *ledger, bool may_check,
	void (*changed)(void *data), void *data);
void reasons_free(struct reasons *reasons);
void reasons_see_status(struct reasons *reasons, struct when now);
/* Whatever its path is: both ends, once a minute at most, and netcheck, unless --passive, as seldom as ever.
 * "": this machine alone. */
void reasons_ask(struct reasons *reasons, const char *peer_id, struct when now);
size_t reasons_open(const struct reasons *reasons); /* asked and not answered yet */

#endif
