/* Reads the configuration: lines, sections, keys and values.
 *
 * inih cannot be used here: Debian's build cuts lines at 200 bytes, which long paths and lists of ports
 * exceed, joins indented lines to the one before, and does not report line numbers. Values that do not fit a
 * plain line are quoted, so that everything --print-config prints can be read back. */
#include "tui/config.h"

#include "probes/base/file.h"
#include "probes/base/mem.h"
#include "probes/base/private.h"
#include "probes/base/text.h"
#include "tui/config_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES 1000000

enum section { SECTION_TOP, SECTION_ENDPOINT, SECTION_PEER, SECTION_UNKNOWN };

struct reader {
	const char *path;
	char directory[1024];
	struct settings *settings;
	config_fault_fn *say;
	void *data;
	int line, section_line;
	enum section section;
	bool has_url;
	bool is_pinned;           /* this section has set a pin: the last one */
	char *key_env, *key_file; /* of the current section */
	bool has_plain_key;
	struct peer_settings *peer; /* that this section is about */
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

/* ---- lines ---- */

static bool is_blank(char c)
{
	return c && strchr(" \t\r", c);
}

/* text without blanks at both ends. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && is_blank(end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t\r");
}

/* In place: the NAME of "[KIND NAME]"; NULL if the head is of another kind or has no name. */
static const char *name_of_section(char *head, const char *kind)
{
	char *name;

	if (!text_has_prefix(head, kind))
		return NULL;
	name = head + strlen(kind);
	name[strcspn(name, "]")] = '\0';
	name = trim(name);
	return *name ? name : NULL;
}

/* head holds a ]. */
static void begin_section(struct reader *reader, char *head)
{
	const char *peer;

	end_section(reader);
	reader->section_line = reader->line;
	reader->section = SECTION_UNKNOWN;
	if (name_of_section(head, "[endpoint ")) {
		reader->section = SECTION_ENDPOINT;
	} else if ((peer = name_of_section(head, "[peer "))) {
		reader->section = SECTION_PEER;
		reader->peer = settings_peer(reader->settings, peer);
	} else {
		complain_at(reader, reader->line, "unknown section, expected [endpoint NAME] or [peer NAME]");
	}
}

/* In place: the text between quotes, or up to a comment. NULL: a quote is not closed, or text follows it. */
static char *value_of(char *text)
{
	char *to = text, *at = text + 1;

	if (text[0] != '"') {
		for (at = text; *at && !(*at == ';' && (at == text || is_blank(at[-1]))); at++)
			;
		*at = '\0';
		return trim(text);
	}
	for (; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			*to++ = *++at == 'n' ? '\n' : *at == 'r' ? '\r' : *at;
		else
			*to++ = *at;
	}
	if (*at != '"' ||
		(at[1] && at[1 + strspn(at + 1, " \t\r")] && at[1 + strspn(at + 1, " \t\r")] != ';'))
		return NULL;
	*to = '\0';
	return text;
}

static int take_key(struct reader *reader, const char *name, const char *value, struct fault *fault)
{
	char place[sizeof(fault->text)];

	if (config_set(reader->settings, name, value, reader->directory, fault) < 0)
		return -1;
	snprintf(place, sizeof(place), "%s:%d", reader->path, reader->line);
	config_note_place(reader->settings, name, place);
	return 0;
}

static void take_pair(struct reader *reader, const char *name, const char *value)
{
	struct fault fault;
	int failed = 0;

	if (reader->section == SECTION_TOP)
		failed = take_key(reader, name, value, &fault);
	else if (reader->section == SECTION_ENDPOINT)
		failed = take_endpoint_key(reader, name, value, &fault);
	else if (reader->section == SECTION_PEER)
		failed = config_set_peer(reader->peer, name, value, reader->directory, &fault);
	if (failed)
		complain_at(reader, reader->line, fault.text);
}

/* line must be trimmed and not empty. */
static void take_line(struct reader *reader, char *line)
{
	char *separator = strpbrk(line, "=:"), *value;

	if (strchr(";#", line[0]))
		return;
	if (line[0] == '[') {
		if (strchr(line, ']'))
			begin_section(reader, line);
		else
			complain_at(reader, reader->line, "']' is missing");
		return;
	}
	if (!separator) {
		complain_at(reader, reader->line, "expected KEY = VALUE");
		return;
	}
	*separator = '\0';
	value = value_of(trim(separator + 1));
	if (value)
		take_pair(reader, trim(line), value);
	else
		complain_at(reader, reader->line,
			"a quoted value must end with \" and nothing after it; a quote inside is \\\"");
}

static void take_lines(struct reader *reader, char *text, size_t length)
{
	char *end = text + length, *next;

	if (text_has_prefix(text, "\xef\xbb\xbf"))
		text += 3;
	for (; text < end; text = next) {
		char *line_end = memchr(text, '\n', (size_t)(end - text)), *line = text;

		line_end = line_end ? line_end : end;
		next = line_end + 1;
		*line_end = '\0';
		reader->line++;
		if (strlen(text) < (size_t)(line_end - text))
			complain_at(reader, reader->line, "this line holds a zero byte");
		else if (*(line = trim(line)))
			take_line(reader, line);
	}
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
	struct fault fault, why;
	struct stat entry;
	char *text;

	reader.path = path ? path : config_default_path(usual, sizeof(usual));
	text = file_read_entry(reader.path, FILE_MAX_BYTES, FILE_PIPE_MS, &entry, &why);
	if (!text && !path && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!text)
		fault_say(&fault, "cannot read the configuration '%s': %s", reader.path, why.text);
	/* The file says which commands run and where keys are sent, so refuse one that everybody can change.
	 * A pipe is fine: the shell made it. */
	if (!text || (S_ISREG(entry.st_mode) &&
			     private_check_mode(&entry, S_IWOTH, "the configuration", reader.path, &fault))) {
		free(text);
		say(data, &fault);
		return -1;
	}
	set_directory(&reader);
	take_lines(&reader, text, (size_t)entry.st_size);
	end_section(&reader);
	free(text);
	return 0;
}

void config_environment(struct settings *settings)
{
	const char *socket = getenv("TS_SOCKET"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct fault fault;
	char path[1024] = "";

	if (socket && socket[0])
		config_set(settings, "socket", socket, NULL, &fault);
	if (state && state[0] == '/')
		snprintf(path, sizeof(path), "%s/tsllm-top/endpoints", state);
	else if (home && home[0])
		snprintf(path, sizeof(path), "%s/.local/state/tsllm-top/endpoints", home);
	free(settings->state_file);
	settings->state_file = mem_copy(path);
}
