#include "probes/player.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/history.h"
#include "probes/replay.h"

#include <stdlib.h>
#include <string.h>

#define SPEED_LEAST 0.25
#define SPEED_MOST 256
#define MINUTE_MS 60000
#define GAP_MS 60000      /* nothing was recorded for so long: it is skipped */
#define STEPS_AT_ONCE 100 /* periods, before keys are read again */

struct player {
	struct replay *replay;
	double speed;
	bool is_paused;
	enum { SEARCH_NOT, SEARCH_BACK, SEARCH_ON } search;
	int64_t search_from; /* wall ms: the event is before it, or after it */
	struct when last;    /* real time; unknown: it has not passed yet */
	double played_ms;    /* wall time of the recording that has passed */
	struct history *history;
	char boot[64]; /* of the last period in it */
};

struct player *player_new(struct replay *replay)
{
	struct player *player = mem_alloc(sizeof(*player));

	player->replay = replay;
	player->speed = 1;
	player->played_ms = (double)replay_now(replay).wall_ms;
	return player;
}

void player_free(struct player *player)
{
	if (!player)
		return;
	replay_free(player->replay);
	free(player);
}

struct replay *player_replay(const struct player *player)
{
	return player->replay;
}

static int64_t position(const struct player *player)
{
	return replay_now(player->replay).wall_ms;
}

/* ---- history ---- */

static void take_in(void *data)
{
	struct player *player = data;
	struct snapshot *snapshot = replay_take(player->replay);

	if (strcmp(player->boot, replay_boot(player->replay)) != 0)
		history_change_boot(player->history);
	text_set(player->boot, sizeof(player->boot), "%s", replay_boot(player->replay));
	history_take(player->history, snapshot);
	snapshot_free(snapshot);
}

void player_keep(struct player *player, struct history *history)
{
	player->history = history;
	replay_on_period(player->replay, take_in, player);
	if (position(player) > replay_first(player->replay))
		replay_seek(player->replay, position(player));
}

/* ---- moving ---- */

/* Time goes on from where the replay is. */
static void set_clock(struct player *player)
{
	player->played_ms = (double)position(player);
}

bool player_lead(struct player *player, int64_t goal)
{
	struct when next;

	if (!replay_next(player->replay, &next) || next.wall_ms > goal)
		return false;
	replay_step(player->replay);
	set_clock(player);
	return true;
}

static void seek(struct player *player, int64_t wall_ms)
{
	int64_t first = replay_first(player->replay);

	replay_seek(player->replay, wall_ms > first ? wall_ms : first);
	set_clock(player);
}

/* ---- events ---- */

static void end_search(struct player *player)
{
	player->search = SEARCH_NOT;
	player->is_paused = true;
	set_clock(player);
}

static void search_on(struct player *player)
{
	for (int i = 0; i < STEPS_AT_ONCE; i++) {
		bool is_over = !replay_step(player->replay);

		if (is_over || replay_event_before(player->replay, INT64_MAX) > player->search_from) {
			end_search(player);
			return;
		}
	}
}

/* The ledger remembers events since it began; earlier ones are found from earlier segments. */
static void search_back(struct player *player)
{
	int64_t event = replay_event_before(player->replay, player->search_from);
	int64_t begun = replay_begun(player->replay);

	if (event) {
		seek(player, event);
		end_search(player);
	} else if (begun <= replay_first(player->replay)) {
		end_search(player);
	} else {
		seek(player, begun - 1);
	}
}

/* ---- time ---- */

static bool play(struct player *player)
{
	bool has_changed = false;
	struct when next;

	for (int i = 0; i < STEPS_AT_ONCE && replay_next(player->replay, &next); i++) {
		if (next.wall_ms - position(player) > GAP_MS)
			player->played_ms = (double)next.wall_ms;
		if ((double)next.wall_ms > player->played_ms)
			return has_changed;
		replay_step(player->replay);
		has_changed = true;
	}
	/* Here too after many steps: what could not be played in time is not made up for. */
	set_clock(player);
	return has_changed;
}

static bool is_at_end(const struct player *player)
{
	struct when next;

	return !replay_next(player->replay, &next);
}

bool player_pass(struct player *player, struct when now)
{
	double passed = when_known(player->last) ? (double)when_since(player->last, now) : 0;

	player->last = now;
	if (player->search != SEARCH_NOT) {
		(player->search == SEARCH_ON ? search_on : search_back)(player);
		return true;
	}
	if (player->is_paused || is_at_end(player))
		return false;
	player->played_ms += passed * player->speed;
	return play(player);
}

static void step(struct player *player, bool is_back)
{
	player->is_paused = true;
	if (is_back)
		seek(player, position(player) - 1);
	else
		replay_step(player->replay);
	set_clock(player);
}

static void go_on(struct player *player, int64_t ms)
{
	int64_t to = position(player) + ms;
	struct when next;

	while (replay_next(player->replay, &next) && next.wall_ms <= to)
		replay_step(player->replay);
	set_clock(player);
}

static void set_speed(struct player *player, double speed)
{
	player->speed = speed < SPEED_LEAST ? SPEED_LEAST : speed > SPEED_MOST ? SPEED_MOST : speed;
}

static void start_search(struct player *player, bool is_back)
{
	player->search = is_back ? SEARCH_BACK : SEARCH_ON;
	player->search_from = position(player);
}

void player_steer(struct player *player, enum steer steer)
{
	player->search = SEARCH_NOT;
	switch (steer) {
	case STEER_PAUSE:
		player->is_paused = !player->is_paused;
		set_clock(player);
		break;
	case STEER_BACK:
	case STEER_ON:
		step(player, steer == STEER_BACK);
		break;
	case STEER_MINUTE_BACK:
		seek(player, position(player) - MINUTE_MS);
		break;
	case STEER_MINUTE_ON:
		go_on(player, MINUTE_MS);
		break;
	case STEER_EVENT_BACK:
	case STEER_EVENT_ON:
		start_search(player, steer == STEER_EVENT_BACK);
		break;
	case STEER_FASTER:
		set_speed(player, player->speed * 2);
		break;
	case STEER_SLOWER:
		set_speed(player, player->speed / 2);
		break;
	}
}

struct snapshot *player_take(struct player *player)
{
	struct snapshot *snapshot = replay_take(player->replay);

	snapshot->replay.speed = player->speed;
	snapshot->replay.is_paused = player->is_paused;
	snapshot->replay.is_at_end = is_at_end(player);
	snapshot->replay.is_searching = player->search != SEARCH_NOT;
	return snapshot;
}
