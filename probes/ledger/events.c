/* Events: the last EVENTS_MAX changes in order of time, repeats folded. */
#include "probes/ledger/events.h"

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

static bool fold_event(
	struct ledger *ledger, const char *who, enum state state, struct when now, const char *text)
{
	for (size_t i = ledger->events.count; i-- > 0;) {
		struct event *event = &ledger->events.items[i];

		if (now.wall_ms - event->at > FOLD_MS)
			return false;
		if (strcmp(event->who, who) != 0 || strcmp(event->text, text) != 0)
			continue;
		event->times++;
		event->at = now.wall_ms;
		event->state = state;
		make_last(ledger, i);
		return true;
	}
	return false;
}

void events_note(struct ledger *ledger, const char *who, enum state state, struct when now, const char *text)
{
	if (fold_event(ledger, who, state, now, text))
		return;
	if (ledger->events.count == EVENTS_MAX) {
		free((char *)(uintptr_t)ledger->events.items[0].who);
		free((char *)(uintptr_t)ledger->events.items[0].text);
		ledger->events.count--;
		memmove(ledger->events.items, ledger->events.items + 1,
			ledger->events.count * sizeof(ledger->events.items[0]));
	}
	*VEC_PUSH(&ledger->events) = (struct event){
		.at = now.wall_ms, .who = mem_copy(who), .text = mem_copy(text), .state = state, .times = 1
	};
}

void events_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->events.count; i++) {
		free((char *)(uintptr_t)ledger->events.items[i].who);
		free((char *)(uintptr_t)ledger->events.items[i].text);
	}
	free(ledger->events.items);
}
