/* Coding agents in a terminal. They send long prompts: a short context makes them fail. */
#include "probes/report/connect_client.h"

#include <stddef.h>

/* clang-format off */
const struct connect_client connect_agents[] = {
	{
		.name = "aider", .title = "aider", .format = FORMAT_SHELL, .base = BASE_V1, .api = API_CHAT,
		.is_agent = true,
		.text = "export OPENAI_API_BASE=%{v1}\n"
			"export OPENAI_API_KEY=%{key}\n"
			"aider --model %{openai/+model}\n",
		.version = "0.86.2", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "codex", .title = "Codex", .format = FORMAT_TOML, .file = "~/.codex/config.toml",
		.base = BASE_V1, .api = API_RESPONSES, .is_agent = true, .launch = "codex",
		.text = "model = %{model}\n"
			"model_provider = \"tailnet\"\n"
			"%?context model_context_window = %{context}\n"
			"\n"
			"[model_providers.tailnet]\n"
			"name = %{title}\n"
			"base_url = %{v1}\n"
			"wire_api = \"responses\"\n"
			"%?key env_key = %{key-name}\n",
		.note = "the first lines go above the first [table] of the file",
		.version = "0.171.0", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "opencode", .title = "opencode", .format = FORMAT_JSON,
		.file = "~/.config/opencode/opencode.json", .base = BASE_V1, .api = API_CHAT,
		.key = "\"{env:%s}\"", .is_agent = true, .launch = "opencode",
		.text = "{\n"
			"  \"$schema\": \"https://opencode.ai/config.json\",\n"
			"  \"model\": %{tailnet/+model},\n"
			"  \"provider\": {\n"
			"    \"tailnet\": {\n"
			"      \"npm\": \"@ai-sdk/openai-compatible\",\n"
			"      \"name\": %{title},\n"
			"      \"options\": { \"baseURL\": %{v1}, \"apiKey\": %{key} },\n"
			"      \"models\": {\n"
			"        %{model}: {\n"
			"%?context           \"limit\": { \"context\": %{context}, \"output\": %{output} },\n"
			"          \"name\": %{model}\n"
			"        }\n"
			"      }\n"
			"    }\n"
			"  }\n"
			"}\n",
		.version = "1.18.33", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "claude-code", .title = "Claude Code", .format = FORMAT_SHELL, .base = BASE_ROOT,
		.api = API_MESSAGES, .is_agent = true, .launch = "claude",
		.text = "export ANTHROPIC_BASE_URL=%{root}\n"
			"export ANTHROPIC_AUTH_TOKEN=%{key}\n"
			"export ANTHROPIC_API_KEY=\n"
			"export ANTHROPIC_DEFAULT_OPUS_MODEL=%{model}\n"
			"export ANTHROPIC_DEFAULT_SONNET_MODEL=%{model}\n"
			"export ANTHROPIC_DEFAULT_HAIKU_MODEL=%{model}\n"
			"claude --model %{model}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "copilot", .title = "Copilot CLI", .format = FORMAT_SHELL, .base = BASE_V1,
		.api = API_CHAT, .is_agent = true, .launch = "copilot",
		.text = "export COPILOT_PROVIDER_TYPE=openai\n"
			"export COPILOT_PROVIDER_BASE_URL=%{v1}\n"
			"export COPILOT_PROVIDER_API_KEY=%{key}\n"
			"export COPILOT_PROVIDER_WIRE_API=completions\n"
			"export COPILOT_MODEL=%{model}\n"
			"export COPILOT_OFFLINE=true\n"
			"copilot\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "qwen-code", .title = "Qwen Code", .format = FORMAT_SHELL, .base = BASE_V1,
		.api = API_CHAT, .is_agent = true, .launch = "qwen",
		.text = "export OPENAI_BASE_URL=%{v1}\n"
			"export OPENAI_API_KEY=%{key}\n"
			"export OPENAI_MODEL=%{model}\n"
			"qwen --auth-type openai\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "goose", .title = "goose", .format = FORMAT_SHELL, .base = BASE_ROOT, .api = API_CHAT,
		.is_agent = true,
		.text = "export GOOSE_PROVIDER=openai\n"
			"export OPENAI_HOST=%{origin}\n"
			"export OPENAI_BASE_PATH=%{path+chat/completions}\n"
			"export OPENAI_API_KEY=%{key}\n"
			"export GOOSE_MODEL=%{model}\n"
			"goose session\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "crush", .title = "Crush", .format = FORMAT_JSON, .file = "~/.config/crush/crush.json",
		.base = BASE_V1, .api = API_CHAT, .key = "\"$%s\"", .replaces = "$", .is_agent = true,
		.needs_context = true,
		.text = "{\n"
			"  \"providers\": {\n"
			"    \"tailnet\": {\n"
			"      \"type\": \"openai-compat\",\n"
			"      \"name\": %{title},\n"
			"      \"base_url\": %{v1},\n"
			"      \"api_key\": %{key},\n"
			"      \"models\": [\n"
			"        {\n"
			"          \"id\": %{model},\n"
			"          \"name\": %{model},\n"
			"          \"context_window\": %{context},\n"
			"          \"default_max_tokens\": %{output}\n"
			"        }\n"
			"      ]\n"
			"    }\n"
			"  }\n"
			"}\n",
		.version = "37f36e9", .date = "2026-11",
	},
	{
		.name = "pi", .title = "pi", .format = FORMAT_JSON, .file = "~/.pi/agent/models.json",
		.base = BASE_V1, .api = API_CHAT, .key = "\"%s\"", .is_agent = true, .launch = "pi",
		.text = "{\n"
			"  \"providers\": {\n"
			"    \"tailnet\": {\n"
			"      \"baseUrl\": %{v1},\n"
			"      \"api\": \"openai-completions\",\n"
			"      \"apiKey\": %{key},\n"
			"      \"models\": [{ \"id\": %{model} }]\n"
			"    }\n"
			"  }\n"
			"}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "droid", .title = "Droid", .format = FORMAT_JSON, .file = "~/.factory/settings.json",
		.base = BASE_V1, .api = API_CHAT, .key = "\"${%s}\"", .replaces = "$", .is_agent = true,
		.launch = "droid",
		.text = "{\n"
			"  \"customModels\": [\n"
			"    {\n"
			"      \"model\": %{model},\n"
			"      \"displayName\": %{model},\n"
			"      \"baseUrl\": %{v1},\n"
			"      \"apiKey\": %{key},\n"
			"      \"provider\": \"generic-chat-completion-api\",\n"
			"      \"maxOutputTokens\": %{output}\n"
			"    }\n"
			"  ]\n"
			"}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "openclaw", .title = "OpenClaw", .format = FORMAT_JSON,
		.file = "~/.openclaw/openclaw.json", .base = BASE_ROOT, .api = API_OLLAMA,
		.replaces = "$", .is_agent = true, .needs_context = true, .launch = "openclaw",
		.text = "{\n"
			"  \"models\": {\n"
			"    \"providers\": {\n"
			"      \"ollama\": {\n"
			"        \"baseUrl\": %{root},\n"
			"        \"apiKey\": \"ollama-local\",\n"
			"        \"api\": \"ollama\",\n"
			"        \"models\": [\n"
			"          { \"id\": %{model}, \"name\": %{model}, \"contextWindow\": %{context} }\n"
			"        ]\n"
			"      }\n"
			"    }\n"
			"  }\n"
			"}\n",
		.version = "documents", .date = "2026-11",
	},
	{ .name = NULL },
};
/* clang-format on */
