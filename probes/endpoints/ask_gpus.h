/* Asks the GPU exporters that the configuration names, `gpu = URL` of a [peer NAME]: GET URL/metrics, without
 * a key, every 10 s or every fifth period, less often while nothing answers.
 *
 * Security: as for servers, what belongs to the tailnet is dialed by the address that tailscaled tells, and only
 * while the tailnet runs. Names outside the tailnet are not resolved. */
#ifndef TSLLM_ENDPOINTS_ASK_GPUS_H
#define TSLLM_ENDPOINTS_ASK_GPUS_H

#include "probes/endpoints/pool.h"
#include "probes/endpoints/service_list.h"

struct gpu_asker;

struct gpu_asker *ask_gpus_new(struct http *http, const struct settings *settings, struct ledger *ledger,
	const struct pool *pool, const struct service_list *services, bool is_once,
	void (*changed)(void *data), void *data);
void ask_gpus_free(struct gpu_asker *asker);
/* After a status: asks those that are due. */
void ask_gpus_see_status(struct gpu_asker *asker, struct when now);
/* After a status, or the failure to get one: aborts its requests unless the tailnet certainly runs. */
void ask_gpus_halt(struct gpu_asker *asker);
void ask_gpus_soon(struct gpu_asker *asker);         /* all of them, after the next status */
size_t ask_gpus_open(const struct gpu_asker *asker); /* requests in flight */

#endif
