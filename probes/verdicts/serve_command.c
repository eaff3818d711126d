#include "probes/verdicts/serve_command.h"

#include "probes/base/shell.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/state.h"
#include "probes/model/server_facts.h"

#include <string.h>

#define SERVE "%{sudo}tailscale serve --bg %{words}"
#define SERVE_BY_ADDRESS "%{sudo}tailscale serve --bg --tcp=%{value} tcp://127.0.0.1:%{value}"
#define RESET "%{sudo}tailscale serve reset && "
#define USE_ADDRESS "then use http://%{address}:%{value}, because Ollama refuses the name"
#define OTHERS "this removes every mount, so set up any others again"

const char serve_command_fix[] = "`" SERVE "`";
const char serve_command_by_address[] = "`" SERVE_BY_ADDRESS "`; " USE_ADDRESS;
const char serve_command_anew[] = "`" RESET SERVE "`; " OTHERS;
const char serve_command_off[] =
	"`%{sudo}tailscale funnel --yes --https=%{port} off`; that takes it off the tailnet, too";
const char serve_command_private[] = "`" SERVE "`; that takes it off the internet and keeps it for the "
	"tailnet";

static bool is_tcp(const struct obs_mount *mount)
{
	return mount->protocol == SERVE_TCP || mount->protocol == SERVE_TLS_TCP;
}

/* The port of a target on this machine, if an LLM server that checks the Host header has it; else 0. */
static int port_that_checks_names(
	const struct evidence *evidence, const struct obs_mount *mount, const char *target)
{
	const char *place = strstr(target, "://"), *colon = strrchr(target, ':');
	int port = colon ? (int)text_number(colon + 1, 65535) : -1;
	const struct server_facts *facts;
	char host[300];

	place = place ? place + 3 : target;
	text_set(host, sizeof(host), "%.*s", colon > place ? (int)(colon - place) : 0, place);
	if (port <= 0 || is_tcp(mount) || !url_host_is_loopback(host))
		return 0;
	facts = evidence->backend && *evidence->backend->server
			? evidence->backend->facts
			: server_facts_of_port(evidence->ledger->terms.servers, port);
	return facts->checks_host ? port : 0;
}

/* "--https=443 --set-path=/x http://127.0.0.1:8080" */
static void say_words(const struct obs_mount *mount, const char *target, char *text, size_t size)
{
	static const char *const options[] = {
		[SERVE_HTTPS] = "https",
		[SERVE_HTTP] = "http",
		[SERVE_TCP] = "tcp",
		[SERVE_TLS_TCP] = "tls-terminated-tcp",
	};
	char word[400];

	*text = '\0';
	if (*mount->service)
		text_set(text, size, "--service=%s ", shell_word(word, sizeof(word), mount->service));
	text_add(text, size, "--%s=%d", options[mount->protocol], mount->port);
	if (*mount->path && strcmp(mount->path, "/") != 0)
		text_add(text, size, " --set-path=%s", shell_word(word, sizeof(word), mount->path));
	text_add(text, size, " %s%s", is_tcp(mount) ? "tcp://" : "", shell_word(word, sizeof(word), target));
}

/* Not for SERVE_TUN. */
void serve_command_choose(const struct evidence *evidence, const struct obs_mount *mount, const char *target,
	struct finding *finding)
{
	int port = port_that_checks_names(evidence, mount, target);

	finding->fix = port ? serve_command_by_address : serve_command_fix;
	if (port)
		text_set(finding->value, sizeof(finding->value), "%d", port);
	else
		say_words(mount, target, finding->value, sizeof(finding->value));
}

void serve_command_choose_anew(const struct evidence *evidence, struct finding *finding)
{
	finding->fix = serve_command_anew;
	say_words(evidence->mount, evidence->mount->target, finding->value, sizeof(finding->value));
}

/* Not for files and texts: the command line for them is another. */
void serve_command_choose_private(const struct evidence *evidence, struct finding *finding)
{
	const struct obs_mount *mount = evidence->mount;

	if (!is_tcp(mount) && !strstr(mount->target, "://"))
		return;
	finding->fix = serve_command_private;
	say_words(mount, mount->target, finding->value, sizeof(finding->value));
}
