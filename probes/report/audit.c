/* Applies each rule to each row of its scope, and sorts what was found. */
#include "probes/report/audit.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/names.h"
#include "probes/report/audit_facts.h"
#include "probes/report/audit_rules.h"
#include "probes/report/wording.h"

#include <stdlib.h>
#include <string.h>

static size_t rows_of(const struct snapshot *snapshot, enum audit_scope scope)
{
	const size_t counts[AUDIT_SCOPES] = {
		[AUDIT_MACHINE] = audit_self(snapshot) ? 1 : 0,
		[AUDIT_PEER] = snapshot->peer_count,
		[AUDIT_SERVER] = snapshot->endpoint_count,
		[AUDIT_URL] = snapshot->endpoint_count,
		[AUDIT_MOUNT] = snapshot->mount_count,
		[AUDIT_LISTENER] = snapshot->bound_count,
		[AUDIT_COMPANION] = snapshot->companion_count,
	};

	return counts[scope];
}

/* The machine that offers a server: its engine may run behind a mount, on another. */
static int offering_peer(const struct snapshot *snapshot, size_t lead)
{
	const struct endpoint *open = audit_open_url(snapshot, lead);

	return open ? open->peer : snapshot->endpoints[lead].peer;
}

/* A mount, and the rows about this machine, are of the first peer. */
static struct audit_subject subject_of(const struct snapshot *snapshot, enum audit_scope scope, size_t i)
{
	struct audit_subject about = { .index = i, .peer = audit_self(snapshot) ? 0 : -1, .endpoint = -1 };

	if (scope == AUDIT_SERVER || scope == AUDIT_URL) {
		about.endpoint = (int)i;
		about.peer = scope == AUDIT_SERVER ? offering_peer(snapshot, i) : snapshot->endpoints[i].peer;
	} else if (scope == AUDIT_MOUNT) {
		about.endpoint = snapshot->mounts[i].endpoint >= 0 ? snapshot->mounts[i].endpoint
								   : snapshot->mounts[i].backend;
	} else if (scope == AUDIT_PEER) {
		about.peer = (int)i;
	} else if (scope == AUDIT_COMPANION) {
		about.peer = snapshot->companions[i].peer;
	}
	return about;
}

static bool is_about(const struct snapshot *snapshot, const struct audit_finding *finding, const char *word)
{
	const struct peer *peer = finding->about.peer < 0 ? NULL : &snapshot->peers[finding->about.peer];
	const char *dot = peer ? strchr(peer->fqdn, '.') : NULL;
	const struct names names = { .id = peer ? peer->id : "",
		.name = peer ? peer->name : "",
		.fqdn = peer ? peer->fqdn : "",
		.suffix = dot && !peer->is_shared_in ? dot + 1 : "",
		.addresses = peer ? peer->addresses : (const char *const[]){ NULL } };

	return names_mean(&names, word) || strcmp(audit_about(snapshot, finding), word) == 0;
}

static bool is_muted(const struct snapshot *snapshot, const struct audit_finding *finding,
	char *const *ignore, size_t ignore_count)
{
	for (size_t i = 0; i < ignore_count; i++) {
		size_t length = strcspn(ignore[i], "@");

		if (strlen(finding->code) == length && strncmp(ignore[i], finding->code, length) == 0 &&
			(!ignore[i][length] || is_about(snapshot, finding, ignore[i] + length + 1)))
			return true;
	}
	return false;
}

/* Findings of one weight stay in the order of the rules, and of the rows. */
static int worst_first(const void *left, const void *right)
{
	const struct audit_finding *x = left, *y = right;

	if (x->is_muted != y->is_muted)
		return x->is_muted - y->is_muted;
	if (x->severity != y->severity)
		return (int)y->severity - (int)x->severity;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->about.index < y->about.index ? -1 : x->about.index > y->about.index;
}

struct audit *audit_new(const struct snapshot *snapshot, char *const *ignore, size_t ignore_count)
{
	struct audit *audit = mem_alloc(sizeof(*audit));

	for (const struct audit_rule *rule = audit_rules; rule->code; rule++)
		for (size_t i = 0; i < rows_of(snapshot, rule->scope); i++) {
			struct audit_finding found = { .rule = rule,
				.code = rule->code,
				.about = subject_of(snapshot, rule->scope, i),
				.severity = SEVERITY_INFO };

			if (!rule->holds(snapshot, &found.about, &found.severity))
				continue;
			found.is_muted = is_muted(snapshot, &found, ignore, ignore_count);
			*VEC_PUSH(audit) = found;
		}
	if (audit->count)
		qsort(audit->items, audit->count, sizeof(*audit->items), worst_first);
	return audit;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	free(audit->items);
	free(audit);
}

/* A danger that was found is one, whatever else is not known. */
enum status audit_status(const struct snapshot *snapshot, const struct audit *audit)
{
	enum severity worst = SEVERITY_INFO;

	for (size_t i = 0; i < audit->count; i++)
		if (!audit->items[i].is_muted && audit->items[i].severity > worst)
			worst = audit->items[i].severity;
	if (worst == SEVERITY_INFO && snapshot->status == STATUS_UNKNOWN)
		return STATUS_UNKNOWN;
	return status_of_severity(worst);
}

void audit_say(
	const struct snapshot *snapshot, const struct audit_finding *finding, struct audit_words *words)
{
	*words = (struct audit_words){ .text = "" };
	text_set(words->practice, sizeof(words->practice), "%s", finding->rule->practice);
	finding->rule->say(snapshot, &finding->about, words);
}

const char *audit_about(const struct snapshot *snapshot, const struct audit_finding *finding)
{
	const struct audit_subject *about = &finding->about;

	if (finding->rule->scope == AUDIT_COMPANION)
		return snapshot->companions[about->index].url;
	if (about->endpoint >= 0)
		return snapshot->endpoints[about->endpoint].url;
	return about->peer >= 0 ? snapshot->peers[about->peer].name : "";
}
