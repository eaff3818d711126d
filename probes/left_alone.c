/* A plain list: it is looked through once for each door that discovery comes to. */
#include "probes/left_alone.h"

#include <stdlib.h>
#include <string.h>

#define URLS_MAX 10000

bool left_alone_has(const struct left_alone *left_alone, const char *url)
{
	for (size_t i = 0; i < left_alone->urls.count; i++)
		if (strcmp(left_alone->urls.items[i], url) == 0)
			return true;
	return false;
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
	for (size_t i = 0; i < left_alone->urls.count; i++)
		free(left_alone->urls.items[i]);
	left_alone->urls.count = 0;
}

void left_alone_fini(struct left_alone *left_alone)
{
	left_alone_forget(left_alone);
	free(left_alone->urls.items);
}
