/* An event names the cause. A machine that goes offline takes its servers with it: that is one event, of the
 * machine, which counts them, and so is its return. The rows themselves are silent as long as the verdict
 * that gives them their state has its cause elsewhere.
 *
 * What stood at the start is no event, but its end is. */
#include "probes/verdicts/note.h"

#include "probes/base/text.h"
#include "probes/ledger/events.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/peers.h"
#include "probes/model/event_codes.h"
#include "probes/model/verdict_codes.h"
#include "probes/verdicts/cause.h"

#include <stdlib.h>
#include <string.h>

bool note_is_trouble(enum state state)
{
	return state >= STATE_OFFLINE;
}

/* ---- the daemon ---- */

/* The state it is found in at the start is no event. */
void note_daemon(struct ledger *ledger, struct when now)
{
	const struct verdict_list *verdicts = &ledger->judged.verdicts;
	const struct verdict *worst = verdicts->count ? &verdicts->items[0] : NULL;
	const char *before = ledger->daemon_code;
	bool is_down = worst && worst->severity == SEVERITY_DOWN && worst->layer == LAYER_DAEMON;
	const char *code = is_down ? worst->code : "";

	if (!ledger->status)
		return;
	ledger->daemon_code = code;
	if (before && strcmp(before, code) != 0)
		events_note(ledger,
			&(struct event){ .who = "",
				.code = is_down ? code : EVENT_DAEMON,
				.severity = is_down ? SEVERITY_DOWN : SEVERITY_INFO,
				.state = is_down ? worst->state : STATE_OK,
				.text = is_down ? worst->text : "tailscaled is at work again" },
			now);
}

/* ---- endpoints ---- */

/* The verdict that is not muted and gives its row this state, else the first that is not muted; NULL: none, or
 * nothing is wrong. */
static const struct verdict *reason_of(const struct ledger *ledger, struct span span, enum state state)
{
	const struct verdict *first = NULL;

	for (size_t i = 0; i < span.count && state != STATE_OK; i++) {
		const struct verdict *verdict = &ledger->judged.verdicts.items[span.first + i];

		if (verdict->is_muted)
			continue;
		if (verdict->state == state)
			return verdict;
		first = first ? first : verdict;
	}
	return first;
}

static bool is_code(const struct verdict *verdict, const char *code)
{
	return verdict && code && strcmp(verdict->code, code) == 0;
}

/* Whether the step says something about the endpoint itself. A trouble that another one hid for a while is no
 * news; a smaller one from elsewhere that stays, as a relayed path, shows that its own trouble is over. */
static bool is_own_event(const struct known_endpoint *endpoint, enum state from, const struct verdict *reason,
	bool was_by_cause, bool is_explained)
{
	enum state to = endpoint->state;

	if (from == STATE_UNKNOWN || to == STATE_UNKNOWN)
		return false;
	if (endpoint->is_by_cause)
		return !was_by_cause && !is_explained && note_is_trouble(from) && to < from;
	if (was_by_cause)
		return note_is_trouble(to) && !is_code(reason, endpoint->event_code);
	return from != to && (note_is_trouble(from) || note_is_trouble(to) || from >= STATE_SLEEPING ||
				     to >= STATE_SLEEPING);
}

static void tell(struct ledger *ledger, struct known_endpoint *endpoint, struct when now)
{
	enum state from = endpoint->event_from;
	const struct verdict *reason =
		endpoint->is_by_cause ? NULL : reason_of(ledger, endpoint->verdicts, endpoint->state);
	const char *before = endpoint->event_code ? endpoint->event_code : EVENT_STATE;
	char text[TEXT_CAP];

	text_set(text, sizeof(text), "%s → %s", state_name(from), state_name(endpoint->state));
	if (reason)
		text_add(text, sizeof(text), ": %s", reason->text);
	if (reason && from == endpoint->state)
		text_set(text, sizeof(text), "%s", reason->text);
	endpoint->event_code = reason ? reason->code : NULL;
	events_note_endpoint(ledger, endpoint,
		&(struct event){ .code = reason ? reason->code : before,
			.severity = reason ? reason->severity : SEVERITY_INFO,
			.state = endpoint->state,
			.text = text },
		now);
}

void note_endpoint(struct ledger *ledger, struct known_endpoint *endpoint, enum state to, bool is_explained,
	struct when now)
{
	enum state from = endpoint->state;
	const struct verdict *reason = reason_of(ledger, endpoint->verdicts, to);
	bool was_by_cause = endpoint->is_by_cause;

	endpoint->is_by_cause = note_is_trouble(to) || to == STATE_WARN
					? is_explained || (reason && *reason->cause)
					: false;
	if (from != to) {
		endpoint->since = now;
		endpoint->state = to;
	}
	if (!is_own_event(endpoint, from, reason, was_by_cause, is_explained))
		return;
	endpoint->has_event = true;
	endpoint->event_from = from;
	if (note_is_trouble(from) != note_is_trouble(to) && !was_by_cause)
		endpoint->changes[endpoint->change_count++ % ARRAY_LEN(endpoint->changes)] = now;
}

/* ---- causes ---- */

/* Troubles of a machine that are told by its event. A change of the kind of path has one already. */
static bool is_told_by_cause(const struct verdict *verdict)
{
	return *verdict->cause && !strstr(verdict->cause, "://") && verdict->severity >= SEVERITY_DEGRADED &&
	       !verdict->is_muted && strcmp(verdict->code, CODE_RELAYED) != 0;
}

static struct open_cause *cause_of(struct ledger *ledger, const char *who)
{
	for (size_t i = 0; i < ledger->causes.count; i++)
		if (strcmp(ledger->causes.items[i].who, who) == 0)
			return &ledger->causes.items[i];
	return NULL;
}

/* The number of endpoints that the verdict accounts for. */
static unsigned count_servers(const struct ledger *ledger, const struct verdict *cause)
{
	unsigned count = 0;

	if (strcmp(cause->code, CODE_ROUTER_OFFLINE) == 0)
		return cause_count_behind(ledger, cause->cause);
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		struct span span = ledger->endpoints.items[i]->verdicts;

		for (size_t k = 0; k < span.count; k++) {
			const struct verdict *verdict = &ledger->judged.verdicts.items[span.first + k];

			if (strcmp(verdict->code, cause->code) != 0 ||
				strcmp(verdict->cause, cause->cause) != 0)
				continue;
			count++;
			break;
		}
	}
	return count;
}

static bool is_offline(const char *code)
{
	return strcmp(code, CODE_HOST_OFFLINE) == 0 || strcmp(code, CODE_ROUTER_OFFLINE) == 0;
}

/* The trouble of a machine, or its end, with the servers that share it. */
static void say_cause(char *text, size_t size, const char *what, unsigned servers)
{
	if (servers)
		text_set(text, size, "%s: %u %s with it", what, servers, servers == 1 ? "server" : "servers");
	else
		text_set(text, size, "%s", what);
}

static void tell_cause(struct ledger *ledger, const struct open_cause *cause, const struct verdict *verdict,
	struct when now)
{
	char text[TEXT_CAP];

	if (is_offline(verdict->code))
		say_cause(text, sizeof(text), "went offline", cause->servers);
	else
		text_set(text, sizeof(text), "%s", verdict->text);
	events_note(ledger,
		&(struct event){ .who = cause->who,
			.machine = cause->who,
			.code = verdict->code,
			.severity = verdict->severity,
			.state = verdict->state,
			.text = text },
		now);
}

static const struct known_peer *peer_named(const struct ledger *ledger, const char *who)
{
	char name[TEXT_CAP];

	if (ledger->self.obs &&
		strcmp(peer_short_name(ledger, ledger->self.obs, name, sizeof(name)), who) == 0)
		return &ledger->self;
	for (size_t i = 0; i < ledger->peer_count; i++)
		if (strcmp(peer_short_name(ledger, ledger->peers[i].obs, name, sizeof(name)), who) == 0)
			return &ledger->peers[i];
	return NULL;
}

/* A machine that is offline at the first look has that state before its verdict. */
static bool has_begun(const struct ledger *ledger, const struct verdict *verdict)
{
	const struct known_peer *peer =
		strcmp(verdict->code, CODE_HOST_OFFLINE) == 0 ? peer_named(ledger, verdict->cause) : NULL;

	return peer ? peer->state_before != STATE_UNKNOWN && peer->state_before != STATE_OFFLINE
		    : !verdict->was_before;
}

/* One verdict a machine: the first, as rows have their worst verdict first. */
static void see_cause(struct ledger *ledger, const struct verdict *verdict, struct when now)
{
	struct open_cause *cause = cause_of(ledger, verdict->cause);
	bool is_new = !cause;

	if (cause && cause->is_seen)
		return;
	if (is_new) {
		cause = VEC_PUSH(&ledger->causes);
		cause->who = mem_copy(verdict->cause);
		cause->code = "";
	}
	cause->is_seen = true;
	if (strcmp(cause->code, verdict->code) == 0)
		return;
	cause->code = verdict->code;
	cause->servers = verdict->explains ? count_servers(ledger, verdict) : 0;
	if (has_begun(ledger, verdict))
		tell_cause(ledger, cause, verdict, now);
}

/* False: it lasts, and only no endpoint shows it at the moment. Nothing is told of a machine that left the
 * tailnet. */
static bool end_cause(struct ledger *ledger, const struct open_cause *cause, struct when now)
{
	const struct known_peer *peer = peer_named(ledger, cause->who);
	char text[TEXT_CAP], over[64];

	if (!peer || peer->state == STATE_OFFLINE)
		return !peer;
	text_set(over, sizeof(over), "%s is over", cause->code);
	say_cause(text, sizeof(text), is_offline(cause->code) ? "is back online" : over, cause->servers);
	events_note(ledger,
		&(struct event){ .who = cause->who,
			.machine = cause->who,
			.code = cause->code,
			.state = peer->state == STATE_UNKNOWN ? STATE_OK : peer->state,
			.text = text },
		now);
	return true;
}

/* While the daemon cannot be asked, endpoints show none of these troubles, and nothing has ended. */
static void note_causes(struct ledger *ledger, struct when now)
{
	size_t kept = 0;

	if (!daemon_runs(ledger))
		return;
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		struct span span = ledger->endpoints.items[i]->verdicts;

		for (size_t k = 0; k < span.count; k++) {
			const struct verdict *verdict = &ledger->judged.verdicts.items[span.first + k];

			if (is_told_by_cause(verdict))
				see_cause(ledger, verdict, now);
		}
	}
	for (size_t i = 0; i < ledger->causes.count; i++) {
		struct open_cause *cause = &ledger->causes.items[i];

		if (cause->is_seen || !end_cause(ledger, cause, now)) {
			cause->is_seen = false;
			ledger->causes.items[kept++] = *cause;
		} else {
			free(cause->who);
		}
	}
	ledger->causes.count = kept;
}

/* The cause comes before what follows from it. */
void note_all(struct ledger *ledger, struct when now)
{
	note_causes(ledger, now);
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		struct known_endpoint *endpoint = ledger->endpoints.items[i];

		if (endpoint->has_event)
			tell(ledger, endpoint, now);
		endpoint->has_event = false;
	}
}
