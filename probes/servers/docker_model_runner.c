/* Docker Model Runner, which loads llama.cpp and other engines on demand. From its source, not measured.
 *
 * Its list is that of its store and does not say what is loaded. It has Ollama's paths too, under other names
 * for the same models, so they are not asked. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_greeting(const struct answer *answer)
{
	static const char greeting[] = "Docker Model Runner";

	return answer->status == 200 && answer->shape == BODY_TEXT &&
	       answer->body_length >= strlen(greeting) &&
	       memcmp(answer->body, greeting, strlen(greeting)) == 0;
}

static bool read_root(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_greeting(answer);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

static enum sureness is_docker_model_runner(const char *path, const struct answer *answer)
{
	return strcmp(path, "/") == 0 && is_greeting(answer) ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/", COST_FREE, EVERY_POLL, read_root, false },
	{ "/engines/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_docker_model_runner = {
	.facts = {
		.name = "docker-model-runner",
		.title = "Docker Model Runner",
		.kind = SERVER_ENGINE,
		.api = "/engines/v1",
		.ports = { 12434 },
		.unloads_idle = true,
	},
	.recognise = is_docker_model_runner,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
