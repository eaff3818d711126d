#include "probes/io/log_facts.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/listeners.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_there(const char *root, const char *folder, const char *name, int how)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s%s%s", root, folder, name) < (int)sizeof(path) &&
	       access(path, how) == 0;
}

/* ---- the process ---- */

static bool is_any(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* Several programs may share a port at different addresses: the server at this address, else at all, else any. */
static const struct listener *choose(const struct listeners *listeners, const struct log_search *search)
{
	const struct listener *best = NULL;

	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *one = &listeners->items[i];

		if (one->port != search->port)
			continue;
		if (strcmp(one->address, search->host) == 0)
			return one;
		if (!best || (is_any(one->address) && !is_any(best->address)))
			best = one;
	}
	return best;
}

/* The group of the process; for one that cannot be looked into, that of its socket, which the kernel tells. */
static void read_group(const char *root, int pid, uint64_t id, struct cgroup *cgroup)
{
	char path[PATH_MAX], text[4096] = "";
	size_t length = 0;
	FILE *file;

	*cgroup = (struct cgroup){ .kind = CGROUP_NONE };
	snprintf(path, sizeof(path), "%s/proc/%d/cgroup", root, pid);
	file = pid ? fopen(path, "re") : NULL;
	if (file) {
		length = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[length] = '\0';
	cgroup_parse(text, cgroup);
	snprintf(path, sizeof(path), "%s/sys/fs/cgroup", root);
	if (!pid && cgroup_find(path, id, text, sizeof(text)))
		cgroup_parse_path(text, cgroup);
}

/* Where descriptor fd of the process leads. A file inside a container, or one that was removed, is reached through
 * /proc alone. */
static bool read_outlet(const char *root, int fd, struct log_facts *facts)
{
	static const char gone[] = " (deleted)";
	char path[PATH_MAX], target[1024];
	struct stat is;
	ssize_t length;

	snprintf(path, sizeof(path), "%s/proc/%d/fd/%d", root, facts->pid, fd);
	length = readlink(path, target, sizeof(target) - 1);
	if (length <= 0)
		return false;
	target[length] = '\0';
	if (!*facts->outlet)
		text_clean(facts->outlet, sizeof(facts->outlet), target, strlen(target));
	if (stat(path, &is) || !S_ISREG(is.st_mode))
		return false;
	if (text_has_suffix(target, gone))
		snprintf(facts->file, sizeof(facts->file), "%.*s", (int)sizeof(facts->file) - 1, path);
	else if (facts->cgroup.kind > CGROUP_UNIT)
		snprintf(facts->file, sizeof(facts->file), "%s/proc/%d/root%s", root, facts->pid, target);
	else
		snprintf(facts->file, sizeof(facts->file), "%s", target);
	return true;
}

static void read_process(const struct log_search *search, struct log_facts *facts)
{
	struct listeners listeners = { 0 };
	const struct listener *found;

	listeners_read(&listeners);
	listeners_name(&listeners);
	found = choose(&listeners, search);
	facts->is_listening = found != NULL;
	if (found) {
		facts->pid = found->pid;
		snprintf(facts->process, sizeof(facts->process), "%s", found->process);
		read_group(search->root, found->pid, found->cgroup, &facts->cgroup);
	}
	/* Servers write what happens to standard error, if not to both. */
	if (facts->pid && !read_outlet(search->root, STDERR_FILENO, facts))
		read_outlet(search->root, STDOUT_FILENO, facts);
	listeners_fini(&listeners);
}

/* ---- its usual places ---- */

static void read_usual(const struct log_search *search, struct log_facts *facts)
{
	static const char *const folders[] = { "/etc/systemd/system/", "/run/systemd/system/",
		"/usr/lib/systemd/system/", "/lib/systemd/system/" };
	const char *home = getenv("HOME");

	for (size_t i = 0; search->usual_unit && i < ARRAY_LEN(folders); i++)
		if (is_there(search->root, folders[i], search->usual_unit, F_OK))
			snprintf(facts->unit, sizeof(facts->unit), "%s", search->usual_unit);
	if (!search->usual_file || !home || home[0] != '/')
		return;
	snprintf(facts->home_file, sizeof(facts->home_file), "%s%s/%s", search->root, home,
		search->usual_file);
	if (access(facts->home_file, F_OK) != 0)
		facts->home_file[0] = '\0';
}

/* ---- rights ---- */

/* The system's journal is split by machine; a machine without one has nothing to refuse. */
static bool reads_journal(const char *root)
{
	static const char *const folders[] = { "/var/log/journal", "/run/log/journal" };
	char path[PATH_MAX];
	bool is_refused = false;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const struct dirent *entry;
		DIR *folder;

		snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		folder = opendir(path);
		while (folder && (entry = readdir(folder))) {
			snprintf(path, sizeof(path), "%s/%s/", folders[i], entry->d_name);
			is_refused = is_refused || (is_there(root, path, "system.journal", F_OK) &&
							   !is_there(root, path, "system.journal", R_OK));
		}
		if (folder)
			closedir(folder);
	}
	return !is_refused;
}

void log_facts_read(const struct log_search *search, struct log_facts *facts)
{
	static const char docker[] = "/run/docker.sock";

	*facts = (struct log_facts){ .port = search->port, .uid = geteuid() };
	read_process(search, facts);
	read_usual(search, facts);
	facts->reads_journal = reads_journal(search->root);
	facts->reaches_docker =
		!is_there(search->root, "", docker, F_OK) || is_there(search->root, "", docker, W_OK);
}
