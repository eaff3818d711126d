/* What an engine tells of its work. The same in an answer, in the ledger and in a snapshot: each fills what it knows,
 * and what is not known is NAN. How each is called, its unit and its kind: fields.h. */
#ifndef TSLLM_MODEL_FIGURES_H
#define TSLLM_MODEL_FIGURES_H

struct figures {
	double running, waiting, slots; /* requests in work, queued; places for requests */
	double kv_cache;                /* share in use; of several engines the fullest */
	double tokens_per_s, prompt_tokens_per_s;
	double preemptions;              /* requests that lost their place in the cache */
	double ttft_p50_ms, ttft_p95_ms; /* to the first token, by the engine's own histograms */
	double inter_token_p50_ms, inter_token_p95_ms;
};

#endif
