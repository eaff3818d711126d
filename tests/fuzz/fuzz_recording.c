/* The lines of a segment, from its head on: what is read of them enters a ledger, is judged and is printed. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/outputs.h"

#include "probes/base/mem.h"
#include "probes/ledger/ledger.h"
#include "probes/model/snapshot.h"
#include "probes/recording/known.h"
#include "probes/recording/period_in.h"
#include "probes/recording/segment_head.h"
#include "probes/servers/families.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <stdlib.h>
#include <string.h>

#define PERIODS_MAX 50

struct replay {
	struct ledger *ledger;
	struct known *known; /* what is read can be recorded again */
};

static void see(void *data, const struct observation *observation, struct when when)
{
	struct replay *replay = data;

	known_see(replay->known, observation, when);
	ledger_see(replay->ledger, observation, when);
}

static void look(const struct ledger *ledger, struct when now)
{
	struct snapshot *snapshot = take_snapshot(ledger, now);

	check_snapshot(snapshot);
	for (enum form form = 0; form < FORM_COUNT; form++) {
		struct printed output = output_of(snapshot, form);

		check_output(&output, form);
		free(output.text);
	}
	snapshot_free(snapshot);
}

static void play(struct replay *replay, const struct segment_head *head, const char *text, const char *end)
{
	struct period_in *period = period_in_new();
	struct when now = head->begun;
	struct bytes written = { 0 };

	period_in_begin(period, head->begun);
	for (int i = 0; i < PERIODS_MAX && period_in_next(period, &text, end, see, replay, &now); i++) {
		known_end_period(replay->known, now, &written);
		judge(replay->ledger, now);
	}
	known_begin_segment(replay->known, NULL, now, &written);
	look(replay->ledger, now);
	period_in_free(period);
	free(written.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size), *end = text + size, *line_end = memchr(text, '\n', size);
	struct segment_head head;

	if (line_end && segment_head_read(&head, text, (size_t)(line_end - text)) == 0) {
		const struct ledger_terms terms = { .period_ms = head.period_ms,
			.poll_ms = head.poll_ms,
			.ignore = head.ignore.items,
			.ignore_count = head.ignore.count,
			.servers = family_facts() };
		struct replay replay = { .ledger = ledger_new(&terms), .known = known_new() };

		play(&replay, &head, line_end + 1, end);
		ledger_free(replay.ledger);
		known_free(replay.known);
		segment_head_fini(&head);
	}
	free(text);
	return 0;
}
