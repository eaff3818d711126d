/* What is known about the daemon (whether it carries traffic, why it could not be asked) and its machine. */
#include "probes/ledger/daemon.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/state.h"

#include <stdio.h>

bool daemon_runs(const struct ledger *ledger)
{
	return ledger->status && ledger->status->backend == BACKEND_RUNNING && ledger->trouble == DAEMON_FINE;
}

bool daemon_is_away(const struct ledger *ledger)
{
	return ledger->status && ledger->status->backend != BACKEND_RUNNING && ledger->trouble == DAEMON_FINE;
}

bool daemon_is_of_tailscale(const struct ledger *ledger)
{
	const char *suffix = ledger->status ? ledger->status->magicdns_suffix : "";

	struct url url;

	if (ledger->prefs && url_split(&url, ledger->prefs->control_url) == 0)
		return url_host_is_below(url.host, "tailscale.com");
	return !*suffix || text_has_suffix(suffix, ".ts.net");
}

bool daemon_runs_for_certain(const struct ledger *ledger)
{
	return daemon_runs(ledger) && !*ledger->trouble_text;
}

void daemon_see_trouble(struct ledger *ledger, const struct observation *observation, struct when now)
{
	bool is_fresh = ledger->status && when_since(ledger->status_at, now) <= 3 * ledger->terms.period_ms;

	if (!when_known(ledger->begun))
		ledger->begun = now;
	if (!is_fresh)
		ledger->trouble = observation->trouble;
	mem_replace(&ledger->trouble_text, observation->trouble_text);
}

void daemon_see_names(struct ledger *ledger, const struct observation *observation, struct when now)
{
	(void)now;
	ledger->names = observation->names_address   ? NAMES_ELSEWHERE
			: observation->names_resolve ? NAMES_RESOLVE
						     : NAMES_FAIL;
	snprintf(ledger->names_address, sizeof(ledger->names_address), "%s",
		observation->names_address ? observation->names_address : "");
}

static void free_prefs(struct ledger *ledger)
{
	if (ledger->prefs)
		arena_free(ledger->prefs->arena);
}

static void free_lock(struct ledger *ledger)
{
	if (ledger->lock)
		arena_free(ledger->lock->arena);
}

void daemon_see_prefs(struct ledger *ledger, const struct observation *observation, struct when now)
{
	(void)now;
	free_prefs(ledger);
	ledger->prefs = observation->prefs;
}

void daemon_see_lock(struct ledger *ledger, const struct observation *observation, struct when now)
{
	(void)now;
	free_lock(ledger);
	ledger->lock = observation->lock;
}

void daemon_see_machine(struct ledger *ledger, const struct observation *observation, struct when now)
{
	(void)now;
	ledger->machine = *observation->machine;
}

void daemon_free(struct ledger *ledger)
{
	free_prefs(ledger);
	free_lock(ledger);
}
