/* The APIs that clients of LLM servers speak, and whether a server of some version speaks one. */
#ifndef TSLLM_MODEL_CLIENT_API_H
#define TSLLM_MODEL_CLIENT_API_H

enum client_api {
	API_CHAT,      /* OpenAI's /v1/chat/completions */
	API_RESPONSES, /* OpenAI's /v1/responses */
	API_MESSAGES,  /* Anthropic's /v1/messages */
	API_OLLAMA,    /* Ollama's own /api/... */
	API_COUNT
};

/* What a server family says about an API instead of the first version that speaks it. NULL: it is not
 * known. */
#define API_ALWAYS "" /* every version that is in use */
#define API_NEVER "-"

enum speaks { SPEAKS_UNKNOWN, SPEAKS_YES, SPEAKS_NO, SPEAKS_LATER /* a newer version does */ };

struct spoken {
	enum speaks how;
	const char *since; /* the first version that speaks it; "": not known, or none */
};

const char *client_api_name(enum client_api api); /* "Responses API" */
/* since as above. If the version is unknown, or only counts the commits of a shallow clone, so is the
 * answer. */
struct spoken client_api_spoken(const char *since, const char *version);

#endif
