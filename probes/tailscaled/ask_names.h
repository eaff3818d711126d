/* Asks whether MagicDNS names resolve on this machine, by its own full name: clients need it, we do not. */
#ifndef TSLLM_TAILSCALED_ASK_NAMES_H
#define TSLLM_TAILSCALED_ASK_NAMES_H

#include "probes/ledger/ledger.h"

struct uv_loop_s;
struct names_asker;

struct names_asker *ask_names_new(
	struct uv_loop_s *loop, struct ledger *ledger, void (*changed)(void *data), void *data);
void ask_names_free(struct names_asker *names_asker);
/* There is a new status of a tailnet that runs. */
void ask_names_see_status(struct names_asker *names_asker, const struct obs_status *status, struct when now);

#endif
