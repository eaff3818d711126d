/* One pass over the events, from pong to pong.
 *
 * A gap is a pong that is late. If the path became the best one again after a gap, it had been lost, and
 * traffic went by DERP meanwhile. But after a gap of 45 seconds or more the path was only idle: tailscaled
 * stops pinging after that time if nothing is sent. */
#include "probes/tailscaled/path_history.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/when.h"

#include <string.h>

#define PONG "bestAddr-latency"
#define BEST "bestAddr-update"
#define LATE_MS 3500
#define REGULAR_PONGS 3

struct walk {
	struct obs_path_history *history;
	unsigned regular; /* pongs in a row that were not late */
};

static void note_change(struct obs_path_history *history, int64_t at)
{
	if (history->change_count == ARRAY_LEN(history->changes)) {
		history->change_count--;
		memmove(history->changes, history->changes + 1,
			history->change_count * sizeof(history->changes[0]));
	}
	history->changes[history->change_count++] = at;
}

static void see_pong(struct walk *walk, int64_t at)
{
	struct obs_path_history *history = walk->history;
	int64_t gap = history->pong_at ? at - history->pong_at : 0;

	walk->regular = gap > LATE_MS ? 1 : walk->regular + 1;
	history->pong_at = at;
}

static void see_best(const struct walk *walk, int64_t at)
{
	struct obs_path_history *history = walk->history;
	int64_t gap = history->pong_at ? at - history->pong_at : 0;

	if (gap <= LATE_MS || gap >= PATH_RESTS_MS)
		return;
	note_change(history, history->pong_at + PONG_LOST_MS < at ? history->pong_at + PONG_LOST_MS : at);
	note_change(history, at);
}

static void see_event(struct walk *walk, const struct json *event)
{
	int64_t at = when_parse(json_text(event, "When"));
	const char *what = json_text(event, "What");

	if (!at || at < walk->history->pong_at)
		return;
	if (text_has_suffix(what, PONG))
		see_pong(walk, at);
	else if (text_has_suffix(what, BEST))
		see_best(walk, at);
}

int path_history_parse(
	const char *bytes, size_t length, struct obs_path_history *history, struct fault *fault)
{
	struct json *tree = json_parse(bytes, length, fault);
	struct walk walk = { .history = history };

	*history = (struct obs_path_history){ .peer_id = "" };
	if (!tree || (!json_is_array(tree) && !json_is_null(tree))) {
		if (tree)
			fault_say(fault, "JSON that is no list of path changes");
		json_free(tree);
		return -1;
	}
	for (const struct json *event = json_first(tree); event; event = json_next(event))
		see_event(&walk, event);
	history->was_regular = walk.regular >= REGULAR_PONGS;
	json_free(tree);
	return 0;
}
