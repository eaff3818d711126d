/* The rows of the table in families.c, one for each file. Everything else uses the table in family.h. */
#ifndef TSLLM_SERVERS_FAMILIES_H
#define TSLLM_SERVERS_FAMILIES_H

#include "probes/servers/family.h"

extern const struct family family_aperture, family_aphrodite, family_bifrost, family_docker_model_runner,
	family_exo, family_gpustack, family_infinity, family_infinity_bare, family_jan, family_koboldcpp,
	family_lemonade, family_litellm, family_llama_cpp_python, family_llama_server, family_llama_stack,
	family_llama_swap, family_lm_studio, family_lmdeploy, family_localai, family_mistral_rs, family_mlx,
	family_nemo_guardrails, family_new_api, family_nim, family_olla, family_ollama, family_open_webui,
	family_openai, family_portkey, family_ray_serve, family_sglang, family_sglang_router, family_smg,
	family_tabbyapi, family_tei, family_textgen, family_tgi, family_triton, family_trtllm, family_vllm,
	family_vllm_router, family_xinference;

#endif
