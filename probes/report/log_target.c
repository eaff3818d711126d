#include "probes/report/log_target.h"

#include "probes/base/mem.h"
#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <stdio.h>
#include <string.h>

/* ---- this machine ---- */

static bool is_of_this_machine(
	const struct snapshot *snapshot, const struct endpoint *endpoint, const struct url *url)
{
	return endpoint->peer >= 0 ? snapshot->peers[endpoint->peer].is_self
				   : url_host_is_loopback(url->host);
}

/* The URL of the server itself: what is served on the tailnet is a mount. */
static const char *url_of_server(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	int row = (int)(endpoint - snapshot->endpoints);

	for (size_t i = 0; i < snapshot->mount_count; i++) {
		const struct mount *mount = &snapshot->mounts[i];

		if (mount->endpoint != row)
			continue;
		return mount->backend >= 0 ? snapshot->endpoints[mount->backend].url : mount->target;
	}
	return endpoint->url;
}

static void fill_here(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct log_target *target)
{
	struct url url;

	target->is_here = true;
	if (url_split(&url, url_of_server(snapshot, endpoint)) != 0)
		return;
	target->port = url.port;
	if (url_host_is_address(url.host))
		text_set(target->host, sizeof(target->host), "%s", url.host);
}

/* ---- a peer ---- */

/* What names the program that listens on a port; then its log is found by hand. */
static const struct {
	const char *os, *before, *after; /* the port is between them */
} systems[] = {
	{ "linux", "sudo ss -ltnp 'sport = :", "'" },
	{ "macOS", "sudo lsof -nP -iTCP:", " -sTCP:LISTEN" },
	{ "windows", "Get-Process -Id (Get-NetTCPConnection -State Listen -LocalPort ", ").OwningProcess" },
};

static bool is(const struct peer *peer, const char *os)
{
	return text_equal_fold(peer->os, os);
}

/* How its kind of server is read on that system; "": it has no usual place there. */
static void say_usual(const struct peer *peer, const struct usual_log *log, char *command, size_t size)
{
	if (is(peer, "linux") && log->unit)
		text_set(command, size, "journalctl -u %s -n 100 -f", log->unit);
	else if (is(peer, "macOS") && log->file)
		text_set(command, size, "tail -n 100 -F ~/%s", log->file);
	else if (is(peer, "windows") && log->windows)
		text_set(command, size, "%s", log->windows);
	else if (log->anywhere)
		text_set(command, size, "%s", log->anywhere);
}

static const char
	usual_hint[] =
		"if it shows nothing, that user may not read it (sudo), or the server runs in a container "
		"(docker logs -f NAME)",
	named_hint[] =
		"it names the program; then `journalctl -u UNIT -f` for a service, `docker logs -f NAME` "
		"for a container, or the terminal or file that it writes to",
	powershell_hint[] = "in PowerShell";

/* Only what is made of a host's characters, and nothing that looks like an option. */
static const char *host_of(const struct peer *peer, char *buffer, size_t size)
{
	const char *const names[] = { peer->fqdn, peer->addresses ? peer->addresses[0] : NULL };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i] && *names[i] && *names[i] != '-' &&
			strcmp(shell_word(buffer, size, names[i]), names[i]) == 0)
			return names[i];
	return "";
}

/* Windows is no place for ssh: the command is typed there. */
static void fill_run(const struct peer *peer, const char *command, struct log_target *target)
{
	char quoted[600], buffer[600];
	const char *host = host_of(peer, buffer, sizeof(buffer));

	if (is(peer, "windows") || !*host) {
		text_set(target->run, sizeof(target->run), "%s", command);
		text_set(target->run_on, sizeof(target->run_on), "%s", peer->name);
		return;
	}
	shell_quote(quoted, sizeof(quoted), command);
	if (peer->has_ssh)
		text_set(target->run, sizeof(target->run), "tailscale ssh %s -t %s", host, quoted);
	else
		text_set(target->run, sizeof(target->run), "ssh -t %s %s", host, quoted);
}

static void fill_peer(const struct peer *peer, struct log_target *target)
{
	char command[300] = "";
	const char *hint = usual_hint;

	say_usual(peer, target->usual, command, sizeof(command));
	for (size_t i = 0; !*command && i < ARRAY_LEN(systems); i++) {
		if (!is(peer, systems[i].os))
			continue;
		hint = named_hint;
		snprintf(command, sizeof(command), "%s%d%s", systems[i].before, target->port,
			systems[i].after);
	}
	if (!*command) {
		text_set(target->hint, sizeof(target->hint), "look for it on %s itself", peer->name);
		return;
	}
	fill_run(peer, command, target);
	text_set(target->hint, sizeof(target->hint), "%s", is(peer, "windows") ? powershell_hint : hint);
}

void log_target_of(
	const struct snapshot *snapshot, const struct endpoint *endpoint, struct log_target *target)
{
	static const struct usual_log unknown;
	struct url url = { .host = "" };

	*target = (struct log_target){ .usual = endpoint->usual_log ? endpoint->usual_log : &unknown };
	url_split(&url, endpoint->url);
	target->port = url.port;
	if (is_of_this_machine(snapshot, endpoint, &url))
		fill_here(snapshot, endpoint, target);
	else if (endpoint->peer >= 0)
		fill_peer(&snapshot->peers[endpoint->peer], target);
	else
		text_set(target->hint, sizeof(target->hint),
			"it is no machine of the tailnet: look for the log where %s runs", url.host);
}
