/* Editors, web interfaces, and what stands between clients and servers. */
#include "probes/report/connect_client.h"

#include <stddef.h>

/* clang-format off */
const struct connect_client connect_apps[] = {
	{
		.name = "continue", .title = "Continue", .format = FORMAT_YAML,
		.file = "~/.continue/config.yaml", .base = BASE_V1, .api = API_CHAT,
		.key = "\"${{ secrets.%s }}\"",
		.text = "name: tailnet\n"
			"version: 1.0.0\n"
			"schema: v1\n"
			"models:\n"
			"  - name: %{model}\n"
			"    provider: openai\n"
			"    model: %{model}\n"
			"    apiBase: %{v1}\n"
			"    apiKey: %{key}\n"
			"    roles: [chat, edit, apply]\n"
			"%?context     defaultCompletionOptions:\n"
			"%?context       contextLength: %{context}\n",
		.note = "it reads config.yaml and then ignores the old config.json; secrets are in ~/.continue/.env",
		.version = "d0a3c0b", .date = "2026-11",
	},
	{
		.name = "cline", .title = "Cline", .format = FORMAT_FORM, .file = "its settings",
		.base = BASE_V1, .api = API_CHAT, .is_agent = true, .launch = "cline",
		.text = "API Provider:    OpenAI Compatible\n"
			"Base URL:        %{v1}\n"
			"API Key:         %{key}\n"
			"Model ID:        %{model}\n"
			"%?context Context Window:  %{context}\n",
		.version = "21cb8d2", .date = "2026-11",
	},
	{
		.name = "roo-code", .title = "Roo Code and Kilo Code", .format = FORMAT_FORM,
		.file = "their settings", .base = BASE_V1, .api = API_CHAT, .is_agent = true,
		.text = "API Provider:    OpenAI Compatible\n"
			"Base URL:        %{v1}\n"
			"API Key:         %{key}\n"
			"Model:           %{model}\n"
			"%?context Context Window:  %{context}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "zed", .title = "Zed", .format = FORMAT_JSON, .file = "settings.json (zed: open settings)",
		.base = BASE_V1, .api = API_CHAT, .needs_context = true,
		.text = "{\n"
			"  \"language_models\": {\n"
			"    \"openai_compatible\": {\n"
			"      \"tailnet\": {\n"
			"        \"api_url\": %{v1},\n"
			"        \"available_models\": [\n"
			"          {\n"
			"            \"name\": %{model},\n"
			"            \"max_tokens\": %{context},\n"
			"            \"capabilities\": { \"tools\": true, \"chat_completions\": true }\n"
			"          }\n"
			"        ]\n"
			"      }\n"
			"    }\n"
			"  }\n"
			"}\n",
		.note = "it takes the key from the variable TAILNET_API_KEY, and needs one that is not empty",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "vscode", .title = "VS Code (Copilot Chat)", .format = FORMAT_JSON,
		.file = "chatLanguageModels.json", .base = BASE_ROOT, .api = API_OLLAMA, .replaces = "$",
		.launch = "vscode",
		.text = "[\n"
			"  { \"vendor\": \"ollama\", \"name\": \"Ollama\", \"url\": %{root} }\n"
			"]\n",
		.note = "the model is chosen in the chat; github.copilot.chat.customOAIModels is no longer read",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "jetbrains", .title = "JetBrains AI Assistant", .format = FORMAT_FORM,
		.file = "Settings, Tools, AI Assistant, Models", .base = BASE_ROOT, .api = API_OLLAMA,
		.text = "Provider:  Ollama\n"
			"URL:       %{root}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "open-webui", .title = "Open WebUI", .format = FORMAT_SHELL, .base = BASE_V1,
		.api = API_CHAT,
		.text = "export OPENAI_API_BASE_URLS=%{v1}\n"
			"export OPENAI_API_KEYS=%{key}\n"
			"open-webui serve\n",
		.replaces = ";",
		.note = "read at its first start only; after that: Admin Panel, Settings, Connections",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "anythingllm", .title = "AnythingLLM", .format = FORMAT_SHELL, .base = BASE_V1,
		.api = API_CHAT,
		.text = "export LLM_PROVIDER=generic-openai\n"
			"export GENERIC_OPEN_AI_BASE_PATH=%{v1}\n"
			"export GENERIC_OPEN_AI_API_KEY=%{key}\n"
			"export GENERIC_OPEN_AI_MODEL_PREF=%{model}\n"
			"%?context export GENERIC_OPEN_AI_MODEL_TOKEN_LIMIT=%{context}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "n8n", .title = "n8n", .format = FORMAT_FORM, .file = "a credential of type Ollama",
		.base = BASE_ROOT, .api = API_OLLAMA,
		.text = "Base URL:  %{root}\n"
			"Model:     %{model}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "litellm", .title = "LiteLLM", .format = FORMAT_YAML, .file = "config.yaml",
		.base = BASE_V1, .api = API_CHAT, .key = "\"os.environ/%s\"",
		.text = "model_list:\n"
			"  - model_name: %{model}\n"
			"    litellm_params:\n"
			"      model: %{openai/+model}\n"
			"      api_base: %{v1}\n"
			"      api_key: %{key}\n",
		.version = "1.106.2", .date = "2026-11",
	},
	{ .name = NULL },
};
/* clang-format on */
