/* A form has no syntax, so its values are written as they are; a shell's are single-quoted where needed. */
#include "probes/report/connect_fill.h"

#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MAX 2048             /* a URL and a model together */
#define QUOTED_MAX (VALUE_MAX * 6) /* each byte at most \u0000 */
#define OUTPUT_MOST 32768          /* tokens of one answer */

struct filling {
	const struct connect_client *client;
	const struct connect_values *values;
	char origin[VALUE_MAX], path[VALUE_MAX]; /* of the v1 URL; the path ends with / */
};

/* A string literal that means the same in JSON, TOML, YAML, Python and JavaScript. Escaping $ and { keeps clients from
 * expanding ${...} and {env:...} before they parse the file. */
static const char *literal(char *to, size_t size, const char *text)
{
	text_set(to, size, "\"");
	for (const char *at = text; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (c == '"' || c == '\\')
			text_add(to, size, "\\%c", c);
		else if (c < 0x20 || c == 0x7f || c == '$' || c == '{')
			text_add(to, size, "\\u%04x", c);
		else
			text_add(to, size, "%.*s", 1, at);
	}
	text_add(to, size, "\"");
	return to;
}

static void add_text(struct bytes *to, const char *text)
{
	bytes_add(to, text, strlen(text));
}

static void add_quoted(struct bytes *to, const struct filling *f, const char *text)
{
	char quoted[QUOTED_MAX];

	if (f->client->format == FORMAT_FORM)
		add_text(to, text);
	else if (f->client->format == FORMAT_SHELL)
		add_text(to, shell_word(quoted, sizeof(quoted), text));
	else
		add_text(to, literal(quoted, sizeof(quoted), text));
}

/* ---- the values ---- */

static void split_url(struct filling *f)
{
	struct url url;

	if (url_split(&url, f->values->v1) < 0)
		return;
	text_set(f->path, sizeof(f->path), "%s/", *url.path == '/' ? url.path + 1 : url.path);
	*url.path = '\0';
	url_join(&url, f->origin, sizeof(f->origin));
}

/* NULL: it is a literal word. */
static const char *value_of(const struct filling *f, const char *name, size_t length)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{ "v1", f->values->v1 },
		{ "root", f->values->root },
		{ "origin", f->origin },
		{ "path", f->path },
		{ "model", f->values->model },
		{ "title", f->values->title },
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (strlen(values[i].name) == length && strncmp(values[i].name, name, length) == 0)
			return values[i].value;
	return NULL;
}

/* "openai/+model" */
static void add_joined(struct bytes *to, const struct filling *f, const char *words)
{
	char joined[VALUE_MAX] = "";

	while (true) {
		size_t length = strcspn(words, "+");
		const char *value = value_of(f, words, length);

		if (value)
			text_add(joined, sizeof(joined), "%s", value);
		else
			text_add(joined, sizeof(joined), "%.*s", (int)length, words);
		if (!words[length])
			break;
		words += length + 1;
	}
	add_quoted(to, f, joined);
}

static void add_key(struct bytes *to, const struct filling *f)
{
	static const char *const forms[FORMAT_COUNT] = {
		[FORMAT_SHELL] = "\"$%s\"",
		[FORMAT_PYTHON] = "os.environ[\"%s\"]",
		[FORMAT_JAVASCRIPT] = "process.env.%s",
		[FORMAT_FORM] = "the value of $%s",
	};
	const char *form = f->client->key ? f->client->key : forms[f->client->format];
	const char *hole = form ? strstr(form, "%s") : NULL;

	if (!*f->values->key_variable || !hole) {
		add_quoted(to, f, "not-needed");
		return;
	}
	bytes_add(to, form, (size_t)(hole - form));
	add_text(to, f->values->key_variable);
	add_text(to, hole + 2);
}

static void add_key_name(struct bytes *to, const struct filling *f)
{
	add_quoted(to, f, f->values->key_variable);
}

static void add_body(struct bytes *to, const struct filling *f)
{
	char model[QUOTED_MAX], body[QUOTED_MAX + 128];

	text_set(body, sizeof(body),
		"{\"model\": %s, \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}",
		literal(model, sizeof(model), f->values->model));
	add_quoted(to, f, body);
}

static void add_number(struct bytes *to, double number)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%.0f", number);
	add_text(to, digits);
}

static double context_of(const struct filling *f)
{
	return isnan(f->values->context) ? CONNECT_CONTEXT_GUESS : f->values->context;
}

static void add_context(struct bytes *to, const struct filling *f)
{
	add_number(to, context_of(f));
}

static void add_output(struct bytes *to, const struct filling *f)
{
	add_number(to, fmin(floor(context_of(f) / 2), OUTPUT_MOST));
}

/* ---- the text ---- */

static void add_variable(struct bytes *to, const struct filling *f, const char *name, size_t length)
{
	static const struct {
		const char *name;
		void (*add)(struct bytes *to, const struct filling *f);
	} special[] = {
		{ "key", add_key },
		{ "key-name", add_key_name },
		{ "body", add_body },
		{ "context", add_context },
		{ "output", add_output },
	};
	char words[64];

	text_set(words, sizeof(words), "%.*s", (int)length, name);
	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if (strcmp(special[i].name, words) == 0) {
			special[i].add(to, f);
			return;
		}
	add_joined(to, f, words);
}

/* Whether the line is wanted; at moves past its condition. */
static bool is_wanted(const struct filling *f, const char **at)
{
	static const char key[] = "%?key ", context[] = "%?context ";

	if (text_has_prefix(*at, key)) {
		*at += strlen(key);
		return *f->values->key_variable;
	}
	if (text_has_prefix(*at, context)) {
		*at += strlen(context);
		return !isnan(f->values->context);
	}
	return true;
}

static void add_line(struct bytes *to, const struct filling *f, const char *line, const char *end)
{
	const char *hole;

	while ((hole = strstr(line, "%{")) && hole < end) {
		size_t length = strcspn(hole + 2, "}");

		bytes_add(to, line, (size_t)(hole - line));
		add_variable(to, f, hole + 2, length);
		line = hole + 2 + length + 1;
	}
	bytes_add(to, line, (size_t)(end - line));
}

void connect_fill(struct bytes *to, const struct connect_client *client, const struct connect_values *values)
{
	struct filling filling = { .client = client, .values = values };
	const char *at = client->text;

	split_url(&filling);
	bytes_add(to, "", 0);
	while (*at) {
		bool wanted = is_wanted(&filling, &at);
		const char *end = at + strcspn(at, "\n") + 1;

		if (wanted)
			add_line(to, &filling, at, end);
		at = end;
	}
}
