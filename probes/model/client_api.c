/* Versions are compared by their leading numbers: "0.14.0", "v0.9.1", "b7187-de3ff81". */
#include "probes/model/client_api.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SHALLOW_BUILDS 100 /* llama.cpp numbers its builds by counting commits */

const char *client_api_name(enum client_api api)
{
	static const char *const names[API_COUNT] = {
		[API_CHAT] = "chat completions API",
		[API_RESPONSES] = "Responses API",
		[API_MESSAGES] = "Messages API",
		[API_OLLAMA] = "Ollama API",
	};

	return names[api];
}

static const char *numbers_of(const char *version)
{
	return version + (isalpha((unsigned char)*version) ? 1 : 0);
}

static bool has_number(const char *version)
{
	const char *numbers = numbers_of(version);
	bool is_of_shallow_clone = *version == 'b' && strtoul(numbers, NULL, 10) < SHALLOW_BUILDS;

	return isdigit((unsigned char)*numbers) && !is_of_shallow_clone;
}

/* Takes one number and the dot after it; 0 at the end: "0.14" is "0.14.0". */
static unsigned long take_number(const char **at)
{
	size_t length = strspn(*at, "0123456789");
	unsigned long number = length ? strtoul(*at, NULL, 10) : 0;

	*at += length;
	*at = length && **at == '.' ? *at + 1 : "";
	return number;
}

static bool is_before(const char *version, const char *since)
{
	const char *a = numbers_of(version), *b = numbers_of(since);

	while (*a || *b) {
		unsigned long one = take_number(&a), other = take_number(&b);

		if (one != other)
			return one < other;
	}
	return false;
}

struct spoken client_api_spoken(const char *since, const char *version)
{
	if (!since)
		return (struct spoken){ SPEAKS_UNKNOWN, "" };
	if (strcmp(since, API_NEVER) == 0)
		return (struct spoken){ SPEAKS_NO, "" };
	if (!*since)
		return (struct spoken){ SPEAKS_YES, "" };
	if (!has_number(version))
		return (struct spoken){ SPEAKS_UNKNOWN, since };
	return (struct spoken){ is_before(version, since) ? SPEAKS_LATER : SPEAKS_YES, since };
}
