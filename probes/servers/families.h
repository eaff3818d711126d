/* The rows of the table in families.c, one for each file. Everything else uses the table in family.h. */
#ifndef TSLLM_SERVERS_FAMILIES_H
#define TSLLM_SERVERS_FAMILIES_H

#include "probes/servers/family.h"

extern const struct family family_jan, family_koboldcpp, family_lemonade, family_litellm,
	family_llama_cpp_python, family_llama_stack, family_llama_server, family_llama_swap, family_lm_studio,
	family_localai, family_mlx, family_nim, family_ollama, family_open_webui, family_openai,
	family_portkey, family_ray_serve, family_sglang, family_tabbyapi, family_textgen, family_tgi,
	family_triton, family_vllm, family_xinference;

#endif
