/* Why traffic goes through DERP, by what is known about the networks of both ends, the best proven cause
 * first.
 *
 * tailscaled does not say why. A network that lets no UDP through is proof. So are two hard NATs (whose
 * mappings cannot be predicted) that map no ports, if there is no way around them by IPv6. One such NAT is
 * only a sign. So are addresses of which tailscaled uses none, although it pings them all while traffic
 * goes through DERP. Causes from signs are called probable. */
#include "probes/verdicts/relay_reason.h"

#include "probes/base/text.h"
#include "probes/ledger/networks.h"
#include "probes/ledger/state.h"
#include "probes/verdicts/rule.h"

#include <math.h>
#include <string.h>

struct ends {
	const struct obs_net *here, *there;
	bool has_udp_path; /* from here, to any peer */
	bool was_direct;   /* between the two, in this run */
};

static bool has_no_udp(const struct obs_net *net)
{
	return net->has_udp == TRI_NO;
}

/* Not every version reports whether the router maps ports: unknown counts as no. */
static bool is_hard(const struct obs_net *net)
{
	return net->is_hard_nat == TRI_YES && net->maps_ports != TRI_YES;
}

static bool is_hard_for_certain(const struct obs_net *net)
{
	return is_hard(net) && net->maps_ports == TRI_NO;
}

static bool is_captive_here(const struct ends *ends)
{
	return has_no_udp(ends->here) && ends->here->is_captive == TRI_YES;
}

static bool is_blocked_here(const struct ends *ends)
{
	return has_no_udp(ends->here) && !ends->has_udp_path;
}

static bool is_likely_blocked_here(const struct ends *ends)
{
	return has_no_udp(ends->here);
}

static bool is_blocked_there(const struct ends *ends)
{
	return has_no_udp(ends->there);
}

static bool are_both_hard(const struct ends *ends)
{
	bool has_ipv6 = ends->here->has_ipv6 != TRI_NO && ends->there->has_ipv6 != TRI_NO;

	return is_hard_for_certain(ends->here) && is_hard_for_certain(ends->there) && !has_ipv6;
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
	return ends->there->candidates == 0 && ends->there->has_udp != TRI_YES;
}

static bool gets_no_answer(const struct ends *ends)
{
	return ends->there->candidates > 0;
}

static const char log_in[] = "log in to the network that this machine is in";
static const char open_here[] = "open UDP in this machine's network: out from port 41641 to any, and to "
	"3478 (STUN)";
static const char open_there[] = "open UDP in the network of %{peer}: out from port 41641 to any, and to "
	"3478 (STUN)";
static const char map_ports[] =
	"on one side, turn on port mapping (UPnP or NAT-PMP) in the router, or forward UDP 41641 to the "
	"machine; or set up a peer relay (tailscale set --relay-server-port=40000, on a machine that both "
	"reach)";
static const char find_out[] = "on %{peer}: `tailscale netcheck`; then open UDP out from port 41641 and to "
	"3478 (STUN)";
static const char map_here[] =
	"turn on port mapping (UPnP or NAT-PMP) in the router here, or forward UDP 41641 to this machine";
static const char map_there[] =
	"turn on port mapping (UPnP or NAT-PMP) in the router of %{peer}, or forward UDP 41641 to it";

const struct other_fix relay_fixes[] = {
	{ CODE_RELAYED, log_in },
	{ CODE_RELAYED, open_here },
	{ CODE_RELAYED, open_there },
	{ CODE_RELAYED, map_ports },
	{ CODE_RELAYED, find_out },
	{ CODE_RELAYED, map_here },
	{ CODE_RELAYED, map_there },
	{ 0 },
};

static const struct {
	const char *code;
	bool (*holds)(const struct ends *ends);
	const char *text; /* NULL: made by say_silence() */
	const char *fix;  /* "": that of the verdict */
} table[] = {
	{ "captive-portal-here", is_captive_here, "the login page of this network is in the way",
		log_in },
	{ "udp-blocked-here", is_blocked_here, "UDP is blocked on this machine's network", open_here },
	{ "udp-blocked-here", is_likely_blocked_here,
		"UDP is probably blocked on this machine's network: no STUN server answers", open_here },
	{ "udp-blocked-there", is_blocked_there, "UDP is blocked on its network",
		open_there },
	{ "hard-nat-both", are_both_hard, "both sides are behind hard NAT", map_ports },
	{ "no-addresses", has_no_address, "it has no address for UDP, which is probably blocked on its "
		"network",
		find_out },
	{ "hard-nat-here", is_hard_here, "probably because this machine is behind hard NAT", map_here },
	{ "hard-nat-there", is_hard_there, "probably because it is behind hard NAT", map_there },
	{ "no-answer", gets_no_answer, NULL, "" },
};

static void say_silence(const struct ends *ends, char *text, size_t size)
{
	const char *when = ends->was_direct ? "any more" : "so far";

	if (ends->there->candidates > 1)
		text_set(text, size, "none of its %.0f addresses answers %s", ends->there->candidates, when);
	else
		text_set(text, size, "its one address does not answer %s", when);
	text_add(text, size, ": probably a firewall at either end");
}

void relay_reason_of(const struct ledger *ledger, const struct known_peer *peer, struct when now,
	struct relay_reason *reason)
{
	struct obs_net unknown;
	struct ends ends = { network_here(ledger, now), network_of_lately(peer, now),
		network_has_udp_path(ledger), !isnan(peer->best_direct_ms) };

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
			text_set(reason->text, sizeof(reason->text), "%s", table[i].text);
		else
			say_silence(&ends, reason->text, sizeof(reason->text));
		return;
	}
}
