/* Every fix of every rule, as it comes out on each operating system: for a peer, and for this machine if that
 * differs. tests/golden/fixes-*.txt */
#include "probes/io/machine.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/servers/families.h"
#include "probes/servers/family.h"
#include "probes/verdicts/fix.h"
#include "tests/unit/golden.h"
#include "tests/unit/ledger_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define URL "http://gpu1.tail4c1d.ts.net:8080"
#define HOME_URL "http://admin.tail4c1d.ts.net:8080"

static const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
	.service = "",
	.port = 443,
	.path = "/llm",
	.target = "http://127.0.0.1:8080",
	.backend = "http://127.0.0.1:8080",
	.url = "https://admin.tail4c1d.ts.net/llm" };

static struct arena *arena;

/* What %{value} may be in that fix. */
static const struct finding *finding_for(const char *code, const char *fix)
{
	static const struct {
		const char *code, *part, *value;
	} values[] = {
		{ "", "tailscale lock sign", "nodekey:0123abcd" },
		{ "", "%{words}", "--https=443 --set-path=/llm http://127.0.0.1:8080" },
		{ "", "--tcp=%{value}", "11434" },
		{ "", ":%{value} (its address", "11434" },
		{ "", "serve advertise", "svc:llm" },
		{ "not-listening", "", "--host 0.0.0.0" },
		{ "router-offline", "", "router" },
		{ "host-offline", "", "100.64.0.3:40123" },
		{ "open-endpoint", "", "OLLAMA_API_KEY" },
		{ "", "lms load", "qwen3-8b" },
		{ "", "base URL", "http://gpu1.tail4c1d.ts.net:8080" },
		{ "", "", "https://gpu1.tail4c1d.ts.net" },
	};
	static struct finding finding;
	size_t i = 0;

	while ((*values[i].code && strcmp(values[i].code, code) != 0) || !strstr(fix, values[i].part))
		i++;
	text_set(finding.value, sizeof(finding.value), "%s", values[i].value);
	text_set(finding.detail, sizeof(finding.detail), "DETAIL");
	text_set(finding.helper, sizeof(finding.helper), "gpu2");
	return &finding;
}

static void print_fix(FILE *file, const char *whose, const struct fix *fix)
{
	fprintf(file, "  %s\n", whose);
	if (*fix->run)
		fprintf(file, "    run %s%s: %s\n", *fix->run_on ? "on " : "here", fix->run_on, fix->run);
	if (*fix->hint)
		fprintf(file, "    hint: %s\n", fix->hint);
}

static void is_asked(struct ledger *l, const char *url)
{
	const struct obs_answer answer = an_answer(url, "/v1/models", OUTCOME_ANSWERED, 404);

	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, at(0));
}

/* Where gpu1 and this machine run that system. */
static struct ledger *ledger_on(const char *there, const char *here, enum init init, const char *sudo)
{
	struct ledger *l = watching(URL);
	struct obs_status *status = running();
	struct obs_peer *peer;

	is_on(l, here, init, sudo);
	status->self.os = here;
	peer = with_peer(status, GPU1_ID, "gpu1");
	peer->os = there;
	peer->mac = status->self.mac = "3c:7c:3f:1e:88:a0";
	sees(l, at(0), status);
	watches_own(l, NULL, HOME_URL);
	is_asked(l, URL);
	is_asked(l, HOME_URL);
	return l;
}

/* Of gpu1 or, if is_here, of this machine. */
static struct fix fix_for(struct ledger *l, const char *code, const char *text, bool is_here)
{
	const struct evidence evidence = { .ledger = l,
		.endpoint = endpoint_find(l, is_here ? HOME_URL : URL),
		.peer = is_here ? &l->self : peer_find(l, GPU1_ID),
		.mount = &mount,
		.now = at(1) };

	return fix_of(text, &evidence, finding_for(code, text), arena);
}

/* The same text, where gpu1 and this machine are called the same. */
static bool is_alike(const char *there, const char *here)
{
	static const char *const names[][2] = { { "gpu1", "admin" }, { "100.64.0.2", "100.64.0.1" } };

	while (*there && *here) {
		size_t length = 0, other = 0;

		for (size_t i = 0; i < ARRAY_LEN(names) && !length; i++)
			if (text_has_prefix(there, names[i][0]) && text_has_prefix(here, names[i][1])) {
				length = strlen(names[i][0]);
				other = strlen(names[i][1]);
			}
		if (!length && *there != *here)
			return false;
		there += length ? length : 1;
		here += length ? other : 1;
	}
	return *there == *here;
}

static bool is_same(const struct fix *there, const struct fix *here)
{
	const char *hint = there->hint;

	if (!*there->run && text_has_prefix(hint, "on gpu1: "))
		hint += strlen("on gpu1: ");
	return is_alike(there->run, here->run) && is_alike(hint, here->hint);
}

static void print_both(FILE *file, struct ledger *l, const char *code, const char *text)
{
	struct fix there = fix_for(l, code, text, false), here = fix_for(l, code, text, true);

	if (!*there.line)
		return;
	fprintf(file, "%s\n", code);
	print_fix(file, "gpu1", &there);
	if (!is_same(&there, &here))
		print_fix(file, "this machine", &here);
}

/* Those of this machine that are others than with systemd. */
static void print_others(FILE *file, struct ledger *l, const char *code, const char *text)
{
	struct fix fix = fix_for(l, code, text, true), usual;
	struct obs_machine machine = l->machine;

	is_on(l, "linux", INIT_SYSTEMD, "sudo ");
	usual = fix_for(l, code, text, true);
	l->machine = machine;
	if (strcmp(fix.line, usual.line) == 0)
		return;
	fprintf(file, "%s\n", code);
	print_fix(file, "this machine", &fix);
}

typedef void print_fn(FILE *file, struct ledger *l, const char *code, const char *text);

static void print_all(FILE *file, struct ledger *l, print_fn *print)
{
	for (const struct rule *const *table = rule_tables; *table; table++)
		for (const struct rule *rule = *table; rule->code; rule++)
			print(file, l, rule->code, rule->fix);
	for (const struct other_fix *const *list = other_fixes; *list; list++)
		for (const struct other_fix *fix = *list; fix->code; fix++)
			print(file, l, fix->code, fix->text);
	for (const struct server_facts *const *facts = family_facts(); *facts; facts++) {
		const char *const fixes[] = { (*facts)->get_model_fix, (*facts)->context_fix,
			(*facts)->figures_fix, (*facts)->trust_host_fix };

		for (size_t i = 0; i < ARRAY_LEN(fixes); i++)
			if (fixes[i])
				print(file, l, (*facts)->name, fixes[i]);
	}
}

static void assert_fixes(const char *name, void (*print)(FILE *file))
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	arena = arena_new();
	print(file);
	fclose(file);
	assert_golden(name, text, length);
	free(text);
	arena_free(arena);
}

static void print_on(FILE *file, const char *there, const char *here)
{
	enum init init = strcmp(here, "linux") == 0 ? INIT_SYSTEMD : INIT_UNKNOWN;

	print_all(file, ledger_on(there, here, init, strcmp(here, "windows") == 0 ? "" : "sudo "), print_both);
}

static void print_linux(FILE *file)
{
	print_on(file, "linux", "linux");
}

static void print_macos(FILE *file)
{
	print_on(file, "macOS", "macOS");
}

static void print_windows(FILE *file)
{
	print_on(file, "windows", "windows");
}

static void print_phone(FILE *file)
{
	print_on(file, "android", "linux");
}

static void print_unknown(FILE *file)
{
	print_on(file, "", "plan9");
}

static void print_no_systemd(FILE *file)
{
	static const struct {
		const char *title;
		enum init init;
		const char *sudo;
	} machines[] = {
		{ "OpenRC, with doas", INIT_OPENRC, "doas " },
		{ "scripts in /etc/init.d", INIT_SCRIPTS, "sudo " },
		{ "in a container, without sudo", INIT_CONTAINER, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
		fprintf(file, "%s==== %s ====\n", i ? "\n" : "", machines[i].title);
		print_all(file, ledger_on("linux", "linux", machines[i].init, machines[i].sudo),
			print_others);
	}
}

#define GOLDEN(system, file)                                                                                 \
	static void the_fixes_on_##system(void **state)                                                      \
	{                                                                                                    \
		(void)state;                                                                                 \
		assert_fixes(file, print_##system);                                                          \
	}
GOLDEN(linux, "fixes-linux")
GOLDEN(no_systemd, "fixes-no-systemd")
GOLDEN(macos, "fixes-macos")
GOLDEN(windows, "fixes-windows")
GOLDEN(phone, "fixes-phone")
GOLDEN(unknown, "fixes-unknown")

/* ---- what every command must be ---- */

/* A word of capitals that the user would have to replace. */
static bool has_placeholder(const char *run)
{
	static const char *const words[] = { "PORT", "HOST", "NAME", "MODEL", "PATH", "ADDRESS", "KEY", "…",
		"<" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(run, words[i]))
			return true;
	return false;
}

static void assert_typed(FILE *file, struct ledger *l, const char *code, const char *text)
{
	for (int is_here = 0; is_here < 2; is_here++) {
		struct fix fix = fix_for(l, code, text, is_here);

		if (has_placeholder(fix.run) || strstr(fix.run, "  ") || strchr(fix.line, '`') ||
			strstr(fix.line, "%{") || text_has_suffix(fix.run, " ") ||
			text_has_prefix(fix.line, "; ") || text_has_suffix(fix.line, "; "))
			fail_msg("%s: %s", code, fix.line);
		if (strstr(fix.run, "serve --bg 11434"))
			fail_msg("%s: %s", code, fix.line);
	}
	(void)file;
}

static void a_command_has_nothing_to_replace_in_it(void **state)
{
	static const char *const systems[] = { "linux", "macOS", "windows", "iOS", "android", "tvOS",
		"freebsd",
		"" };

	(void)state;
	arena = arena_new();
	for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
		print_all(NULL, ledger_on(systems[i], systems[i], INIT_UNKNOWN, ""), assert_typed);
		forget(NULL);
	}
	arena_free(arena);
}

/* Whatever a URL or a name has in it, the shell takes it as one word. */
static void a_command_is_safe_for_a_shell(void **state)
{
	static const struct {
		const char *url, *run;
	} rows[] = {
		{ "http://gpu1.tail4c1d.ts.net:8080/a;b",
			"curl -m 60 'http://gpu1.tail4c1d.ts.net:8080/a;b/v1/models'" },
		{ "http://gpu1.tail4c1d.ts.net:8080/$(x)",
			"curl -m 60 'http://gpu1.tail4c1d.ts.net:8080/$(x)/v1/models'" },
		{ "http://gpu1.tail4c1d.ts.net:8080/x'y",
			"curl -m 60 'http://gpu1.tail4c1d.ts.net:8080/x'\\''y/v1/models'" },
		{ URL, "curl -m 60 " URL "/v1/models" },
	};
	static const struct finding nothing = { .detail = "" };

	(void)state;
	arena = arena_new();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ledger *l = watching(rows[i].url);
		const struct evidence evidence = { .ledger = l,
			.endpoint = endpoint_find(l, rows[i].url),
			.now = at(1) };

		assert_non_null(evidence.endpoint);
		assert_string_equal(
			fix_of("`curl -m 60 %{url}/v1/models`", &evidence, &nothing, arena).run, rows[i].run);
		forget(NULL);
	}
	arena_free(arena);
}

static void a_command_with_a_gap_is_none(void **state)
{
	static const struct finding nothing = { .detail = "" };
	struct ledger *l = watching(URL);
	const struct evidence evidence = { .ledger = l, .now = at(1) };
	struct fix fix;

	(void)state;
	arena = arena_new();
	fix = fix_of("`tailscale cert %{host}`; then try again", &evidence, &nothing, arena);
	assert_string_equal(fix.run, "");
	assert_string_equal(fix.hint, "then try again");
	fix = fix_of("`tailscale lock sign %{value}`", &evidence, &nothing, arena);
	assert_string_equal(fix.line, "");
	arena_free(arena);
}

static void what_is_typed_here_suits_this_machine_and_not_the_peer(void **state)
{
	struct ledger *l = ledger_on("windows", "linux", INIT_SYSTEMD, "sudo ");

	(void)state;
	arena = arena_new();
	assert_string_equal(fix_for(l, "", "`%{sudo}tailscale set --accept-routes`", false).run,
		"sudo tailscale set --accept-routes");
	assert_string_equal(fix_for(l, "", "on %{peer}: `%{sudo}tailscale cert %{host}`", false).run,
		"tailscale cert gpu1.tail4c1d.ts.net");
	assert_string_equal(fix_for(l, "", "on %{peer}: read its log", true).line, "read its log");
	arena_free(arena);
}

/* ---- what kind of machine this is ---- */

static void put_file(const char *root, const char *path, const char *text)
{
	char whole[256], *slash;
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (slash = strchr(whole + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0700);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void a_machine_is_known_by_its_files(void **state)
{
	static const struct {
		const char *path, *text;
		enum init init;
		const char *service, *sudo;
	} rows[] = {
		{ "/etc/hostname", "box\n", INIT_UNKNOWN, "", "" },
		{ "/run/systemd/system/x", "", INIT_SYSTEMD, "", "" },
		{ "/run/openrc/softlevel", "default\n", INIT_OPENRC, "", "" },
		{ "/.dockerenv", "", INIT_CONTAINER, "", "" },
		{ "/run/.containerenv", "", INIT_CONTAINER, "", "" },
		{ "/proc/1/cgroup", "0::/\n", INIT_UNKNOWN, "", "" },
		{ "/proc/1/cgroup", "12:pids:/kubepods/besteffort/pod1\n", INIT_CONTAINER, "", "" },
		{ "/etc/init.d/tailscaled", "", INIT_SCRIPTS, "", "" },
		{ "/etc/init.d/tailscale", "", INIT_SCRIPTS, "tailscale", "" },
		{ "/usr/bin/sudo", "", INIT_UNKNOWN, "", "sudo " },
		{ "/usr/bin/doas", "", INIT_UNKNOWN, "", "doas " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char root[] = "/tmp/machine.XXXXXX", command[64];
		struct obs_machine machine;

		assert_non_null(mkdtemp(root));
		put_file(root, rows[i].path, rows[i].text);
		machine_look(root, &machine);
		snprintf(command, sizeof(command), "rm -rf '%s'", root);
		assert_int_equal(system(command), 0);
		if (machine.init != rows[i].init || strcmp(machine.service, rows[i].service) != 0 ||
			strcmp(machine.sudo, rows[i].sudo) != 0)
			fail_msg("%s: %d \"%s\" \"%s\"", rows[i].path, (int)machine.init, machine.service,
				machine.sudo);
		assert_string_equal(machine.os, "linux");
	}
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(the_fixes_on_linux),
		SAYS(the_fixes_on_no_systemd),
		SAYS(the_fixes_on_macos),
		SAYS(the_fixes_on_windows),
		SAYS(the_fixes_on_phone),
		SAYS(the_fixes_on_unknown),
		SAYS(a_command_has_nothing_to_replace_in_it),
		SAYS(a_command_is_safe_for_a_shell),
		SAYS(a_command_with_a_gap_is_none),
		SAYS(what_is_typed_here_suits_this_machine_and_not_the_peer),
		cmocka_unit_test(a_machine_is_known_by_its_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
