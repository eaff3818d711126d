/* A canary: one tiny completion, sent because the user wants it, and what came of it.
 *
 * A plan says what is sent; nothing is sent that is not in it. What came is an observation, and a row of a
 * snapshot. Unknown numbers are NAN. */
#ifndef TSLLM_MODEL_CANARY_H
#define TSLLM_MODEL_CANARY_H

#include "probes/model/client_api.h"
#include "probes/model/obs.h"

#define CANARY_TOKENS 16    /* that are asked for */
#define CANARY_COUNT_MAX 20 /* requests of one series */

enum canary_state {
	CANARY_WAITING,   /* for the first token */
	CANARY_STREAMING, /* tokens are coming */
	CANARY_DONE,
	CANARY_FAILED,
	CANARY_CANCELLED,
	CANARY_STATES
};

/* Why one failed although the server may have answered. */
enum canary_trouble {
	CANARY_NO_TROUBLE,
	CANARY_NO_ANSWER,  /* see the outcome */
	CANARY_REFUSED,    /* see the status and the server's words */
	CANARY_REDIRECTED, /* not followed */
	CANARY_NO_TOKEN,   /* none came before the limit */
	CANARY_STALLED,    /* some came, then none before the limit */
	CANARY_BROKEN,     /* the answer ended before it was over */
	CANARY_EMPTY,      /* it ended well, without a token */
	CANARY_TOO_BIG,    /* an event, or all of it, is over its cap */
	CANARY_HALTED,     /* nothing may be sent there now, or not any more */
	CANARY_TROUBLES
};

/* What counted the tokens. */
enum canary_counted { CANARY_COUNTED_NOT, CANARY_COUNTED_EVENTS, CANARY_COUNTED_BY_SERVER };

struct canary_figures {
	int number, count; /* this one, of so many */
	enum canary_state state;
	enum canary_trouble trouble;
	enum client_api api;
	enum cost cost;
	bool was_cold; /* before it */
	bool sends_key, is_thinking,
		is_whole;     /* is_whole: it came in one piece, although a stream was wanted */
	bool has_more;        /* it wrote more than it was asked for, and was left */
	int64_t began, ended; /* wall ms */
	enum outcome outcome;
	enum tls_trouble tls;
	int status; /* 0: none */
	int port;   /* local one; 0: unknown */
	/* From the beginning: to the first and to the last token. */
	double ttft_ms, total_ms;
	double connect_ms, tls_ms, head_ms;    /* head_ms: from the request to the first byte of the answer */
	double path_ms;                        /* one round trip, as it was then */
	double queue_ms;                       /* inferred: see stream_habits.holds_headers */
	double load_ms, prefill_ms, decode_ms; /* as the server says, decode_ms else as measured */
	bool is_decode_by_server;
	double tokens, prompt_tokens, tokens_per_s;
	enum canary_counted counted;
	/* The growth of the engine's own counters, and over which time: all of its clients. */
	double engine_tokens, engine_prompt_tokens, engine_span_ms;
	double bytes_sent, bytes_received;
};

struct obs_canary {
	const char *url; /* the endpoint's base URL: the key, with figures.number */
	const char *sent_to, *path, *model, *words, *path_source; /* see struct canary */
	struct canary_figures figures;
};

/* Texts are whole: what does not fit is not planned. */
struct canary_plan {
	char url[1024];     /* of the endpoint */
	char sent_to[1280]; /* the URL, as clients have it */
	char path[64];      /* of the request, below the endpoint's URL */
	char model[256];
	enum client_api api;
	enum cost cost;
	bool was_cold, sends_key, counts_tokens, holds_headers;
	double context; /* Ollama would load the model anew with another; NAN: its default */
	int count;
};

const char *canary_state_name(enum canary_state state);       /* "waiting", as in JSON */
const char *canary_trouble_name(enum canary_trouble trouble); /* "no-token"; "" */
const char *canary_counted_name(enum canary_counted counted); /* "events", "server"; "" */
bool canary_is_running(enum canary_state state);
/* Sets all numbers to unknown. */
void canary_figures_init(struct canary_figures *figures);

#endif
