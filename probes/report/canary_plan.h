/* What a canary would send, and what that costs: a pure function of a snapshot and the settings.
 *
 * Server and model are chosen as --connect does, but a URL may name a server that is in trouble, and with it a
 * model. The API is the one that says most about the time it took: Ollama's own, else chat completions. */
#ifndef TSLLM_REPORT_CANARY_PLAN_H
#define TSLLM_REPORT_CANARY_PLAN_H

#include "probes/model/canary.h"
#include "probes/report/connect.h"

struct canary_request {
	const char *word;  /* a model or a URL */
	const char *model; /* of the server with that URL; "": the one that answers soonest */
	int count;
	const struct settings *settings; /* NULL: keys are not named */
};

enum canary_choice_result {
	CANARY_PLANNED,
	CANARY_NOT_CONNECTED, /* see connection */
	CANARY_NOT_PLANNED    /* see why */
};

struct canary_choice {
	enum canary_choice_result result;
	struct connection connection;
	struct canary_plan plan;
	char why[512];
	/* One sentence each, for the question: what is asked for, and what that costs. */
	char asks[2048], costs[512], key[512];
};

void canary_plan_make(
	const struct snapshot *snapshot, const struct canary_request *request, struct canary_choice *choice);

#endif
