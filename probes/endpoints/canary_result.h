/* The figures of one request of a canary, from its stream and its answer. */
#ifndef TSLLM_ENDPOINTS_CANARY_RESULT_H
#define TSLLM_ENDPOINTS_CANARY_RESULT_H

#include "probes/base/when.h"
#include "probes/endpoints/canary_stream.h"
#include "probes/io/answer.h"
#include "probes/model/canary.h"

/* A state that is not running any more stays as it is, with its trouble. The stream has ended. */
void canary_result_read(struct canary_figures *figures, const struct canary_plan *plan,
	const struct canary_stream *stream, const struct answer *answer, struct when began, struct when now);

#endif
