/* What one answer of an LLM server says, as a family's reader found it. */
#ifndef TSLLM_MODEL_READING_H
#define TSLLM_MODEL_READING_H

#include "probes/model/figures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum model_state { MODEL_UNKNOWN, MODEL_COLD, MODEL_LOADING, MODEL_LOADED, MODEL_SLEEPING, MODEL_FAILED };

struct obs_model {
	const char *id;
	enum model_state state;
	double size_bytes, vram_bytes, context;
	const char *quantisation;
	const char *remote_host; /* host that runs it, "ollama.com"; "": the server itself */
	bool is_elsewhere;  /* another server or model answers for it: no list tells whether it is loaded */
	bool is_no_chat;    /* the server says that it makes vectors, ranks, sound … and writes no text */
	int64_t expires_at; /* wall ms */
};

/* Which list of models an answer holds. */
enum model_list {
	MODELS_NOT_LISTED, /* none: the answer says nothing about models */
	MODELS_ALL,        /* all that clients can request; MODEL_UNKNOWN: only a list of loaded ones tells */
	MODELS_LOADED      /* the loaded ones only: any other is cold */
};

enum timing {
	TIMING_TTFT,    /* to the first token of a request */
	TIMING_TOKEN,   /* from one token to the next */
	TIMING_QUEUE,   /* until work on a request begins */
	TIMING_PREFILL, /* to process its prompt */
	TIMING_COUNT
};

#define HISTOGRAM_BUCKETS 48

/* A complete histogram of seconds: bounds rise to INFINITY; counts are cumulative, since the server's
 * start. */
struct obs_histogram {
	size_t count;
	double bounds[HISTOGRAM_BUCKETS], counts[HISTOGRAM_BUCKETS];
	bool is_broken; /* used while it is parsed */
};

/* More engines of one server than this are not told apart: more than any deployment has that is known. */
#define ENGINES_MAX 512

/* One of several engines (data parallel) behind one server. */
struct obs_engine {
	const char *name; /* as the server numbers it */
	double running, waiting, progress;
};

/* What a family's reader found in one answer. What the answer does not report stays as set by
 * reading_init(). */
struct reading {
	struct arena *arena; /* of the caller */
	const char *version;
	bool is_loading, is_sleeping; /* the engine as a whole */
	bool wants_key;               /* up, but requires a key (or another one) */
	bool key_rejected;            /* our key was sent and is wrong */
	bool open_onboarding;         /* the first visitor becomes the administrator */
	enum model_list list;
	struct obs_model *models;
	size_t model_count;
	struct figures figures;                      /* those that the answer reports directly */
	double generated_tokens, generation_seconds; /* counters since start */
	double prompt_tokens, prompt_seconds;        /* likewise; seconds NAN: not counted by the server */
	double rejected;            /* counter: requests rejected because the queue was full */
	double progress;            /* counter that rises while work is done, and stops in a hung engine */
	double patience_s;          /* how long it may stop although there is work */
	struct obs_engine *engines; /* if the server tells them apart; the figures are of all together */
	size_t engine_count;
	double started; /* seconds since 1970, by the server's clock */
	double uptime_s;
	double asleep;                                     /* above zero: the engine reports that it sleeps */
	int64_t reported_at;                               /* wall ms by the server's clock; 0: unknown */
	const struct obs_histogram *timings[TIMING_COUNT]; /* NULL: not reported; in the arena */
	const char *incarnation; /* changes when the server is restarted; "": unknown */
};

void reading_init(struct reading *reading, struct arena *arena); /* sets everything to unknown */

#endif
