/* Rows of a snapshot that only --audit fills. */
#ifndef TSLLM_MODEL_EXPOSURE_H
#define TSLLM_MODEL_EXPOSURE_H

#include "probes/model/obs.h"

#include <stdbool.h>

/* A TCP port that a program on this machine listens on. */
struct bound {
	const char *address; /* "0.0.0.0", "::1" */
	const char *process; /* its name; "": not readable by this user */
	int port;
	bool is_llm; /* LLM servers use it by default */
};

/* A port beside a server: something that its program or tailscaled opens along with it. */
struct companion {
	int peer;          /* index into peers */
	const char *url;   /* "http://100.64.0.2:5252" */
	const char *title; /* "Grafana" */
	enum tri is_open;
};

#endif
