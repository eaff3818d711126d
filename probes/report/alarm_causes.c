#include "probes/report/alarm_causes.h"

#include <stdlib.h>
#include <string.h>

/* After a row could not be judged, its last answers are old: the next ones decide. */
#define AGAIN_MS 15000

/* ---- what is known of causes and rows ---- */

static struct cause *find_cause(struct alarm *alarm, const char *who)
{
	for (size_t i = 0; i < alarm->causes.count; i++)
		if (strcmp(alarm->causes.items[i].who, who) == 0)
			return &alarm->causes.items[i];
	return NULL;
}

static struct cause *cause_of(struct alarm *alarm, const char *who)
{
	struct cause *cause = find_cause(alarm, who);

	if (cause)
		return cause;
	cause = VEC_PUSH(&alarm->causes);
	cause->who = mem_copy(who);
	cause->code = mem_copy("");
	cause->url = mem_copy("");
	return cause;
}

static struct row *find_row(struct alarm *alarm, const char *url)
{
	for (size_t i = 0; i < alarm->rows.count; i++)
		if (strcmp(alarm->rows.items[i].url, url) == 0)
			return &alarm->rows.items[i];
	return NULL;
}

/* ---- what a snapshot shows ---- */

/* Of the URLs of an engine, the one that failed last is told. */
static bool is_worse(const struct verdict *verdict, const struct verdict *than, bool is_engine)
{
	return !than || verdict->severity > than->severity ||
	       (is_engine && verdict->severity == than->severity && verdict->since > than->since);
}

/* url: of the server; "": it is about a machine. is_new: it is no change for this row, but how it was found. */
static void count(struct cause *cause, const struct verdict *verdict, const char *url, bool is_new)
{
	cause->is_judged = cause->is_there = true;
	if (!cause->worst || verdict->severity > cause->worst->severity) {
		cause->has_risen = false;
		cause->urls = 0;
	}
	if (is_worse(verdict, cause->worst, *url)) {
		cause->worst = verdict;
		cause->worst_url = url;
	}
	if (verdict->severity == cause->worst->severity)
		cause->has_risen = cause->has_risen || !is_new;
}

static bool counts(const struct verdict *verdict)
{
	return verdict->severity >= SEVERITY_DEGRADED && !verdict->is_muted;
}

static bool has_own_fault(const struct snapshot *snapshot, struct span verdicts)
{
	for (size_t i = 0; i < verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[verdicts.first + i];

		if (counts(verdict) && !*verdict->cause)
			return true;
	}
	return false;
}

/* A row keeps its state until something is known again, without a verdict: after one silence, without a route, or
 * when a server is gone. */
static bool is_kept(const struct snapshot *snapshot, enum state state, struct span verdicts)
{
	return state_blocks(state) && !has_own_fault(snapshot, verdicts);
}

/* The first URL of its engine: it stays, while the one that leads changes with their states. */
static const char *engine_of(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	size_t i = 0;

	while (snapshot->endpoints[i].lead != endpoint->lead)
		i++;
	return snapshot->endpoints[i].url;
}

const struct endpoint *alarm_causes_endpoint(const struct snapshot *snapshot, const char *url)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (strcmp(snapshot->endpoints[i].url, url) == 0)
			return &snapshot->endpoints[i];
	return NULL;
}

/* who: a machine's name, or the URL of a backend. */
static const char *key_of(const struct snapshot *snapshot, const char *who)
{
	const struct endpoint *backend = alarm_causes_endpoint(snapshot, who);

	return backend                                   ? engine_of(snapshot, backend)
	       : strcmp(who, snapshot->daemon.self) == 0 ? THIS_MACHINE
							 : who;
}

static void see_this_machine(struct alarm *alarm, const struct snapshot *snapshot)
{
	struct cause *cause = cause_of(alarm, THIS_MACHINE);

	cause->is_judged = cause->is_there = true;
	for (size_t i = 0; i < snapshot->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[snapshot->verdicts.first + i];

		if (counts(verdict))
			count(cause, verdict, "", verdict->was_before);
	}
}

/* Most peers of a large tailnet have no cause. */
static void see_peer(struct alarm *alarm, const struct snapshot *snapshot, const struct peer *peer, bool runs)
{
	struct cause *cause = find_cause(alarm, peer->name);

	if (cause) {
		cause->is_there = true;
		cause->is_judged = runs && peer->state != STATE_UNKNOWN &&
				   !is_kept(snapshot, peer->state, peer->verdicts);
	}
	for (size_t i = 0; runs && i < peer->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[peer->verdicts.first + i];

		if (counts(verdict))
			count(cause_of(alarm, peer->name), verdict, "", verdict->was_before);
	}
}

/* A verdict of the host or of another cause accounts for the row. */
static bool is_explained(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[endpoint->verdicts.first + i];

		if (verdict->explains && *verdict->cause)
			return true;
	}
	return false;
}

/* That a server stopped which was seen working, or its host, is a change even in the first seconds; other verdicts
 * need a while until they show how things stand. */
static bool is_how_it_was(const struct verdict *verdict, const struct row *row)
{
	if (!row)
		return true;
	return verdict->was_before && !(row->was_well && verdict->severity == SEVERITY_DOWN);
}

/* Counts the verdicts of a row that can be judged. */
static void count_row(struct alarm *alarm, const struct snapshot *snapshot, const struct endpoint *endpoint,
	const struct row *row, bool is_judged)
{
	struct cause *engine = NULL;
	enum severity worst = SEVERITY_INFO; /* that the row came to by itself */

	for (size_t i = 0; i < endpoint->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[endpoint->verdicts.first + i];
		bool is_own = !*verdict->cause;
		struct cause *cause;

		if (!counts(verdict) || (is_own && !is_judged))
			continue;
		cause = cause_of(
			alarm, is_own ? engine_of(snapshot, endpoint) : key_of(snapshot, verdict->cause));
		count(cause, verdict,
			is_own                          ? endpoint->url
			: strstr(verdict->cause, "://") ? verdict->cause
							: "",
			is_how_it_was(verdict, row));
		cause->servers += !is_own && verdict->explains;
		engine = is_own ? cause : engine;
		if (is_own && verdict->severity > worst && !is_how_it_was(verdict, row))
			worst = verdict->severity;
	}
	if (engine)
		engine->urls += worst == engine->worst->severity;
}

/* Takes over whether the row can be judged. */
static bool can_be_judged(struct row *row, bool is_sure, struct when now)
{
	if (is_sure && row->is_unsure)
		row->judged = now;
	row->is_unsure = !is_sure;
	row->is_there = true;
	return is_sure && (!when_known(row->judged) || when_since(row->judged, now) >= AGAIN_MS);
}

static void see_endpoint(
	struct alarm *alarm, const struct snapshot *snapshot, const struct endpoint *endpoint, bool runs)
{
	bool is_known = endpoint->state != STATE_UNKNOWN && (runs || !endpoint->is_of_tailnet);
	bool is_sure = is_known && !is_explained(snapshot, endpoint) &&
		       !is_kept(snapshot, endpoint->state, endpoint->verdicts);
	struct cause *cause = find_cause(alarm, engine_of(snapshot, endpoint));
	struct row *row = find_row(alarm, endpoint->url);
	bool is_judged = row ? can_be_judged(row, is_sure, snapshot->taken) : is_sure;

	if (cause) {
		cause->is_there = true;
		cause->is_judged = cause->is_judged || is_judged;
	}
	if (!is_known)
		return;
	count_row(alarm, snapshot, endpoint, row, is_judged);
	if (!row) {
		row = VEC_PUSH(&alarm->rows);
		row->url = mem_copy(endpoint->url);
		row->is_there = true;
	}
	row->was_well = is_judged ? !has_own_fault(snapshot, endpoint->verdicts) : row->was_well;
}

void alarm_causes_see(struct alarm *alarm, const struct snapshot *snapshot)
{
	const struct daemon *daemon = &snapshot->daemon;
	bool runs = daemon->is_known && !daemon->is_stale && strcmp(daemon->backend_state, "Running") == 0;

	for (size_t i = 0; i < alarm->causes.count; i++) {
		struct cause *cause = &alarm->causes.items[i];

		cause->worst = NULL;
		cause->is_judged = cause->is_there = cause->has_risen = false;
		cause->servers = cause->urls = 0;
	}
	for (size_t i = 0; i < alarm->rows.count; i++)
		alarm->rows.items[i].is_there = false;
	see_this_machine(alarm, snapshot);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (!snapshot->peers[i].is_self)
			see_peer(alarm, snapshot, &snapshot->peers[i], runs);
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		see_endpoint(alarm, snapshot, &snapshot->endpoints[i], runs);
}

void alarm_causes_forget(struct alarm *alarm, const struct snapshot *snapshot)
{
	size_t kept = 0;

	if (!snapshot->daemon.is_known)
		return;
	for (size_t i = 0; i < alarm->causes.count; i++) {
		if (alarm->causes.items[i].is_there)
			alarm->causes.items[kept++] = alarm->causes.items[i];
		else
			alarm_causes_free(&alarm->causes.items[i]);
	}
	alarm->causes.count = kept;
	kept = 0;
	for (size_t i = 0; i < alarm->rows.count; i++) {
		if (alarm->rows.items[i].is_there)
			alarm->rows.items[kept++] = alarm->rows.items[i];
		else
			free(alarm->rows.items[i].url);
	}
	alarm->rows.count = kept;
}

void alarm_causes_free(struct cause *cause)
{
	free(cause->who);
	free(cause->code);
	free(cause->url);
}
