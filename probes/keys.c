/* A key is one word in an environment variable or in the first line of a small regular file. What could break
 * out of an HTTP header (a control character, a space) is refused, for a mistyped path must not send a whole
 * file to a server. */
#include "probes/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/fault.h"
#include "probes/base/file.h"

#define KEY_FILE_MAX 4096

static bool is_word(const char *key)
{
	for (const char *at = key; *at; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	return key[0];
}

/* Takes the first line, without what editors leave at its end. */
static int take_key(const char *text, const char *where, char *key, size_t size, struct fault *fault)
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
	fault_say(fault, "%s holds no key: one word without control characters is expected", where);
	return -1;
}

static int read_file(const char *path, char *key, size_t size, struct fault *fault)
{
	size_t length;
	struct fault why;
	char *text = file_read(path, KEY_FILE_MAX, FILE_NO_PIPE, &length, &why);
	int result = -1;

	if (text)
		result = take_key(text, path, key, size, fault);
	else if (errno == EFBIG || errno == EINVAL)
		fault_say(fault, "key file %s is no regular file of at most 4 kB", path);
	else
		fault_say(fault, "cannot read the key file %s: %s", path, why.text);
	free(text);
	return result;
}

int keys_read(const struct pin *pin, char *key, size_t size, struct fault *fault)
{
	const char *value;

	key[0] = '\0';
	if (pin->key_file[0])
		return read_file(pin->key_file, key, size, fault);
	if (!pin->key_env[0])
		return 0;
	value = getenv(pin->key_env);
	if (value)
		return take_key(value, pin->key_env, key, size, fault);
	fault_say(
		fault, "the environment has no %s, which should hold the key of %s", pin->key_env, pin->url);
	return -1;
}
