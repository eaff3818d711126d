/* Plays a replay on a screen: at which speed time passes, pauses, steps, and the search for events. */
#ifndef TSLLM_PROBES_PLAYER_H
#define TSLLM_PROBES_PLAYER_H

#include "probes/model/snapshot.h"

struct history;
struct player;
struct replay;

struct player *player_new(struct replay *replay); /* takes it over */
void player_free(struct player *player);
/* Each period that passes is taken into that history, also those that are skipped, and those just before it begins. */
void player_keep(struct player *player, struct history *history);
struct replay *player_replay(const struct player *player);
/* Plays the next period, if it ends at that time (wall ms) or before; false: it does not. */
bool player_lead(struct player *player, int64_t goal);
/* Real time passed. True: there is something new to see. */
bool player_pass(struct player *player, struct when now);
void player_steer(struct player *player, enum steer steer);
struct snapshot *player_take(struct player *player);

#endif
