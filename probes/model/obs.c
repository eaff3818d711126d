/* Initialises observations to unknown, and frees them. */
#include "probes/model/obs.h"

#include "probes/base/mem.h"
#include "probes/model/fields.h"

#include <math.h>

bool outcome_is_silence(enum outcome outcome, enum tls_trouble tls)
{
	return outcome == OUTCOME_CONNECT_TIMEOUT || outcome == OUTCOME_SILENT ||
	       (outcome == OUTCOME_TLS && tls == TLS_TIMEOUT);
}

void net_init(struct obs_net *net)
{
	*net = (struct obs_net){ .candidates = NAN, .derp_ms = NAN };
}

void reading_init(struct reading *reading, struct arena *arena)
{
	*reading = (struct reading){
		.arena = arena,
		.version = "",
		.incarnation = "",
		.generated_tokens = NAN,
		.generation_seconds = NAN,
		.prompt_tokens = NAN,
		.prompt_seconds = NAN,
		.rejected = NAN,
		.progress = NAN,
		.patience_s = NAN,
		.started = NAN,
		.uptime_s = NAN,
		.asleep = NAN,
	};
	fields_blank(&fields_engine, &reading->figures);
}

void obs_status_hold(struct obs_status *status)
{
	status->holders++;
}

void obs_status_free(struct obs_status *status)
{
	if (status && !status->holders--)
		arena_free(status->arena);
}
