/* Reads the Prometheus text of a GPU exporter: memory and use of each GPU of a machine.
 *
 * The exporters that are known are rows of a table, after their documentation. GPUs are told apart by UUID, or
 * by number; UUIDs are not kept. Of a series that is there twice, the first counts. What cannot be true is
 * unknown: a share above 1, more memory than any GPU has (MiB taken for bytes), more used than there is. */
#ifndef TSLLM_SERVERS_GPU_EXPORTER_H
#define TSLLM_SERVERS_GPU_EXPORTER_H

#include "probes/io/answer.h"
#include "probes/model/gpu.h"

struct arena;

#define GPU_EXPORTER_BODY_MAX (2 * 1024 * 1024)

/* Fills all but peer_id; what it points to is in the arena. */
void gpu_exporter_read(const struct answer *answer, struct arena *arena, struct obs_gpus *gpus);

#endif
