/* Asks whether MagicDNS names resolve on this machine, with its own full name: this program does not need
 * them, clients do. */
#ifndef TSLLM_TAILSCALED_ASK_NAMES_H
#define TSLLM_TAILSCALED_ASK_NAMES_H

#include "probes/ledger/ledger.h"

struct uv_loop_s;
struct names_asker;

struct names_asker *ask_names_new(
	struct uv_loop_s *loop, struct ledger *ledger, void (*changed)(void *data), void *data);
void ask_names_free(struct names_asker *names_asker);
/* Call this after each new status of a running tailnet. */
void ask_names_see_status(struct names_asker *names_asker, const struct obs_status *status, struct when now);

#endif
