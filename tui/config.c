/* Reads the configuration through inih, which splits lines into keys and values.
 *
 * The lines go to inih through next_line(), for three reasons: Debian's build cuts them at 200 bytes and
 * counts the rest as a line of its own, takes an indented one for a continuation, and does not tell its
 * callers where they are. So what is too long or no line at all is refused here, with its true number, and
 * inih sees it as blank. */
#include "tui/config.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/base/mem.h"
#include "probes/base/private.h"
#include "probes/base/text.h"
#include "tui/config_keys.h"

#define LINE_MAX_BYTES 199

enum section { SECTION_TOP, SECTION_ENDPOINT, SECTION_UNKNOWN };

struct reader {
	FILE *file;
	const char *path;
	char directory[1024];
	struct settings *settings;
	config_fault_fn *say;
	void *data;
	int line, section_line;
	enum section section;
	bool has_url;
	bool is_pinned;           /* by this section: the last pin is its own */
	char *key_env, *key_file; /* of this section so far */
	bool has_plain_key;
};

static void complain_at(struct reader *reader, int line, const char *what)
{
	struct fault fault;

	fault_say(&fault, "%s:%d: %s", reader->path, line, what);
	reader->say(reader->data, &fault);
}

/* ---- [endpoint NAME] ---- */

static int take_url(struct reader *reader, const char *value, struct fault *fault)
{
	size_t before = reader->settings->pins.count;

	if (reader->has_url) {
		fault_say(fault, "a second url in one section");
		return -1;
	}
	reader->has_url = true;
	if (settings_pin(reader->settings, value, fault))
		return -1;
	reader->is_pinned = reader->settings->pins.count > before;
	if (reader->is_pinned)
		return 0;
	fault_say(fault, "this url is in another section already");
	return -1;
}

static int take_key_env(struct reader *reader, const char *value, struct fault *fault)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

	if (!value[0] || value[strspn(value, plain)]) {
		/* not repeated: it may be the key itself */
		fault_say(fault, "key_env must be the name of an environment variable that holds the key");
		return -1;
	}
	config_replace(&reader->key_env, mem_copy(value));
	return 0;
}

static int take_key_file(struct reader *reader, const char *value, struct fault *fault)
{
	(void)fault;
	config_replace(&reader->key_file, config_path(value, reader->directory));
	return 0;
}

static int take_plain_key(struct reader *reader, const char *value, struct fault *fault)
{
	reader->has_plain_key = !strcmp(value, "on");
	if (reader->has_plain_key || !strcmp(value, "off"))
		return 0;
	fault_say(fault, "plain-key must be on or off");
	return -1;
}

static int take_endpoint_key(struct reader *reader, const char *name, const char *value, struct fault *fault)
{
	static const struct {
		const char *name;
		int (*take)(struct reader *reader, const char *value, struct fault *fault);
	} keys[] = {
		{ "url", take_url },
		{ "key_env", take_key_env },
		{ "key_file", take_key_file },
		{ "plain-key", take_plain_key },
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (config_is_key(keys[i].name, name))
			return keys[i].take(reader, value, fault);
	return config_refuse_key(name, "url, key_env, key_file, plain-key", fault);
}

static void end_section(struct reader *reader)
{
	if (reader->section == SECTION_ENDPOINT && !reader->has_url)
		complain_at(reader, reader->section_line, "this endpoint has no url");
	if (reader->is_pinned) {
		struct pin *pin = &reader->settings->pins.items[reader->settings->pins.count - 1];

		config_replace(&pin->key_env, mem_copy(reader->key_env));
		config_replace(&pin->key_file, mem_copy(reader->key_file));
		pin->has_plain_key = reader->has_plain_key;
	}
	config_replace(&reader->key_env, NULL);
	config_replace(&reader->key_file, NULL);
	reader->has_url = reader->is_pinned = reader->has_plain_key = false;
}

static void begin_section(struct reader *reader, const char *line)
{
	static const char endpoint[] = "[endpoint ";

	end_section(reader);
	reader->section_line = reader->line;
	reader->section = text_has_prefix(line, endpoint) && line[sizeof(endpoint) - 1] != ']'
				  ? SECTION_ENDPOINT
				  : SECTION_UNKNOWN;
	if (reader->section == SECTION_UNKNOWN)
		complain_at(reader, reader->line, "unknown section, expected [endpoint NAME]");
}

/* ---- lines ---- */

/* The next line without its end, cut at size; length is all of it. False at the end of the file. */
static bool read_line(FILE *file, char *to, size_t size, size_t *length)
{
	int c;

	*length = 0;
	while ((c = getc(file)) != EOF && c != '\n') {
		if (*length + 1 < size)
			to[*length] = (char)c;
		++*length;
	}
	to[*length < size ? *length : size - 1] = '\0';
	return c != EOF || *length > 0;
}

/* Whether inih is to see the line; if not, its fault has been said. */
static bool is_line(struct reader *reader, const char *line, size_t length)
{
	bool is_section = line[0] == '[';

	if (length > LINE_MAX_BYTES)
		complain_at(reader, reader->line, "this line is longer than 199 bytes");
	else if (strlen(line) != length)
		complain_at(reader, reader->line, "this line holds a zero byte");
	else if (is_section && !strchr(line, ']'))
		complain_at(reader, reader->line, "']' is missing");
	else if (!is_section && line[0] && !strchr(";#", line[0]) && !strpbrk(line, "=:"))
		complain_at(reader, reader->line, "expected KEY = VALUE");
	else
		return true;
	return false;
}

static char *next_line(char *to, int size, void *data)
{
	struct reader *reader = data;
	char line[LINE_MAX_BYTES + 1];
	const char *text = line;
	size_t length;

	if (!read_line(reader->file, line, sizeof(line), &length))
		return NULL;
	reader->line++;
	if (reader->line == 1 && text_has_prefix(text, "\xef\xbb\xbf"))
		text += 3;
	text += strspn(text, " \t\r");
	if (!is_line(reader, text, length - (size_t)(text - line)))
		text = "";
	else if (text[0] == '[')
		begin_section(reader, text);
	snprintf(to, (size_t)size, "%s", text);
	return to;
}

static int take_pair(void *data, const char *section, const char *name, const char *value)
{
	struct reader *reader = data;
	struct fault fault;
	int failed = 0;

	(void)section; /* cut at 50 bytes: begin_section() knows better */
	if (reader->section == SECTION_TOP)
		failed = config_set(reader->settings, name, value, reader->directory, &fault);
	else if (reader->section == SECTION_ENDPOINT)
		failed = take_endpoint_key(reader, name, value, &fault);
	if (failed)
		complain_at(reader, reader->line, fault.text);
	return 1;
}

/* ---- the file ---- */

const char *config_default_path(char *path, size_t size)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (base && base[0] == '/')
		snprintf(path, size, "%s/tsllm-top/config", base);
	else if (home && home[0])
		snprintf(path, size, "%s/.config/tsllm-top/config", home);
	else
		path[0] = '\0';
	return path;
}

/* It says which commands are run and where keys go, so a file that everybody may change is refused. A pipe is
 * fine: the shell made it. */
static int check_file(FILE *file, const char *path, struct fault *fault)
{
	struct stat entry = { .st_mode = 0 };

	if (fstat(fileno(file), &entry) == 0 && S_ISREG(entry.st_mode))
		return private_check_mode(&entry, S_IWOTH, "the configuration", path, fault);
	if (!S_ISDIR(entry.st_mode))
		return 0;
	fault_say(fault, "cannot read the configuration '%s': %s", path, strerror(EISDIR));
	return -1;
}

static void set_directory(struct reader *reader)
{
	char *slash;

	snprintf(reader->directory, sizeof(reader->directory), "%s", reader->path);
	slash = strrchr(reader->directory, '/');
	if (slash)
		slash[slash == reader->directory] = '\0';
	else
		snprintf(reader->directory, sizeof(reader->directory), ".");
}

int config_read(const char *path, struct settings *settings, config_fault_fn *say, void *data)
{
	char usual[1024];
	struct reader reader = { .settings = settings, .say = say, .data = data };
	struct fault fault;

	reader.path = path ? path : config_default_path(usual, sizeof(usual));
	reader.file = fopen(reader.path, "re");
	if (!reader.file && !path && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!reader.file)
		fault_say(&fault, "cannot read the configuration '%s': %s", reader.path, strerror(errno));
	if (!reader.file || check_file(reader.file, reader.path, &fault) < 0) {
		if (reader.file)
			fclose(reader.file);
		say(data, &fault);
		return -1;
	}
	set_directory(&reader);
	ini_parse_stream(next_line, &reader, take_pair, &reader);
	end_section(&reader);
	fclose(reader.file);
	return 0;
}
