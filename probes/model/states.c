#include "probes/model/states.h"

const char *state_name(enum state state)
{
	static const char *const names[STATE_COUNT] = {
		[STATE_UNKNOWN] = "unknown",
		[STATE_OK] = "ok",
		[STATE_BUSY] = "busy",
		[STATE_WEB] = "web",
		[STATE_SLEEPING] = "sleeping",
		[STATE_LOADING] = "loading",
		[STATE_AUTH] = "auth",
		[STATE_WARN] = "warn",
		[STATE_OFFLINE] = "offline",
		[STATE_SLOW] = "slow",
		[STATE_FAULT] = "fault",
		[STATE_STALLED] = "stalled",
		[STATE_FILTERED] = "filtered",
		[STATE_DOWN] = "down",
	};

	return names[state];
}

bool state_blocks(enum state state)
{
	return state >= STATE_OFFLINE && state != STATE_SLOW;
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = { "info", "degraded", "down" };

	return names[severity];
}

const char *layer_name(enum layer layer)
{
	static const char *const names[LAYER_COUNT] = { "daemon", "host", "path", "port", "tls", "http",
		"engine", "exposure" };

	return names[layer];
}

const char *path_kind_name(enum path_kind kind)
{
	static const char *const names[PATH_COUNT] = { "unknown", "direct", "peer-relay", "derp", "idle",
		"offline" };

	return names[kind];
}

const char *found_by_name(enum found_by found)
{
	static const char *const names[FOUND_COUNT] = { "config", "serve", "service", "port" };

	return names[found];
}

const char *status_name(enum status status)
{
	static const char *const names[] = { "ok", "degraded", "down", "unknown" };

	return names[status];
}

enum status status_of_severity(enum severity worst)
{
	return worst == SEVERITY_DOWN       ? STATUS_DOWN
	       : worst == SEVERITY_DEGRADED ? STATUS_DEGRADED
					    : STATUS_OK;
}

const char *cost_name(enum cost cost)
{
	static const char *const names[COST_COUNT] = { "free", "resets-idle", "wakes", "loads", "bills",
		"disturbs" };

	return names[cost];
}

const char *capture_state_name(enum capture_state state)
{
	static const char *const names[CAPTURE_COUNT] = { "off", "running", "no-permission", "missing",
		"failed" };

	return names[state];
}

const char *ping_kind_name(enum ping_kind kind)
{
	static const char *const names[PING_KINDS] = { "disco", "tsmp" };

	return names[kind];
}

const char *model_state_name(enum model_state state)
{
	static const char *const names[] = { "unknown", "cold", "loading", "loaded", "sleeping", "failed" };

	return names[state];
}

const char *offer_class_name(enum offer_class class_)
{
	static const char *const names[CLASS_COUNT] = {
		[CLASS_OWN] = "own",
		[CLASS_TAGGED] = "tagged",
		[CLASS_FOREIGN] = "foreign",
		[CLASS_GATEWAY] = "gateway",
	};

	return names[class_];
}

const char *warmth_name(enum warmth warmth)
{
	static const char *const names[WARMTH_COUNT] = { "unknown", "cold", "sleeping", "loading", "warm",
		"hot" };

	return names[warmth];
}

const char *serve_protocol_name(enum serve_protocol protocol)
{
	static const char *const names[] = { "https", "http", "tcp", "tls-tcp", "tun" };

	return names[protocol];
}

const char *traffic_path_name(enum traffic_path path)
{
	static const char *const names[TRAFFIC_PATHS] = { "direct", "peer_relay", "derp" };

	return names[path];
}
