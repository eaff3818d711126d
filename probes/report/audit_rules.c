/* The rows that matter most come first: those of one severity stay in this order. */
#include "probes/report/audit_rules.h"

#include "probes/model/audit_codes.h"
#include "probes/model/verdict_codes.h"
#include "probes/report/audit_checks.h"

#include <stddef.h>

const struct audit_rule audit_rules[] = {
	{ CODE_FUNNEL_PUBLIC, AUDIT_MOUNT, audit_funnel_holds, audit_funnel_say,
		"Keep LLM servers off Funnel. If one must be public, put a proxy in front of it that asks "
		"for a "
		"key and limits rates.",
		true },
	{ CODE_OPEN_ONBOARDING, AUDIT_URL, audit_onboarding_holds, audit_onboarding_say,
		"Sign up yourself at once, then close the sign-up.", false },
	{ CODE_OPEN_ENDPOINT, AUDIT_SERVER, audit_open_holds, audit_open_say,
		"Set an API key where the server can check one; tag the machine, and grant its ports to "
		"those "
		"who need them.",
		true },
	{ AUDIT_MANAGEMENT_OPEN, AUDIT_SERVER, audit_management_holds, audit_management_say,
		"Clients need /v1 alone: serve only that, and keep the server itself on localhost.", true },
	{ AUDIT_ALL_ADDRESSES, AUDIT_LISTENER, audit_bound_holds, audit_bound_say,
		"Listen on 127.0.0.1 and use tailscale serve, or listen on the tailnet address, or let the "
		"firewall pass that port on tailscale0 alone.",
		false },
	{ AUDIT_USERSPACE_PORTS, AUDIT_MACHINE, audit_userspace_holds, audit_userspace_say,
		"Grant only the ports that are served; in a container, have only the server that is meant "
		"share Tailscale's network.",
		true },
	{ AUDIT_FORWARDED_PORT, AUDIT_LISTENER, audit_forwarded_holds, audit_forwarded_say,
		"Look at the machine behind it too: its exposure is what counts (run --audit there). On a "
		"tailnet no forward is needed: use its tailnet name.",
		false },
	{ AUDIT_COMPANION_OPEN, AUDIT_COMPANION, audit_companion_holds, audit_companion_say,
		"Grant that port to administrators alone, or switch the page off where nobody uses it.",
		true },
	{ AUDIT_WEB_CLIENT, AUDIT_MACHINE, audit_web_client_holds, audit_web_client_say,
		"Switch it off where nobody uses it: whoever reaches the port reads this machine's settings "
		"and counters.",
		false },
	{ AUDIT_FALSE_KEY, AUDIT_SERVER, audit_false_key_holds, audit_false_key_say,
		"Rely on the tailnet policy, or on a proxy in front that checks a key.", false },
	{ AUDIT_TWO_PORTS, AUDIT_SERVER, audit_two_ports_holds, audit_two_ports_say,
		"Keep one: the one with HTTPS, and the server itself on localhost.", true },
	{ AUDIT_SERVER_KEY_EXPIRES, AUDIT_PEER, audit_expiry_holds, audit_expiry_say,
		"Tag machines that serve (keys of tagged machines do not expire), or disable key expiry for "
		"this one in the admin console.",
		false },
	{ AUDIT_NAMES_IN_LOGS, AUDIT_MACHINE, audit_names_holds, audit_names_say,
		"Choose names that reveal nothing about people, customers or projects, before the first "
		"certificate.",
		false },
	{ AUDIT_SEEN_AS, AUDIT_MACHINE, audit_identity_holds, audit_identity_say,
		"Tag machines that act for nobody in particular, so that they do not act as you.", false },
	{ .code = NULL },
};
