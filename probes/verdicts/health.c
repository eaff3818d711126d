#include "probes/verdicts/health.h"

#include "probes/base/text.h"
#include "probes/ledger/ledger.h"

#include <string.h>

/* Parts of the lines, of old releases too (tailscale.com/health, tailscale.com/tsconst). */
static const struct {
	const char *part;
	enum health_subject subject;
} subjects[] = {
	{ "locked out", HEALTH_LOCK },
	{ "received a network map", HEALTH_CONTROL },
	{ "not in map poll", HEALTH_CONTROL },
	{ "no map response in", HEALTH_CONTROL },
	{ "connect to the Tailscale coordination server", HEALTH_CONTROL },
	{ "network is down", HEALTH_NETWORK },
	{ "relay server", HEALTH_NETWORK },
	{ "UDP connections", HEALTH_NETWORK },
	{ "log in using your web browser", HEALTH_NETWORK },
	{ "DERP", HEALTH_NETWORK },
	{ "packet filter", HEALTH_NETWORK },
	{ "resolv.conf", HEALTH_DNS },
	{ "dns-fight", HEALTH_DNS },
	{ "DNS", HEALTH_DNS },
	{ "accept-routes", HEALTH_ROUTES },
	{ "Tailscale SSH", HEALTH_SERVICE },
	{ "TLS certificate", HEALTH_SERVICE },
	{ "ubnet rout", HEALTH_SERVICE },
	{ "update", HEALTH_UPDATE },
	{ "unstable version", HEALTH_UPDATE },
};

static enum health_subject subject_of(const char *line)
{
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
		if (text_contains_fold(line, subjects[i].part))
			return subjects[i].subject;
	return HEALTH_OTHER;
}

static bool goes_before(const char *line, const char *other)
{
	enum health_subject subject = subject_of(line), other_subject = subject_of(other);

	return subject != other_subject ? subject > other_subject : strcmp(line, other) < 0;
}

const char *health_line(const struct ledger *ledger, enum health_subject subject)
{
	const char *found = NULL;

	if (!daemon_runs(ledger))
		return NULL;
	for (const char *const *line = ledger->status->health; *line; line++)
		if (subject_of(*line) == subject && (!found || goes_before(*line, found)))
			found = *line;
	return found;
}

const char *health_worst(const struct ledger *ledger, size_t *others)
{
	const char *found = NULL;
	size_t count = 0;

	for (const char *const *line = ledger->status->health; *line; line++) {
		enum health_subject subject = subject_of(*line);

		if (subject == HEALTH_LOCK || subject == HEALTH_CONTROL)
			continue;
		count++;
		if (!found || goes_before(*line, found))
			found = *line;
	}
	*others = count ? count - 1 : 0;
	return found;
}
