/* How much of the file a fault repeats: as little as possible, because a key or a password may be in the
 * wrong place. */
#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "tui/config_keys.h"

#include <string.h>

#define WORD_MAX 20

const char *config_show(char *to, size_t size, const char *value)
{
	char bare[TEXT_CAP];

	if (strchr(value, '@') || strstr(value, "://"))
		value = url_typed(value, bare, sizeof(bare));
	return text_clean(to, size, value, strlen(value));
}

bool config_is_key(const char *name, const char *given)
{
	for (; *name && *given; name++, given++)
		if ((*name == '_' ? '-' : *name) != (*given == '_' ? '-' : *given))
			return false;
	return *name == *given;
}

int config_refuse_key(const char *given, const char *expected, struct fault *fault)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-_";
	size_t length = strlen(given);

	if (length <= WORD_MAX && !given[strspn(given, letters)])
		fault_say(fault, "unknown key '%s', expected one of %s", given, expected);
	else
		fault_say(fault, "unknown key, expected one of %s", expected);
	return -1;
}
