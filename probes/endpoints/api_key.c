/* A key is one word in an environment variable or in the first line of a small regular file. Security:
 * anything that could break out of an HTTP header (a control character, a space) is refused, because a
 * mistyped path must not send a whole file to a server. A fault names the endpoint, never the variable or
 * path from the configuration: users may have put the key itself there by mistake. */
#include "probes/endpoints/api_key.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_FILE_MAX 4096

static bool is_word(const char *key)
{
	for (const char *at = key; *at; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	return key[0];
}

/* Takes the first line, without trailing blanks and carriage returns. */
static int take_key(const char *text, const char *what, char *key, size_t size, struct fault *fault)
{
	size_t length = strcspn(text, "\n");

	while (length && strchr(" \t\r", text[length - 1]))
		length--;
	if (length < size) {
		memcpy(key, text, length);
		key[length] = '\0';
		if (is_word(key))
			return 0;
	}
	key[0] = '\0';
	fault_say(fault, "%s holds no key: one word without control characters is expected", what);
	return -1;
}

static int read_file(const char *path, const char *what, char *key, size_t size, struct fault *fault)
{
	struct stat entry;
	struct fault why;
	char *text = file_read_entry(path, KEY_FILE_MAX, FILE_NO_PIPE, &entry, &why);
	int result = -1;

	if (!text && (errno == EFBIG || errno == EINVAL))
		fault_say(fault, "%s is no regular file of at most 4 kB", what);
	else if (!text)
		fault_say(fault, "cannot read %s: %s", what, why.text);
	else if (!private_check_owner(&entry, what, fault) &&
		 !private_check_mode(&entry, PRIVATE_SECRET, what, path, fault))
		result = take_key(text, what, key, size, fault);
	if (text)
		memset(text, 0, strlen(text));
	free(text);
	return result;
}

int api_key_read(const struct pin *pin, char *key, size_t size, struct fault *fault)
{
	char what[160];
	const char *value;

	key[0] = '\0';
	snprintf(what, sizeof(what), "the %s of %.120s", pin->key_file[0] ? "key_file" : "key_env variable",
		pin->url);
	if (pin->key_file[0])
		return read_file(pin->key_file, what, key, size, fault);
	if (!pin->key_env[0])
		return 0;
	value = getenv(pin->key_env);
	if (value)
		return take_key(value, what, key, size, fault);
	fault_say(fault, "%s is not set in the environment", what);
	return -1;
}
