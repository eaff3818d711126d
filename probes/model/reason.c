/* Why traffic goes by DERP: what is known of both ends' networks, the most proven first.
 *
 * tailscaled does not say it. A network that lets no UDP through is a proof, and so are two NATs that cannot
 * be guessed; one such NAT, and pings that nobody answers, are signs, and are called likely. */
#include "probes/model/evidence.h"

#include "probes/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PONG_FRESH_MS 30000

struct ends {
	const struct obs_net *here, *there;
	double tried; /* addresses of that end whose pings, as packets show, go unanswered; NAN: unseen */
};

static bool has_no_udp(const struct obs_net *net)
{
	return net->has_udp == TRI_NO;
}

static bool is_hard(const struct obs_net *net)
{
	return net->is_hard_nat == TRI_YES && net->maps_ports != TRI_YES;
}

static bool is_blocked_here(const struct ends *ends)
{
	return has_no_udp(ends->here);
}

static bool is_blocked_there(const struct ends *ends)
{
	return has_no_udp(ends->there);
}

static bool are_both_hard(const struct ends *ends)
{
	return is_hard(ends->here) && is_hard(ends->there);
}

static bool is_hard_here(const struct ends *ends)
{
	return is_hard(ends->here);
}

static bool is_hard_there(const struct ends *ends)
{
	return is_hard(ends->there);
}

static bool has_no_address(const struct ends *ends)
{
	return ends->there->candidates == 0;
}

static bool gets_no_answer(const struct ends *ends)
{
	return ends->tried > 0 || ends->there->candidates > 0;
}

static const struct {
	const char *code;
	bool (*holds)(const struct ends *ends);
	const char *text; /* NULL: with numbers in it */
	const char *fix;
} table[] = {
	{ "udp-blocked-here", is_blocked_here, "UDP is blocked here",
		"open UDP in this machine's network: out from port 41641 to any, and to 3478 (STUN)" },
	{ "udp-blocked-there", is_blocked_there, "UDP is blocked there",
		"open UDP in the network of %{peer}: out from port 41641 to any, and to 3478 (STUN)" },
	{ "hard-nat-both", are_both_hard, "hard NAT on both sides",
		"on one side: port mapping (UPnP or NAT-PMP) in the router, or UDP 41641 forwarded to the "
		"machine; or a peer relay: tailscale set --relay-server-port=40000" },
	{ "no-addresses", has_no_address, "it has no address for UDP, which is likely blocked there",
		"on %{peer}: tailscale netcheck; then open UDP out from port 41641 and to 3478 (STUN)" },
	{ "hard-nat-here", is_hard_here, "likely the hard NAT here",
		"port mapping (UPnP or NAT-PMP) in the router here, or UDP 41641 forwarded to this machine" },
	{ "hard-nat-there", is_hard_there, "likely the hard NAT there",
		"port mapping (UPnP or NAT-PMP) in the router of %{peer}, or UDP 41641 forwarded to it" },
	{ "no-answer", gets_no_answer, NULL,
		"allow UDP 41641 to and from both ends; `tailscale netcheck` on each tells which side blocks "
		"it" },
};

static bool has_ponged(const struct known_link *link, struct when now)
{
	return when_known(link->ponged) && when_since(link->ponged, now) < PONG_FRESH_MS;
}

/* Pings to candidate addresses, as the capture counts them. One that answers is about to become the path. */
static double count_tried(const struct ledger *ledger, const struct known_peer *peer, struct when now)
{
	double tried = 0;

	if (ledger->capture.state != CAPTURE_RUNNING || !peer->net)
		return NAN;
	for (size_t i = 0; i < peer->net->node.address_count; i++) {
		bool is_tried = false;

		for (size_t k = 0; k < ledger->links.count; k++) {
			const struct known_link *link = &ledger->links.items[k];

			if (link->vni || strcmp(link->remote, peer->net->node.addresses[i]) != 0)
				continue;
			if (has_ponged(link, now))
				return NAN;
			is_tried = is_tried || link->missed_us || link->lost > 0;
		}
		tried += is_tried;
	}
	return tried;
}

static void say_silence(const struct ends *ends, char *text, size_t size)
{
	double count = ends->tried > 0 ? ends->tried : ends->there->candidates;

	if (ends->tried > 0)
		snprintf(text, size, "pings to %.0f of its addresses get no pong", count);
	else if (count > 1)
		snprintf(text, size, "none of its %.0f addresses has answered so far", count);
	else
		snprintf(text, size, "its one address has not answered so far");
	text_add(text, size, ": likely a firewall at either end");
}

void peer_reason(const struct ledger *ledger, const struct known_peer *peer, struct when now,
	struct relay_reason *reason)
{
	struct obs_net unknown;
	struct ends ends = { ledger_net_here(ledger, now), peer_fresh_net(peer, now),
		count_tried(ledger, peer, now) };

	net_init(&unknown);
	ends.here = ends.here ? ends.here : &unknown;
	ends.there = ends.there ? ends.there : &unknown;
	*reason = (struct relay_reason){ .code = "", .fix = "" };
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (!table[i].holds(&ends))
			continue;
		reason->code = table[i].code;
		reason->fix = table[i].fix;
		if (table[i].text)
			snprintf(reason->text, sizeof(reason->text), "%s", table[i].text);
		else
			say_silence(&ends, reason->text, sizeof(reason->text));
		return;
	}
}
