/* The server families, in order of trust: the one with the surest signs comes first, the OpenAI dialect that
 * all of them speak comes last. A family is one file and one row here. */
#include "probes/servers/families.h"

#include "probes/base/mem.h"

#include <stddef.h>
#include <string.h>

const struct family *const families[] = {
	&family_portkey,
	&family_new_api,
	&family_bifrost,
	&family_nemo_guardrails,
	&family_smg,
	&family_koboldcpp,
	&family_llama_swap,
	&family_llama_server,
	&family_ollama,
	&family_docker_model_runner,
	&family_vllm,
	&family_trtllm,
	&family_sglang_router,
	&family_sglang,
	&family_lemonade,
	&family_litellm,
	&family_gpustack,
	&family_lm_studio,
	&family_llama_stack,
	&family_open_webui,
	&family_llama_cpp_python,
	&family_mlx,
	&family_xinference,
	&family_infinity,
	&family_infinity_bare,
	&family_mistral_rs,
	&family_ray_serve,
	&family_tgi,
	&family_triton,
	&family_nim,
	&family_jan,
	&family_textgen,
	&family_tabbyapi,
	&family_localai,
	&family_lmdeploy,
	&family_aphrodite,
	&family_exo,
	&family_tei,
	&family_vllm_router,
	&family_aperture,
	&family_olla,
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
