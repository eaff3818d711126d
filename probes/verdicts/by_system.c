#include "probes/verdicts/by_system.h"

#include "probes/base/text.h"
#include "probes/ledger/state.h"

#include <string.h>

enum word {
	WORD_SUDO,     /* before commands that change tailscaled */
	WORD_ROOT,     /* before other commands that only root may run */
	WORD_SERVICE,  /* tailscaled's name */
	WORD_START,    /* tailscaled */
	WORD_RESTART,  /* tailscaled */
	WORD_CHECK,    /* how tailscaled does */
	WORD_LOG,      /* of tailscaled */
	WORD_RENEW,    /* the node key */
	WORD_FIREWALL, /* look at it, or let the port in */
	WORD_PROGRAM,  /* which one has the port */
	WORD_LIMITS,   /* which of them is reached */
	WORD_RESOLVE,  /* the host's name */
	WORD_CONTEXT,  /* give the models of Ollama a longer one */
	WORD_COUNT
};

static const char *const names[WORD_COUNT] = { "sudo", "root", "service", "start", "restart", "check", "log",
	"renew", "firewall", "program", "limits", "resolve", "context" };

#define RESTART "`%{root}systemctl restart tailscaled`"
#define AS_ADMINISTRATOR "in PowerShell as administrator"
#define FORCE_REAUTH                                                                                         \
	"`%{sudo}tailscale up --force-reauth`; it prints a link to log in with (or the whole command, if "   \
	"it needs your other settings), and ends SSH sessions that go through the tailnet"
#define SET_CONTEXT                                                                                          \
	"set OLLAMA_CONTEXT_LENGTH=32768 in the environment of Ollama, and start it again"
#define PHONE(system)                                                                                        \
	{                                                                                                    \
		.os = (system), .has_no_shell = true, .words = {                                             \
			[WORD_START] = "open the Tailscale app",                                             \
			[WORD_RESTART] = "switch Tailscale off and on in its app",                           \
			[WORD_CHECK] = "look into the Tailscale app",                                        \
			[WORD_LOG] = "look into the Tailscale app",                                          \
			[WORD_RENEW] = "log in again in the Tailscale app",                                  \
			[WORD_FIREWALL] = "check that an app listens on port %{port}",                       \
			[WORD_PROGRAM] = "check which app listens on port %{port}",                          \
			[WORD_LIMITS] = "check whether memory has run out",                                  \
			[WORD_RESOLVE] = "check the name %{host}",                                           \
			[WORD_CONTEXT] = SET_CONTEXT,                                                        \
		},                                                                                           \
	}

/* os: as in a status. A word that a row lacks is that of the row like it. The last row is for a system that
 * is not in the table, or unknown. */
static const struct system {
	const char *os;
	enum init init; /* INIT_UNKNOWN: any that has no row */
	bool has_no_shell;
	const struct system *like;
	const char *words[WORD_COUNT];
} systems[] = {
	{ .os = "linux", .words = {
		[WORD_SUDO] = "sudo ",
		[WORD_ROOT] = "sudo ",
		[WORD_SERVICE] = "tailscaled",
		[WORD_START] = "`%{root}systemctl start tailscaled`",
		[WORD_RESTART] = RESTART "; without systemd, sudo service tailscaled restart, or restart its "
			"container",
		[WORD_CHECK] = "`systemctl --no-pager status tailscaled`",
		[WORD_LOG] = "`%{root}journalctl --no-pager -n 50 -u tailscaled`",
		[WORD_RENEW] = FORCE_REAUTH,
		[WORD_FIREWALL] = "`%{root}nft list ruleset`; look for a rule that drops TCP port %{port}",
		[WORD_PROGRAM] = "`%{root}ss -ltnp sport = :%{port}`",
		[WORD_LIMITS] = "`free -m; ss -s; cat /proc/sys/fs/file-nr`; they show whether memory, "
			"ports or open files have run out",
		[WORD_RESOLVE] = "`getent hosts %{host}`",
		[WORD_CONTEXT] = SET_CONTEXT " (where systemd starts it: sudo systemctl edit ollama)",
	} },
	{ .os = "linux", .init = INIT_SYSTEMD, .like = systems, .words = {
		[WORD_RESTART] = RESTART,
	} },
	{ .os = "linux", .init = INIT_OPENRC, .like = systems, .words = {
		[WORD_START] = "`%{root}rc-service %{service} start`",
		[WORD_RESTART] = "`%{root}rc-service %{service} restart`",
		[WORD_CHECK] = "`%{root}rc-service %{service} status`",
		[WORD_LOG] = "look into tailscaled's log, in /var/log",
		[WORD_CONTEXT] = SET_CONTEXT,
	} },
	{ .os = "linux", .init = INIT_SCRIPTS, .like = systems, .words = {
		[WORD_START] = "`%{root}service %{service} start`",
		[WORD_RESTART] = "`%{root}service %{service} restart`",
		[WORD_CHECK] = "`%{root}service %{service} status`",
		[WORD_LOG] = "look into tailscaled's log, in /var/log",
		[WORD_CONTEXT] = SET_CONTEXT,
	} },
	{ .os = "linux", .init = INIT_CONTAINER, .like = systems, .words = {
		[WORD_START] = "start tailscaled in this container, or mount the host's /run/tailscale into "
			"it",
		[WORD_RESTART] = "restart tailscaled on the host of this container (docker restart, if it "
			"runs in one)",
		[WORD_CHECK] = "`tailscale status`",
		[WORD_LOG] = "look into tailscaled's log on the host of this container (docker logs, if it "
			"runs in one)",
		[WORD_CONTEXT] = "start Ollama's container with -e OLLAMA_CONTEXT_LENGTH=32768",
	} },
	{ .os = "macOS", .words = {
		[WORD_SUDO] = "",
		[WORD_ROOT] = "sudo ",
		[WORD_SERVICE] = "Tailscale",
		[WORD_START] = "`open -a Tailscale`",
		[WORD_RESTART] = "quit the Tailscale app and open it again",
		[WORD_CHECK] = "`tailscale status`",
		[WORD_LOG] = "`tailscale status`",
		[WORD_RENEW] = "`tailscale up --force-reauth`; or log in again in the Tailscale app",
		[WORD_FIREWALL] = "allow incoming connections to the server in System Settings, Network, "
			"Firewall",
		[WORD_PROGRAM] = "`sudo lsof -nP -iTCP:%{port} -sTCP:LISTEN`",
		[WORD_LIMITS] = "check whether memory, ports or open files have run out",
		[WORD_RESOLVE] = "`dscacheutil -q host -a name %{host}`",
		[WORD_CONTEXT] = "`launchctl setenv OLLAMA_CONTEXT_LENGTH 32768`; then quit Ollama and open "
			"it again",
	} },
	{ .os = "windows", .words = {
		[WORD_SUDO] = "",
		[WORD_ROOT] = "",
		[WORD_SERVICE] = "Tailscale",
		[WORD_START] = "`Start-Service Tailscale`; " AS_ADMINISTRATOR,
		[WORD_RESTART] = "`Restart-Service Tailscale`; " AS_ADMINISTRATOR,
		[WORD_CHECK] = "`Get-Service Tailscale`; in PowerShell",
		[WORD_LOG] = "`tailscale status`",
		[WORD_RENEW] = "`tailscale up --force-reauth`; or log in again in the Tailscale app",
		[WORD_FIREWALL] = "`New-NetFirewallRule -DisplayName LLM -Direction Inbound -Protocol TCP "
			"-LocalPort %{port} -Action Allow`; " AS_ADMINISTRATOR ": it lets TCP port %{port} "
				"in",
		[WORD_PROGRAM] = "`Get-Process -Id (Get-NetTCPConnection -State Listen -LocalPort "
			"%{port}).OwningProcess`; in PowerShell",
		[WORD_LIMITS] = "check whether memory, ports or handles have run out",
		[WORD_RESOLVE] = "`nslookup %{host}`",
		[WORD_CONTEXT] = "`setx OLLAMA_CONTEXT_LENGTH 32768`; then quit Ollama and start it again",
	} },
	PHONE("iOS"),
	PHONE("android"),
	PHONE("tvOS"),
	{ .os = "freebsd", .like = &systems[3], .words = {
		[WORD_FIREWALL] = "check that its firewall lets TCP port %{port} in",
		[WORD_PROGRAM] = "`sockstat -l -P tcp -p %{port}`",
		[WORD_LIMITS] = "check whether memory, ports or open files have run out",
	} },
	{ .os = "", .words = {
		[WORD_SUDO] = "sudo ",
		[WORD_ROOT] = "sudo ",
		[WORD_SERVICE] = "tailscaled",
		[WORD_START] = "start Tailscale",
		[WORD_RESTART] = "restart Tailscale",
		[WORD_CHECK] = "`tailscale status`",
		[WORD_LOG] = "look into tailscaled's log",
		[WORD_RENEW] = FORCE_REAUTH,
		[WORD_FIREWALL] = "check that its firewall lets TCP port %{port} in",
		[WORD_PROGRAM] = "check which program listens on port %{port}",
		[WORD_LIMITS] = "check whether memory, ports or open files have run out",
		[WORD_RESOLVE] = "`getent hosts %{host}`",
		[WORD_CONTEXT] = SET_CONTEXT,
	} },
};

bool by_system_is_here(const struct evidence *evidence)
{
	if (evidence->endpoint && evidence->endpoint->is_own)
		return true;
	return evidence->peer ? evidence->peer == &evidence->ledger->self : !evidence->endpoint;
}

/* Of several rows for a system, the first is for every init that has no other. */
static const struct system *system_with(const char *os, enum init init)
{
	const struct system *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		if (text_equal_fold(systems[i].os, os) && (systems[i].init == init || !found))
			found = &systems[i];
	return found ? found : &systems[ARRAY_LEN(systems) - 1];
}

const struct system *by_system_here(const struct ledger *ledger)
{
	const char *os = *ledger->machine.os                       ? ledger->machine.os
			 : ledger->status && ledger->status->has_self ? ledger->status->self.os
								       : "";

	return system_with(os, ledger->machine.init);
}

const struct system *by_system_of(const struct evidence *evidence)
{
	if (by_system_is_here(evidence))
		return by_system_here(evidence->ledger);
	return system_with(evidence->peer ? evidence->peer->obs->os : "", INIT_UNKNOWN);
}

bool by_system_has_shell(const struct system *system)
{
	return !system->has_no_shell;
}

static const char *text_of(const struct system *system, const struct obs_machine *machine, enum word word)
{
	const char *text;

	while (system->like && !system->words[word])
		system = system->like;
	text = system->words[word] ? system->words[word] : "";
	if (machine && *machine->os && *text && (word == WORD_SUDO || word == WORD_ROOT))
		return machine->sudo;
	if (machine && *machine->service && word == WORD_SERVICE)
		return machine->service;
	return text;
}

static int word_named(const char *name, size_t length)
{
	for (int i = 0; i < WORD_COUNT; i++)
		if (strncmp(names[i], name, length) == 0 && !names[i][length])
			return i;
	return -1;
}

/* A word may hold others, as %{restart} holds %{root}. */
static void add(const struct system *system, const struct obs_machine *machine, const char *text, char *to,
	size_t size)
{
	while (*text) {
		size_t plain = text_has_prefix(text, "%{") ? 0 : 1 + strcspn(text + 1, "%");
		size_t length = plain ? plain : strcspn(text, "}") + 1;
		int word = plain || !strchr(text, '}') ? -1 : word_named(text + 2, length - 3);

		length = length > strlen(text) ? strlen(text) : length;
		if (word < 0)
			text_add(to, size, "%.*s", (int)length, text);
		else
			add(system, machine, text_of(system, machine, (enum word)word), to, size);
		text += length;
	}
}

void by_system_fill(const struct system *system, const struct obs_machine *machine, const char *text,
	char *to, size_t size)
{
	*to = '\0';
	add(system, machine, text, to, size);
}

const char *by_system_text(size_t index)
{
	static const char none[] = "";
	const char *text;

	if (index >= ARRAY_LEN(systems) * WORD_COUNT)
		return NULL;
	text = systems[index / WORD_COUNT].words[index % WORD_COUNT];
	return text ? text : none;
}
