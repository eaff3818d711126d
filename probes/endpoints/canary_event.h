/* Internal to canary_stream: what one JSON object of a stream says, by API. */
#ifndef TSLLM_ENDPOINTS_CANARY_EVENT_H
#define TSLLM_ENDPOINTS_CANARY_EVENT_H

#include "probes/base/json.h"
#include "probes/endpoints/canary_stream.h"

/* is_all: the body is nothing but this object. */
void canary_event_read(struct canary_stream *stream, const struct json *object, bool is_all, int64_t now_ms);
/* Takes the server's words for a failure, cut to size. */
void canary_event_keep_words(struct canary_stream *stream, const char *words);

#endif
