#include "probes/verdicts/by_system.h"

#include "probes/base/text.h"
#include "probes/ledger/state.h"

#include <string.h>

/* os: as in a status. The last row is for any other system, and for an unknown one. */
static const struct system {
	const char *os;
	const char *firewall, *restart, *renew, *start;
	const char *sudo; /* before commands that change tailscaled */
} systems[] = {
	{ "linux", "sudo nft list ruleset", "sudo systemctl restart tailscaled",
		"sudo tailscale up --force-reauth", "start tailscaled on it", "sudo " },
	{ "windows",
		"in PowerShell as administrator: New-NetFirewallRule -DisplayName LLM -Direction Inbound "
		"-Protocol TCP -LocalPort %d -Action Allow",
		"in PowerShell as administrator: Restart-Service Tailscale", "tailscale up --force-reauth",
		"start Tailscale on it", "" },
	{ "macOS", "System Settings, Network, Firewall: allow incoming connections to the server",
		"quit and open the Tailscale app",
		"tailscale up --force-reauth, or log in again in the Tailscale app", "start Tailscale on it",
		"" },
	{ "iOS", "is an app listening on port %d?", "open the Tailscale app and switch it off and on",
		"log in again in the Tailscale app", "open the Tailscale app on it", "" },
	{ "android", "is an app listening on port %d?", "open the Tailscale app and switch it off and on",
		"log in again in the Tailscale app", "open the Tailscale app on it", "" },
	{ "tvOS", "is an app listening on port %d?", "open the Tailscale app and switch it off and on",
		"log in again in the Tailscale app", "open the Tailscale app on it", "" },
	{ "", "does its firewall let TCP port %d in?", "restart Tailscale", "tailscale up --force-reauth",
		"start Tailscale on it", "sudo " },
};

/* Without a peer or endpoint, it is about this machine. */
static const struct system *system_of(const struct evidence *evidence)
{
	const struct obs_status *status = evidence->ledger->status;
	const char *os = evidence->peer                  ? evidence->peer->obs->os
			 : status && !evidence->endpoint ? status->self.os
							 : "";
	size_t i = 0;

	while (*systems[i].os && !text_equal_fold(systems[i].os, os))
		i++;
	return &systems[i];
}

void by_system_firewall(const struct evidence *evidence, char *text, size_t size)
{
	const char *words = system_of(evidence)->firewall,
		   *port = evidence->endpoint ? strstr(words, "%d") : NULL;

	if (port)
		text_set(text, size, "%.*s%d%s", (int)(port - words), words, evidence->endpoint->port,
			port + 2);
	else
		text_set(text, size, "%s", words);
}

void by_system_restart(const struct evidence *evidence, char *text, size_t size)
{
	text_set(text, size, "%s", system_of(evidence)->restart);
}

void by_system_renew(const struct evidence *evidence, char *text, size_t size)
{
	text_set(text, size, "%s", system_of(evidence)->renew);
}

void by_system_start(const struct evidence *evidence, char *text, size_t size)
{
	text_set(text, size, "%s", system_of(evidence)->start);
}

void by_system_sudo(const struct evidence *evidence, char *text, size_t size)
{
	text_set(text, size, "%s", system_of(evidence)->sudo);
}
