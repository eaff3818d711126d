#include "probes/io/log_place.h"

#include "probes/base/owner.h"
#include "probes/base/shell.h"
#include "probes/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_OF(x) #x
#define DIGITS(x) TEXT_OF(x)
#define LINES DIGITS(LOG_LINES)
#define SHORT_ID 12 /* of a container, as docker ps shows it */

/* Up to NULL. */
static void add_words(struct strings *words, ...)
{
	va_list list;

	va_start(list, words);
	for (const char *word = va_arg(list, const char *); word; word = va_arg(list, const char *))
		strings_add(words, word);
	va_end(list);
}

/* The words of argv with --follow among them, as they are typed. */
static void type_command(struct log_place *place, const char *sudo)
{
	char word[1200];

	text_set(place->run, sizeof(place->run), "%s", sudo);
	for (size_t i = 0; i < place->argv.count; i++)
		text_add(place->run, sizeof(place->run), "%s%s%s", i ? " " : "",
			i == LOG_FOLLOW_AT ? LOG_FOLLOW " " : "",
			shell_word(word, sizeof(word), place->argv.items[i]));
}

/* It can only be read with other rights. */
static void refuse(struct log_place *place, const char *sudo, const char *why)
{
	type_command(place, sudo);
	text_set(place->why, sizeof(place->why), "%s", why);
	strings_forget(&place->argv);
}

/* ---- kinds of place ---- */

static void choose_file(struct log_place *place, const char *path)
{
	char word[1200];
	bool is_refused = access(path, R_OK) != 0;

	text_clean(place->what, sizeof(place->what), path, strlen(path));
	snprintf(place->path, sizeof(place->path), "%s", path);
	text_set(place->run, sizeof(place->run), "%stail -n " LINES " -F %s", is_refused ? "sudo " : "",
		shell_word(word, sizeof(word), path));
	if (is_refused)
		text_set(place->why, sizeof(place->why), "this user may not read that file");
}

static void choose_journal(const struct log_facts *facts, struct log_place *place, const char *unit)
{
	const struct cgroup *cgroup = &facts->cgroup;
	char match[320], user[32], machine[80];
	bool is_ours = cgroup->is_of_user && cgroup->uid == facts->uid;

	text_set(place->what, sizeof(place->what), "the journal of %s", unit);
	add_words(&place->argv, "journalctl", "--no-pager", "--lines=" LINES, "--output=short-iso", NULL);
	if (*cgroup->machine) {
		snprintf(machine, sizeof(machine), "--machine=%s", cgroup->machine);
		strings_add(&place->argv, machine);
		text_add(place->what, sizeof(place->what), " in the container %s", cgroup->machine);
	}
	if (cgroup->is_of_user) {
		snprintf(match, sizeof(match), "_SYSTEMD_USER_UNIT=%s", unit);
		snprintf(user, sizeof(user), "_UID=%lu", cgroup->uid);
		add_words(&place->argv, match, user, NULL);
	} else {
		snprintf(match, sizeof(match), "--unit=%s", unit);
		strings_add(&place->argv, match);
	}
	type_command(place, "");
	if (!is_ours && facts->uid && (!facts->reads_journal || *cgroup->machine))
		refuse(place, "sudo ", "this user may not read the system's journal");
}

/* A container of a user is known to that user's tool alone, one of root's to root, or to whom root lets in. */
static void choose_container(
	const struct log_facts *facts, struct log_place *place, const char *tool, bool is_open)
{
	const struct cgroup *cgroup = &facts->cgroup;
	char why[200], name[64];

	text_set(place->what, sizeof(place->what), "the log of the container %.*s (%s)", SHORT_ID,
		cgroup->name, tool);
	add_words(&place->argv, tool, "logs", "--tail=" LINES, cgroup->name, NULL);
	type_command(place, "");
	if (cgroup->is_of_user && cgroup->uid != facts->uid) {
		snprintf(why, sizeof(why), "it is a container of %s, and only that user's %s knows it",
			owner_name((uid_t)cgroup->uid, name, sizeof(name)), tool);
		refuse(place, "", why);
	} else if (!cgroup->is_of_user && !is_open) {
		snprintf(why, sizeof(why), "this user may not use root's %s", tool);
		refuse(place, "sudo ", why);
	}
}

/* A port that Docker forwards: which container it leads to, Docker has to be asked. */
static void choose_published(const struct log_facts *facts, struct log_place *place)
{
	char filter[32];

	snprintf(filter, sizeof(filter), "publish=%d", facts->port);
	text_set(place->what, sizeof(place->what), "the log of the container with port %d (docker)",
		facts->port);
	add_words(&place->argv, "docker", "logs", "--tail=" LINES, NULL);
	add_words(&place->ask, "docker", "ps", "--quiet", "--filter", filter, NULL);
	text_set(place->run, sizeof(place->run),
		"%sdocker logs " LOG_FOLLOW " --tail=" LINES " \"$(%sdocker ps --quiet --filter %s)\"",
		facts->reaches_docker ? "" : "sudo ", facts->reaches_docker ? "" : "sudo ", filter);
	if (facts->reaches_docker)
		return;
	text_set(place->why, sizeof(place->why), "this user may not use root's docker");
	strings_forget(&place->argv);
	strings_forget(&place->ask);
}

/* In a container that no tool of this machine's user reads. */
static void say_elsewhere(const struct cgroup *cgroup, struct log_place *place)
{
	char word[600];

	shell_word(word, sizeof(word), cgroup->name);
	if (cgroup->kind == CGROUP_LXC) {
		text_set(place->why, sizeof(place->why),
			"it runs in the LXC container %s, which has its own logs", cgroup->name);
		text_set(place->run, sizeof(place->run),
			"sudo lxc-attach -n %s -- journalctl -n " LINES " -f", word);
		return;
	}
	text_set(place->why, sizeof(place->why), "it runs in the container %.*s of Kubernetes", SHORT_ID,
		cgroup->name);
	text_set(place->run, sizeof(place->run), "sudo crictl logs --tail=" LINES " --follow %s", word);
}

/* ---- which one ---- */

static bool choose_by_group(const struct log_facts *facts, struct log_place *place)
{
	const struct cgroup *cgroup = &facts->cgroup;

	switch (cgroup->kind) {
	case CGROUP_DOCKER:
		choose_container(facts, place, "docker", facts->reaches_docker);
		return true;
	case CGROUP_PODMAN:
		choose_container(facts, place, "podman", facts->uid == 0);
		return true;
	case CGROUP_KUBERNETES:
	case CGROUP_LXC:
		say_elsewhere(cgroup, place);
		return true;
	case CGROUP_UNIT:
		if (strcmp(facts->process, "docker-proxy") == 0 ||
			strcmp(cgroup->name, "docker.service") == 0)
			choose_published(facts, place);
		else
			choose_journal(facts, place, cgroup->name);
		return true;
	case CGROUP_NONE:
		break;
	}
	return false;
}

/* Podman forwards it for a container that only podman can name. */
static bool is_forwarded(const struct log_facts *facts, struct log_place *place)
{
	if (strcmp(facts->process, "rootlessport") != 0)
		return false;
	text_set(place->why, sizeof(place->why),
		"port %d belongs to a container of podman: podman ps names it, podman logs shows its log",
		facts->port);
	text_set(place->run, sizeof(place->run), "podman ps");
	return true;
}

/* The process is known, and it logs to no place that can be read again. */
static void say_outlet(const struct log_facts *facts, struct log_place *place)
{
	const char *outlet = facts->outlet;

	if (text_has_prefix(outlet, "/dev/pts/") || text_has_prefix(outlet, "/dev/tty"))
		text_set(place->why, sizeof(place->why),
			"%s (process %d) writes to the terminal %s, in which it was started", facts->process,
			facts->pid, outlet);
	else if (strcmp(outlet, "/dev/null") == 0)
		text_set(place->why, sizeof(place->why),
			"%s (process %d) writes no log: its output goes to /dev/null", facts->process,
			facts->pid);
	else
		text_set(place->why, sizeof(place->why),
			"%s (process %d) writes into a pipe or socket, and where that leads is not known",
			facts->process, facts->pid);
}

static void say_unknown(const struct log_facts *facts, struct log_place *place)
{
	if (!facts->is_listening) {
		text_set(place->why, sizeof(place->why),
			"nothing listens on port %d of this machine, so there is no process to find it by",
			facts->port);
		return;
	}
	text_set(place->why, sizeof(place->why),
		"the process that listens on port %d belongs to another user, who hides it", facts->port);
	text_set(place->run, sizeof(place->run), "sudo ss -ltnp 'sport = :%d'", facts->port);
}

void log_place_choose(const struct log_facts *facts, struct log_place *place)
{
	*place = (struct log_place){ .what = "" };
	if (*facts->file)
		choose_file(place, facts->file);
	else if (is_forwarded(facts, place) || choose_by_group(facts, place))
		return;
	else if (!facts->pid && *facts->unit)
		choose_journal(facts, place, facts->unit);
	else if (*facts->home_file)
		choose_file(place, facts->home_file);
	else if (*facts->outlet)
		say_outlet(facts, place);
	else
		say_unknown(facts, place);
}

void log_place_fini(struct log_place *place)
{
	strings_fini(&place->argv);
	strings_fini(&place->ask);
}
