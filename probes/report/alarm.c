/* Every verdict of a snapshot counts for its cause; a cause is as bad as the worst of them. Then each cause is
 * compared with what was told about it last. */
#include "probes/report/alarm.h"

#include "probes/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define THIS_MACHINE ""
/* After a row could not be judged, its last answers are old: the next ones decide. */
#define AGAIN_MS 15000

struct cause {
	char *who; /* a machine's name, a URL, or THIS_MACHINE */
	enum severity told;
	struct when told_at; /* unknown: never */
	char *code;          /* of the verdict that was told last, or stood at the start */
	unsigned told_servers;
	/* In this snapshot. */
	const struct verdict *worst; /* NULL: nothing above info */
	bool is_judged, is_there, has_risen;
	unsigned servers;
};

/* An endpoint that was judged at least once. */
struct row {
	char *url;
	bool was_well;      /* without a fault of its own */
	bool is_unsure;     /* it cannot be judged */
	struct when judged; /* since when it can be judged again; unknown: always */
	bool is_there;
};

struct alarm {
	VEC(struct cause) causes;
	VEC(struct row) rows;
};

struct alarm *alarm_new(void)
{
	return mem_alloc(sizeof(struct alarm));
}

static void free_cause(struct cause *cause)
{
	free(cause->who);
	free(cause->code);
}

void alarm_free(struct alarm *alarm)
{
	if (!alarm)
		return;
	for (size_t i = 0; i < alarm->causes.count; i++)
		free_cause(&alarm->causes.items[i]);
	for (size_t i = 0; i < alarm->rows.count; i++)
		free(alarm->rows.items[i].url);
	free(alarm->causes.items);
	free(alarm->rows.items);
	free(alarm);
}

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

/* is_new: it is no change for this row, but how it was found. */
static void count(struct cause *cause, const struct verdict *verdict, bool is_new)
{
	cause->is_judged = cause->is_there = true;
	if (!cause->worst || verdict->severity > cause->worst->severity) {
		cause->worst = verdict;
		cause->has_risen = false;
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

static const char *key_of(const struct snapshot *snapshot, const char *machine)
{
	return strcmp(machine, snapshot->daemon.self) == 0 ? THIS_MACHINE : machine;
}

static void see_this_machine(struct alarm *alarm, const struct snapshot *snapshot)
{
	struct cause *cause = cause_of(alarm, THIS_MACHINE);

	cause->is_judged = cause->is_there = true;
	for (size_t i = 0; i < snapshot->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[snapshot->verdicts.first + i];

		if (counts(verdict))
			count(cause, verdict, verdict->was_before);
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
			count(cause_of(alarm, peer->name), verdict, verdict->was_before);
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
	for (size_t i = 0; i < endpoint->verdicts.count; i++) {
		const struct verdict *verdict = &snapshot->verdict_list[endpoint->verdicts.first + i];
		bool is_own = !*verdict->cause;
		struct cause *cause;

		if (!counts(verdict) || (is_own && !is_judged))
			continue;
		cause = cause_of(alarm, is_own ? endpoint->url : key_of(snapshot, verdict->cause));
		count(cause, verdict, is_how_it_was(verdict, row));
		cause->servers += !is_own && verdict->explains;
	}
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
	struct cause *cause = find_cause(alarm, endpoint->url);
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

static void see(struct alarm *alarm, const struct snapshot *snapshot)
{
	const struct daemon *daemon = &snapshot->daemon;
	bool runs = daemon->is_known && !daemon->is_stale && strcmp(daemon->backend_state, "Running") == 0;

	for (size_t i = 0; i < alarm->causes.count; i++) {
		struct cause *cause = &alarm->causes.items[i];

		cause->worst = NULL;
		cause->is_judged = cause->is_there = cause->has_risen = false;
		cause->servers = 0;
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

/* While nothing is known of the tailnet, its rows are only not listed. */
static void forget_what_left(struct alarm *alarm, const struct snapshot *snapshot)
{
	size_t kept = 0;

	if (!snapshot->daemon.is_known)
		return;
	for (size_t i = 0; i < alarm->causes.count; i++) {
		if (alarm->causes.items[i].is_there)
			alarm->causes.items[kept++] = alarm->causes.items[i];
		else
			free_cause(&alarm->causes.items[i]);
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

/* ---- what is told ---- */

static void add_servers(struct alert *alert)
{
	if (alert->servers)
		text_add(alert->text, sizeof(alert->text), " (%u %s with it)", alert->servers,
			alert->servers == 1 ? "server" : "servers");
}

/* The machine of a URL. */
static const char *machine_of(const struct snapshot *snapshot, const char *url)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (strcmp(snapshot->endpoints[i].url, url) == 0 && snapshot->endpoints[i].peer >= 0)
			return snapshot->peers[snapshot->endpoints[i].peer].name;
	return "";
}

static void fill(struct alert *alert, const struct snapshot *snapshot, const struct cause *cause)
{
	const struct verdict *verdict = cause->worst;
	bool is_url = strstr(cause->who, "://") != NULL, is_here = !*cause->who;

	*alert = (struct alert){ .who = is_here ? "this machine" : cause->who,
		.machine = is_here  ? snapshot->daemon.self
			   : is_url ? machine_of(snapshot, cause->who)
				    : cause->who,
		.url = is_url ? cause->who : "",
		.code = cause->code,
		.severity = verdict ? verdict->severity : SEVERITY_INFO,
		.previous = cause->told,
		.run = verdict ? verdict->run : "",
		.run_on = verdict ? verdict->run_on : "",
		.hint = verdict ? verdict->hint : "",
		.since = verdict ? verdict->since : snapshot->taken.wall_ms,
		.servers = is_url   ? 0
			   : verdict ? cause->servers
				     : cause->told_servers };
	if (verdict)
		text_set(alert->text, sizeof(alert->text), "%s", verdict->text);
	else
		text_set(alert->text, sizeof(alert->text), "%s is well again: %s is over", alert->who,
			cause->code);
	add_servers(alert);
}

/* Takes over what is told, or what need not be. */
static void take_over(struct cause *cause)
{
	cause->told = cause->worst ? cause->worst->severity : SEVERITY_INFO;
	cause->told_servers = cause->servers;
	if (cause->worst)
		mem_replace(&cause->code, cause->worst->code);
}

static bool is_due(const struct cause *cause, struct when now)
{
	enum severity severity = cause->worst ? cause->worst->severity : SEVERITY_INFO;

	return cause->is_judged && severity != cause->told &&
	       (!when_known(cause->told_at) || when_since(cause->told_at, now) >= ALARM_GAP_MS);
}

size_t alarm_see(struct alarm *alarm, const struct snapshot *snapshot, struct alert *alerts, size_t most)
{
	size_t filled = 0;

	see(alarm, snapshot);
	for (size_t i = 0; i < alarm->causes.count; i++) {
		struct cause *cause = &alarm->causes.items[i];

		if (cause->worst && cause->worst->severity > cause->told && !cause->has_risen)
			take_over(cause);
	}
	for (int severity = SEVERITY_DOWN; severity >= SEVERITY_INFO; severity--)
		for (size_t i = 0; i < alarm->causes.count && filled < most; i++) {
			struct cause *cause = &alarm->causes.items[i];

			if ((int)(cause->worst ? cause->worst->severity : SEVERITY_INFO) != severity ||
				!is_due(cause, snapshot->taken))
				continue;
			fill(&alerts[filled], snapshot, cause);
			take_over(cause);
			alerts[filled].code = cause->code;
			cause->told_at = snapshot->taken;
			filled++;
		}
	forget_what_left(alarm, snapshot);
	return filled;
}
