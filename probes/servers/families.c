/* The server families, in order of trust: the one with the surest signs comes first, the OpenAI dialect that
 * all of them speak comes last. A family is one file and one row here. */
#include "probes/servers/families.h"

#include "probes/base/mem.h"

#include <stddef.h>
#include <string.h>

const struct family *const families[] = {
	&family_portkey,
	&family_koboldcpp,
	&family_llama_swap,
	&family_llama_server,
	&family_ollama,
	&family_vllm,
	&family_sglang,
	&family_lemonade,
	&family_litellm,
	&family_lm_studio,
	&family_llama_stack,
	&family_open_webui,
	&family_llama_cpp_python,
	&family_mlx,
	&family_xinference,
	&family_ray_serve,
	&family_tgi,
	&family_triton,
	&family_nim,
	&family_jan,
	&family_textgen,
	&family_tabbyapi,
	&family_localai,
	&family_openai,
	NULL,
};

const struct family *family_by_name(const char *name)
{
	for (size_t i = 0; families[i]; i++)
		if (strcmp(families[i]->facts.name, name) == 0)
			return families[i];
	return NULL;
}

size_t family_primary(const struct family *family)
{
	size_t i = 0;

	while (i + 1 < family->request_count && family->requests[i].rhythm != EVERY_POLL)
		i++;
	return i;
}

const struct server_facts *const *family_facts(void)
{
	static const struct server_facts *facts[ARRAY_LEN(families)];

	for (size_t i = 0; families[i]; i++)
		facts[i] = &families[i]->facts;
	return facts;
}
