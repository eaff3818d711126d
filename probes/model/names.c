#include "probes/model/names.h"

#include "probes/base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 640

static bool is(const char *name, const char *word)
{
	return name && *name && text_equal_fold(name, word);
}

/* "gpu1" means gpu1.SUFFIX, as the tailnet's resolver completes it, and never gpu1 of another tailnet. */
static bool is_first_label(const struct names *names, const char *word)
{
	size_t length = strlen(word);

	return names->fqdn && names->suffix && *names->suffix && !strpbrk(word, ".:") &&
	       strncasecmp(names->fqdn, word, length) == 0 && names->fqdn[length] == '.' &&
	       text_equal_fold(names->fqdn + length + 1, names->suffix);
}

bool names_mean(const struct names *names, const char *word)
{
	size_t length = strlen(word);
	char plain[WORD_MAX];

	if (length && word[length - 1] == '.')
		length--;
	if (!length || length >= sizeof(plain))
		return false;
	snprintf(plain, sizeof(plain), "%.*s", (int)length, word);
	for (size_t i = 0; names->addresses && names->addresses[i]; i++)
		if (is(names->addresses[i], plain))
			return true;
	return is(names->id, plain) || is(names->name, plain) || is(names->host_name, plain) ||
	       is(names->fqdn, plain) || is_first_label(names, plain);
}
