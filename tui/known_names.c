/* Servers choose the names of their models, and a shell is a dangerous place for a name: only those are kept
 * that no shell would treat in a special way. */
#include "tui/known_names.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/file_save.h"
#include "probes/base/log.h"
#include "probes/base/strings.h"
#include "probes/model/snapshot.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_MAX 500
#define NAME_BYTES 128
#define FILE_MAX_BYTES (NAMES_MAX * NAME_BYTES)

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";

static void add(struct strings *names, const char *name)
{
	size_t length = strspn(name, plain);

	if (length && length < NAME_BYTES && !name[length] && strchr(letters, *name) &&
		names->count < NAMES_MAX && !strings_has(names, name))
		strings_add(names, name);
}

/* The file of that name beside the state file; false: there is none. */
static bool path_of(const char *state_file, const char *name, char *path, size_t size)
{
	const char *slash = strrchr(state_file, '/');

	return slash &&
	       (size_t)snprintf(path, size, "%.*s/%s", (int)(slash - state_file), state_file, name) < size;
}

static bool is_kept(const char *path, const char *text)
{
	struct fault why;
	size_t length;
	char *old = file_read(path, FILE_MAX_BYTES, FILE_NO_PIPE, &length, &why);
	bool is_same = old && strcmp(old, text) == 0;

	free(old);
	return is_same;
}

static void keep(const struct strings *names, const char *state_file, const char *name)
{
	char path[1024], *text = NULL;
	size_t length = 0;
	FILE *file = names->count && path_of(state_file, name, path, sizeof(path))
			     ? open_memstream(&text, &length)
			     : NULL;
	struct fault fault;

	if (!file)
		return;
	for (size_t i = 0; i < names->count; i++)
		fprintf(file, "%s\n", names->items[i]);
	fclose(file);
	if (!is_kept(path, text) && file_save(path, text, length, &fault) < 0)
		log_line("%s", fault.text);
	free(text);
}

void known_names_keep(const struct snapshot *snapshot, const char *state_file)
{
	struct strings models = { 0 }, peers = { 0 };

	if (snapshot->replay.is_on)
		return;
	for (size_t i = 0; i < snapshot->model_count; i++)
		add(&models, snapshot->models[i].id);
	for (size_t i = 0; i < snapshot->peer_count; i++)
		add(&peers, snapshot->peers[i].name);
	keep(&models, state_file, "models");
	keep(&peers, state_file, "peers");
	strings_fini(&models);
	strings_fini(&peers);
}

void known_names_forget(const char *state_file)
{
	char path[1024];

	if (path_of(state_file, "models", path, sizeof(path)))
		unlink(path);
	if (path_of(state_file, "peers", path, sizeof(path)))
		unlink(path);
}
