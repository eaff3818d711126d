/* tsllm-top: a terminal dashboard for the health of LLM servers on a Tailscale tailnet.
 *
 * probes/live.c makes snapshots and is the table of contents of probes/; this is the one of tui/. A room may
 * use itself and the rooms above it in this list:
 *
 *   term/    the terminal: screen, canvas, keys, themes, glyphs
 *   table/   what views are made of: columns, rows, tables, pages, plots
 *   views/   one file for each view, the header, and how several views show the same value
 *   ui/      keys, clicks, typing, selection, the span and the cursor of plots
 *   out/     what is printed: text, JSON, metrics, CSV, pictures, doctor, audit, pick
 *   *.c      options and configuration, the dashboard and the modes without a screen
 *
 * This file reads what the user asked for and starts one of those. */
#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/owner.h"
#include "probes/base/private.h"
#include "probes/endpoints/api_key.h"
#include "probes/endpoints/state_file.h"
#include "probes/io/budget.h"
#include "probes/model/settings.h"
#include "probes/source.h"
#include "tui/batch.h"
#include "tui/config.h"
#include "tui/interactive.h"
#include "tui/known_names.h"
#include "tui/on_change.h"
#include "tui/options.h"
#include "tui/term/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define CERTIFICATES_MAX_BYTES 16000000

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !term || !*term ||
	       strcmp(term, "dumb") == 0;
}

/* If standard output is closed, the next file that is opened would get its number and receive the output. It
 * is opened for reading, so that writing still fails. */
static void fill_standard_descriptors(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < (int)ARRAY_LEN(modes); fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			_exit(EX_OSERR);
}

/* The errno of a failed write to standard output, or 0. stdio does not keep the errno of an earlier write, so
 * write one more byte to get it: the output is incomplete anyway. */
static int output_error(void)
{
	bool has_failed = ferror(stdout);

	if (fflush(stdout) < 0)
		return errno;
	if (!has_failed)
		return 0;
	return write(STDOUT_FILENO, "\n", 1) < 0 ? errno : EIO;
}

/* Reports that output could not be written: the disk is full, or the reader is gone. */
static int end_output(const struct options *options, int status)
{
	int error = output_error();
	struct fault fault;

	if (!error)
		return status;
	fault_say(&fault, "cannot write the output: %s", strerror(error));
	options_complain(options, fault.text, stderr);
	return EX_IOERR;
}

static int say(const struct options *options, const struct settings *settings)
{
	if (options->wants_help)
		options_help(stdout);
	else if (options->wants_version)
		puts("tsllm-top " TSLLM_VERSION);
	else
		config_print(stdout, settings);
	return end_output(options, 0);
}

/* Warns before drawing about keys that cannot be read, a command that cannot be run, and files that others can
 * change. */
static void check_files(const struct options *options, const struct settings *settings)
{
	struct fault fault;
	char key[4096];

	if (state_file_check(settings->state_file, &fault) < 0)
		options_complain(options, fault.text, stderr);
	if (on_change_check(settings, &fault) < 0)
		options_complain_key(options, settings, "on-change", fault.text, stderr);
	for (size_t i = 0; i < settings->pins.count; i++)
		if (api_key_read(&settings->pins.items[i], key, sizeof(key), &fault) < 0)
			options_complain(options, fault.text, stderr);
	memset(key, 0, sizeof(key));
}

/* A socket that the user names is trusted whoever owns it, but say if it belongs to another user, because
 * that user can make us send keys to the wrong server. */
static void check_socket(const struct options *options, const struct settings *settings)
{
	struct stat entry;
	struct fault fault;
	char name[64];

	if (!*settings->socket || stat(settings->socket, &entry) || owner_is_believed(entry.st_uid))
		return;
	fault_say(&fault,
		"'%s' belongs to '%s', not to root or you: whoever that is decides where your requests "
		"and keys go",
		settings->socket, owner_name(entry.st_uid, name, sizeof(name)));
	options_complain(options, fault.text, stderr);
}

/* Without them each server would seem to have a bad certificate. Anything but a regular file is refused, because
 * the TLS library would block on a pipe. */
static int check_certificates(const struct options *options, const struct settings *settings)
{
	struct fault fault, why = { .text = "there is no certificate in it" };
	struct stat entry;
	bool has_one;
	char *text;

	if (!*settings->ca_file)
		return 0;
	text = file_read_entry(settings->ca_file, CERTIFICATES_MAX_BYTES, FILE_NO_PIPE, &entry, &why);
	has_one = text && strstr(text, "-----BEGIN ") && strstr(text, "CERTIFICATE-----");
	free(text);
	if (!has_one)
		fault_say(&fault, "cannot read the certificates '%s': %s", settings->ca_file, why.text);
	/* Whoever can change this file can pass any server off as ours and receive its key. */
	else if (private_check_mode(&entry, S_IWOTH, "the ca_file", settings->ca_file, &fault) == 0)
		return 0;
	options_complain_key(options, settings, "ca_file", fault.text, stderr);
	return has_one ? 0 : -1;
}

/* A wrong theme is no reason not to start, and it is said even if nothing is drawn in colour. */
static void check_theme(const struct options *options, const struct settings *settings)
{
	struct fault fault;
	struct theme theme;

	if (theme_load(&theme, settings->theme, &fault) < 0)
		options_complain_key(options, settings, "theme", fault.text, stderr);
}

/* A piece of a recording into another file. */
static int cut(const struct options *options, const struct settings *settings)
{
	struct fault note, fault = { "" };
	int failed = source_cut(settings, &note, &fault);

	if (*note.text)
		options_complain(options, note.text, stderr);
	if (failed)
		options_complain(options, fault.text, stderr);
	return failed < 0 ? EX_USAGE : failed ? EX_IOERR : 0;
}

static int start(const struct options *options, const struct settings *settings)
{
	bool is_ascii = options->is_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	struct fault fault;

	if (*options->log && log_open(options->log, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		return EX_USAGE;
	}
	if (options->forgets && *settings->state_file) {
		unlink(settings->state_file);
		known_names_forget(settings->state_file);
	}
	if (*settings->replay && *settings->record_file)
		return cut(options, settings);
	budget_raise();
	if (!*settings->replay) {
		check_socket(options, settings);
		check_files(options, settings);
	}
	check_theme(options, settings);
	if (!*settings->replay && check_certificates(options, settings) < 0)
		return EX_USAGE;
	if (!options->is_watch && !options->is_once && !options->is_headless && !is_dumb())
		return interactive_run(options, settings, is_ascii);
	return end_output(options, batch_run(options, settings, is_ascii));
}

int main(int argc, char **argv)
{
	struct options options;
	struct settings settings;
	int status;

	mem_set_limits();
	fill_standard_descriptors();
	signal(SIGPIPE, SIG_IGN); /* a failed write is reported instead */
	/* Characters only: numbers must keep the form that parsers and printers expect. */
	setlocale(LC_CTYPE, "");
	status = options_parse(argc, argv, &options, &settings, stderr);
	if (!status && (options.wants_help || options.wants_version || options.prints_config))
		status = say(&options, &settings);
	else if (!status)
		status = start(&options, &settings);
	log_close();
	options_fini(&options);
	settings_fini(&settings);
	return status;
}
