/* What an engine reports about its work. Answers, the ledger and snapshots share this struct; what is not
 * known is NAN. fields_engine (fields.h) has each figure's key, unit and kind. */
#ifndef TSLLM_MODEL_FIGURES_H
#define TSLLM_MODEL_FIGURES_H

struct figures {
	double running, waiting, slots; /* requests running and queued; slots for requests */
	double kv_cache;                /* share in use; of several engines the highest */
	double tokens_per_s, prompt_tokens_per_s;
	double generated_tokens, prompt_tokens; /* since the engine's start */
	double preemptions;              /* requests that lost their place in the cache */
	double ttft_p50_ms, ttft_p95_ms; /* time to first token, from the engine's own histograms */
	double inter_token_p50_ms, inter_token_p95_ms;
};

#endif
