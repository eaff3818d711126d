/* Events: the last EVENTS_MAX changes in order of time, repeats folded. */
#include "probes/ledger/events.h"

#include "probes/base/text.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 200
#define FOLD_MS (10 * 60 * 1000)

/* Keeps the order of time when a repeat is folded into an event. */
static void make_last(struct ledger *ledger, size_t i)
{
	struct event event = ledger->events.items[i];
	size_t later = ledger->events.count - 1 - i;

	memmove(&ledger->events.items[i], &ledger->events.items[i + 1], later * sizeof(event));
	ledger->events.items[i + later] = event;
}

static bool fold_event(struct ledger *ledger, const struct event *fresh, struct when now)
{
	for (size_t i = ledger->events.count; i-- > 0;) {
		struct event *event = &ledger->events.items[i];

		if (now.wall_ms - event->at > FOLD_MS)
			return false;
		if (strcmp(event->who, fresh->who) != 0 || strcmp(event->text, fresh->text) != 0)
			continue;
		event->times++;
		event->number = ++ledger->event_number;
		event->at = now.wall_ms;
		event->state = fresh->state;
		make_last(ledger, i);
		return true;
	}
	return false;
}

static void free_texts(struct event *event)
{
	free((char *)(uintptr_t)event->who);
	free((char *)(uintptr_t)event->machine);
	free((char *)(uintptr_t)event->text);
}

static struct event copy_of(const struct event *event)
{
	struct event copy = *event;

	copy.who = mem_copy(event->who);
	copy.machine = mem_copy(event->machine);
	copy.text = mem_copy(event->text);
	return copy;
}

void events_note(struct ledger *ledger, const struct event *event, struct when now)
{
	struct event *slot;

	if (fold_event(ledger, event, now))
		return;
	if (ledger->events.count == EVENTS_MAX) {
		free_texts(&ledger->events.items[0]);
		ledger->events.count--;
		memmove(ledger->events.items, ledger->events.items + 1,
			ledger->events.count * sizeof(ledger->events.items[0]));
	}
	slot = VEC_PUSH(&ledger->events);
	*slot = copy_of(event);
	slot->number = ++ledger->event_number;
	slot->at = now.wall_ms;
	slot->times = 1;
}

void ledger_remember_events(struct ledger *ledger, const struct ledger *earlier, int64_t before)
{
	size_t known = ledger->events.count, end = earlier->events.count, more;

	if (known && ledger->events.items[0].at < before)
		before = ledger->events.items[0].at;
	while (end && earlier->events.items[end - 1].at > before)
		end--;
	more = end < EVENTS_MAX - known ? end : EVENTS_MAX - known;
	if (!more)
		return;
	for (size_t i = 0; i < more; i++)
		(void)VEC_PUSH(&ledger->events);
	memmove(ledger->events.items + more, ledger->events.items, known * sizeof(ledger->events.items[0]));
	for (size_t i = 0; i < more; i++) {
		ledger->events.items[i] = copy_of(&earlier->events.items[end - more + i]);
		ledger->events.items[i].number = 0;
	}
}

void events_note_endpoint(struct ledger *ledger, const struct known_endpoint *endpoint,
	const struct event *event, struct when now)
{
	const struct known_peer *peer = *endpoint->peer_id ? peer_find(ledger, endpoint->peer_id) : NULL;
	struct event whole = *event;
	char name[TEXT_CAP] = "";

	if (peer)
		peer_short_name(ledger, peer->obs, name, sizeof(name));
	whole.who = endpoint->url;
	whole.machine = name;
	events_note(ledger, &whole, now);
}

int64_t ledger_event_before(const struct ledger *ledger, int64_t wall_ms)
{
	size_t i = ledger->events.count;

	while (i && ledger->events.items[i - 1].at >= wall_ms)
		i--;
	return i ? ledger->events.items[i - 1].at : 0;
}

void events_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->events.count; i++)
		free_texts(&ledger->events.items[i]);
	free(ledger->events.items);
	for (size_t i = 0; i < ledger->causes.count; i++)
		free(ledger->causes.items[i].who);
	free(ledger->causes.items);
}
