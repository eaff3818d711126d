/* Nothing is asked for that changes a server: no keep_alive, and of Ollama the context that its model has. */
#include "probes/endpoints/canary_body.h"

#include "probes/base/json_out.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <inttypes.h>
#include <math.h>

static void write_prompt(struct json_out *out, uint64_t seed)
{
	char prompt[96];

	text_set(prompt, sizeof(prompt), "%08" PRIx64 ": count from one to ten in words.", seed & 0xffffffff);
	json_out_string(out, "content", prompt);
}

static void write_turns(struct json_out *out, const char *key, uint64_t seed)
{
	json_out_begin(out, key, '[');
	json_out_begin(out, NULL, '{');
	json_out_string(out, "role", "user");
	write_prompt(out, seed);
	json_out_end(out, '}');
	json_out_end(out, ']');
}

static void write_chat(struct json_out *out, const struct canary_plan *plan, uint64_t seed)
{
	json_out_number(out, "max_tokens", CANARY_TOKENS);
	json_out_number(out, "temperature", 0);
	if (plan->counts_tokens) {
		json_out_begin(out, "stream_options", '{');
		json_out_bool(out, "include_usage", true);
		json_out_end(out, '}');
	}
	write_turns(out, "messages", seed);
}

static void write_responses(struct json_out *out, const struct canary_plan *plan, uint64_t seed)
{
	(void)plan;
	json_out_number(out, "max_output_tokens", CANARY_TOKENS);
	json_out_bool(out, "store", false);
	write_turns(out, "input", seed);
}

static void write_messages(struct json_out *out, const struct canary_plan *plan, uint64_t seed)
{
	(void)plan;
	json_out_number(out, "max_tokens", CANARY_TOKENS);
	json_out_number(out, "temperature", 0);
	write_turns(out, "messages", seed);
}

static void write_ollama(struct json_out *out, const struct canary_plan *plan, uint64_t seed)
{
	json_out_begin(out, "options", '{');
	json_out_number(out, "num_predict", CANARY_TOKENS);
	json_out_number(out, "temperature", 0);
	json_out_number(out, "num_ctx", plan->context);
	json_out_end(out, '}');
	write_turns(out, "messages", seed);
}

char *canary_body(const struct canary_plan *plan, uint64_t seed)
{
	static void (*const writers[API_COUNT])(
		struct json_out * out, const struct canary_plan *plan, uint64_t seed) = {
		[API_CHAT] = write_chat,
		[API_RESPONSES] = write_responses,
		[API_MESSAGES] = write_messages,
		[API_OLLAMA] = write_ollama,
	};
	struct json_out out = { 0 };
	char *text = NULL;
	size_t length = 0;

	out.file = open_memstream(&text, &length);
	if (!out.file)
		mem_die();
	json_out_begin(&out, NULL, '{');
	json_out_string(&out, "model", plan->model);
	json_out_bool(&out, "stream", true);
	writers[plan->api](&out, plan, seed);
	json_out_end(&out, '}');
	fclose(out.file);
	return text;
}
