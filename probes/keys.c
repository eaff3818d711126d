/* A key is one word in an environment variable or in the first line of a small regular file. What could break
 * out of an HTTP header (a control character, a space) is refused, for a mistyped path must not send a whole
 * file to a server. */
#include "probes/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/fault.h"

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

/* Returns the bytes of a regular file of at most KEY_FILE_MAX bytes; -1: errno says why. */
static ssize_t read_small(const char *path, char *text)
{
	struct stat entry;
	ssize_t length = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us up */

	if (fd < 0)
		return -1;
	if (!fstat(fd, &entry) && S_ISREG(entry.st_mode) && entry.st_size <= KEY_FILE_MAX)
		length = read(fd, text, KEY_FILE_MAX);
	else
		errno = EFBIG;
	close(fd);
	return length;
}

static int read_file(const char *path, char *key, size_t size, struct fault *fault)
{
	char text[KEY_FILE_MAX + 1] = "";

	if (read_small(path, text) >= 0)
		return take_key(text, path, key, size, fault);
	if (errno == EFBIG)
		fault_say(fault, "key file %s is no regular file of at most 4 kB", path);
	else
		fault_say(fault, "cannot read the key file %s: %s", path, strerror(errno));
	return -1;
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
