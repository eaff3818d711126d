/* The codes of events that no verdict stands for: stable words in the event log and in the manual. An event
 * that follows from a verdict has the verdict's code. */
#ifndef TSLLM_MODEL_EVENT_CODES_H
#define TSLLM_MODEL_EVENT_CODES_H

#define EVENT_GONE "gone"                 /* an endpoint was forgotten */
#define EVENT_FIRST_CLIENT "first-client" /* a peer used a server for the first time */
#define EVENT_PATH "path"                 /* the kind of path to a peer changed */
#define EVENT_STATE "state"               /* of an endpoint, without a verdict */
#define EVENT_DAEMON "daemon"             /* tailscaled is at work again */
#define EVENT_STARTED "started"           /* this program; only in the event log */
#define EVENT_ENDED "ended"

#endif
