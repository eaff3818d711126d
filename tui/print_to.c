#include "tui/print_to.h"

#include "probes/base/fault.h"
#include "probes/base/file_replace.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/redact.h"
#include "tui/out/exposition_memory.h"
#include "tui/views/views.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_LEAST 40
#define HEIGHT_LEAST 2
#define CELLS_MOST 1000
#define PIPE_WIDTH 80 /* of sentences; tables are uncut there */
#define PIPE_HEIGHT 24
#define FILE_RIGHTS 0644 /* others read it: a collector, a web server */

/* As a variable of the environment says, or the terminal, or 0: it is a pipe or a file. */
static int cells(const char *variable, int least, int terminal)
{
	const char *value = getenv(variable);
	int count = value ? (int)text_number(value, 65535) : 0;

	if (count < least)
		count = terminal;
	return count < least ? 0 : count > CELLS_MOST ? CELLS_MOST : count;
}

static bool has_colour(const struct options *options)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

	return !*options->file && isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && term &&
	       strcmp(term, "dumb") != 0;
}

struct print_to print_to_new(const struct options *options, const struct settings *settings, bool is_ascii)
{
	struct winsize size = { 0 };
	int width, height;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size = (struct winsize){ 0 };
	width = cells("COLUMNS", WIDTH_LEAST, size.ws_col);
	height = cells("LINES", HEIGHT_LEAST, size.ws_row);
	return (struct print_to){
		.file = stdout,
		.errors = stderr,
		.width = width ? width : PIPE_WIDTH,
		.height = height ? height : PIPE_HEIGHT,
		.is_uncut = !width,
		.has_colour = has_colour(options),
		.is_ascii = is_ascii,
		.view = views_named(options->view),
		.theme = settings->theme,
		.memory = exposition_memory_new(),
	};
}

void print_to_fini(struct print_to *to)
{
	exposition_memory_free(to->memory);
}

struct redactor *print_to_redactor(const struct settings *settings)
{
	const char *const paths[] = { settings->socket, settings->tailscale, settings->ca_file,
		settings->helper, settings->state_file };
	struct redactor *redactor = redactor_new(getenv("HOME"));

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		redactor_hide_path(redactor, paths[i]);
	return redactor;
}

int print_to_check(const struct options *options, struct fault *fault)
{
	struct file_replace replace;

	if (!*options->file)
		return 0;
	if (file_replace_begin(&replace, options->file, FILE_RIGHTS, fault) < 0)
		return -1;
	file_replace_drop(&replace);
	return 0;
}

int print_to_file(
	const struct print_to *to, const char *path, print_to_fn *print, void *data, struct fault *fault)
{
	struct print_to into = *to;
	struct file_replace replace;
	int status;

	if (file_replace_begin(&replace, path, FILE_RIGHTS, fault) < 0)
		return -1;
	into.file = replace.file;
	status = print(data, &into);
	if (ftell(into.file) == 0 && !ferror(into.file)) /* after a failed write it is 0 as well */
		file_replace_drop(&replace);
	else if (file_replace_end(&replace, false, fault) < 0)
		return -1;
	return status;
}
