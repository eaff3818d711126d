/* Clients that one writes or types: environment variables, commands, libraries. */
#include "probes/report/connect_client.h"

#include <stddef.h>

/* clang-format off */
const struct connect_client connect_code[] = {
	{
		.name = "env", .title = "programs that read the environment", .format = FORMAT_SHELL,
		.base = BASE_V1, .api = API_CHAT,
		/* Older libraries read the second name. */
		.text = "export OPENAI_BASE_URL=%{v1}\n"
			"export OPENAI_API_BASE=%{v1}\n"
			"export OPENAI_API_KEY=%{key}\n"
			"export OPENAI_MODEL=%{model}\n",
		.version = "openai 3.57.0", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "curl", .title = "curl", .format = FORMAT_SHELL, .base = BASE_V1, .api = API_CHAT,
		.text = "curl %{v1+/chat/completions} \\\n"
			"  -H 'Content-Type: application/json' \\\n"
			"%?key   -H \"Authorization: Bearer $%{key-name}\" \\\n"
			"  -d %{body}\n",
		.version = "7.88.1", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "openai-python", .title = "the openai package for Python", .format = FORMAT_PYTHON,
		.base = BASE_V1, .api = API_CHAT,
		.text = "%?key import os\n"
			"from openai import OpenAI\n"
			"\n"
			"client = OpenAI(base_url=%{v1}, api_key=%{key})\n"
			"answer = client.chat.completions.create(\n"
			"    model=%{model},\n"
			"    messages=[{\"role\": \"user\", \"content\": \"Hello\"}],\n"
			")\n"
			"print(answer.choices[0].message.content)\n",
		.version = "3.57.0", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "openai-js", .title = "the openai package for JavaScript",
		.format = FORMAT_JAVASCRIPT, .base = BASE_V1, .api = API_CHAT,
		.text = "import OpenAI from \"openai\";\n"
			"\n"
			"const client = new OpenAI({ baseURL: %{v1}, apiKey: %{key} });\n"
			"const answer = await client.chat.completions.create({\n"
			"  model: %{model},\n"
			"  messages: [{ role: \"user\", content: \"Hello\" }],\n"
			"});\n"
			"console.log(answer.choices[0].message.content);\n",
		.note = "the file is a module: end its name in .mjs",
		.version = "6.49.0", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "anthropic-python", .title = "the anthropic package for Python",
		.format = FORMAT_PYTHON, .base = BASE_ROOT, .api = API_MESSAGES,
		.text = "%?key import os\n"
			"from anthropic import Anthropic\n"
			"\n"
			"client = Anthropic(base_url=%{root}, auth_token=%{key})\n"
			"answer = client.messages.create(\n"
			"    model=%{model},\n"
			"    max_tokens=1024,\n"
			"    messages=[{\"role\": \"user\", \"content\": \"Hello\"}],\n"
			")\n"
			"print(answer.content[0].text)\n",
		.note = "older releases also send the key in $ANTHROPIC_API_KEY, if it is set: unset it",
		.version = "2.14.0", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "ollama", .title = "the Ollama CLI", .format = FORMAT_SHELL, .base = BASE_ROOT,
		.api = API_OLLAMA,
		.text = "export OLLAMA_HOST=%{root}\n"
			"ollama run %{model}\n",
		.note = "it sends no key",
		.version = "0.17.4", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "llm", .title = "llm", .format = FORMAT_YAML,
		.file = "extra-openai-models.yaml in the folder of `llm logs path`", .base = BASE_V1,
		.api = API_CHAT,
		.text = "- model_id: %{tailnet/+model}\n"
			"  model_name: %{model}\n"
			"  api_base: %{v1}\n"
			"%?key   api_key_name: tailnet\n",
		.note = "then: llm -m tailnet/MODEL; a key is stored by `llm keys set tailnet`",
		.version = "0.36", .date = "2026-11", .is_tried = true,
	},
	{
		.name = "gptme", .title = "gptme", .format = FORMAT_SHELL, .base = BASE_V1, .api = API_CHAT,
		.text = "export OPENAI_BASE_URL=%{v1}\n"
			"export OPENAI_API_KEY=%{key}\n"
			"gptme -m %{local/+model}\n",
		.version = "documents", .date = "2026-11",
	},
	{
		.name = "aichat", .title = "aichat", .format = FORMAT_YAML,
		.file = "~/.config/aichat/config.yaml", .base = BASE_V1, .api = API_CHAT,
		.text = "model: %{tailnet:+model}\n"
			"clients:\n"
			"  - type: openai-compatible\n"
			"    name: tailnet\n"
			"    api_base: %{v1}\n"
			"    models:\n"
			"      - name: %{model}\n"
			"%?context         max_input_tokens: %{context}\n",
		.note = "a key goes into the variable TAILNET_API_KEY; the URL must not end with /",
		.version = "82976d3", .date = "2026-11",
	},
	{ .name = NULL },
};
/* clang-format on */
