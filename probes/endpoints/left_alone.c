/* A plain list, searched linearly once per URL that discovery comes to. */
#include "probes/endpoints/left_alone.h"

#define URLS_MAX 10000

bool left_alone_is_final(enum found_by found_by, enum outcome outcome, int status)
{
	return found_by == FOUND_SERVICE || (outcome == OUTCOME_ANSWERED && status < 500);
}

bool left_alone_has(const struct left_alone *left_alone, const char *url)
{
	return strings_has(&left_alone->urls, url);
}

void left_alone_add(struct left_alone *left_alone, const char *url)
{
	if (left_alone_has(left_alone, url))
		return;
	if (left_alone->urls.count == URLS_MAX)
		left_alone_forget(left_alone);
	strings_add(&left_alone->urls, url);
}

void left_alone_forget(struct left_alone *left_alone)
{
	strings_forget(&left_alone->urls);
}

void left_alone_fini(struct left_alone *left_alone)
{
	strings_fini(&left_alone->urls);
}
