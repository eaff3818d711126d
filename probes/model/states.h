/* The states of rows and what belongs to them, and the words for them: part of the JSON contract. */
#ifndef TSLLM_MODEL_STATES_H
#define TSLLM_MODEL_STATES_H

#include "probes/model/obs.h"

#include <stdbool.h>

/* Worst last, so that states can be compared. */
enum state {
	STATE_UNKNOWN, /* not probed yet, or not probeable */
	STATE_OK,
	STATE_BUSY,
	STATE_WEB, /* a front end, not an engine */
	STATE_SLEEPING,
	STATE_LOADING,
	STATE_AUTH, /* up, but requires a key */
	STATE_WARN, /* works, and something needs its owner: expiring, open to strangers, a rejected key */
	STATE_OFFLINE,
	STATE_SLOW,
	STATE_FAULT, /* answers, but wrongly */
	STATE_STALLED,
	STATE_FILTERED,
	STATE_DOWN,
	STATE_COUNT
};

enum severity { SEVERITY_INFO, SEVERITY_DEGRADED, SEVERITY_DOWN };

enum layer {
	LAYER_DAEMON,
	LAYER_HOST,
	LAYER_PATH,
	LAYER_PORT,
	LAYER_TLS,
	LAYER_HTTP,
	LAYER_ENGINE,
	LAYER_EXPOSURE,
	LAYER_COUNT
};

enum path_kind { PATH_UNKNOWN, PATH_DIRECT, PATH_PEER_RELAY, PATH_DERP, PATH_IDLE, PATH_OFFLINE, PATH_COUNT };

/* How soon a model answers, best last. */
enum warmth {
	WARMTH_UNKNOWN, /* its server does not report whether it is loaded */
	WARMTH_COLD,    /* the first request loads it */
	WARMTH_SLEEPING,
	WARMTH_LOADING,
	WARMTH_WARM, /* loaded and idle */
	WARMTH_HOT,  /* loaded and working */
	WARMTH_COUNT
};

/* Whose server it is, most trusted first: see offer_class.h. */
enum offer_class {
	CLASS_OWN,     /* pinned, on this machine, or on one of this user's */
	CLASS_TAGGED,  /* on a tagged machine of this tailnet */
	CLASS_FOREIGN, /* another user's, or shared in from another tailnet */
	CLASS_GATEWAY, /* forwards to engines that may be anywhere, and may bill */
	CLASS_COUNT
};

enum status { STATUS_OK, STATUS_DEGRADED, STATUS_DOWN, STATUS_UNKNOWN };

const char *state_name(enum state state);
bool state_blocks(enum state state); /* no request gets a useful answer: offline or worse, but not slow */
const char *severity_name(enum severity severity);
const char *layer_name(enum layer layer);
const char *path_kind_name(enum path_kind kind);
const char *ping_kind_name(enum ping_kind kind);
const char *found_by_name(enum found_by found);
const char *status_name(enum status status);
enum status status_of_severity(enum severity worst); /* never STATUS_UNKNOWN */
const char *cost_name(enum cost cost);
const char *capture_state_name(enum capture_state state);
const char *model_state_name(enum model_state state);
const char *offer_class_name(enum offer_class class_); /* "own", as in --allow */
const char *warmth_name(enum warmth warmth);
const char *serve_protocol_name(enum serve_protocol protocol);
const char *traffic_path_name(enum traffic_path path);

#endif
