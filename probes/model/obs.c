/* Empty observations: everything unknown. */
#include "probes/model/obs.h"

#include "probes/base/mem.h"

#include <math.h>

void reading_init(struct reading *reading, struct arena *arena)
{
	*reading = (struct reading){
		.arena = arena,
		.version = "",
		.incarnation = "",
		.running = NAN,
		.waiting = NAN,
		.slots = NAN,
		.generated_tokens = NAN,
		.generation_seconds = NAN,
	};
}

void obs_status_free(struct obs_status *status)
{
	if (status)
		arena_free(status->arena);
}
