/* No name and no address gets through: of a snapshot of which every text is full of them, nothing is left in
 * any output, and what is equal before is equal after. */
#include "probes/report/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/out/json.h"
#include "probes/report/rewrite.h"
#include "probes/verdicts/rule.h"
#include "probes/report/texts.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/out/doctor.h"
#include "tui/out/outputs.h"
#include "tui/out/text.h"

/* Each has "zq" in it, which is in no word of this program. The peer is the one that is planted first, as the
 * daemon's own machine; the others are told from how they look. */
#define PROSE                                                                                                   \
	"traffic to zqpeer1 and (zqpeer1.tailzq.ts.net): https://zqpeer1.tailzq.ts.net:443/zqpeer1, for "       \
	"zqada@zq.net "                                                                                         \
	"tag:zqtag svc:zqsvc from https://u:zqpw@zqweb.zq.org/?k=zqkey, /home/zqada/x, said “zq says zq”, " \
	"to //zqsso.local/login, zqback.corp:443, DERP zqderp1 and http://u:zq!p@zqbüro.corp/"

static char *all_outputs(const struct snapshot *snapshot)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	const struct print_to narrow = { .file = stream, .width = 100 },
			      wide = { .file = stream, .width = 200 };

	json_write_snapshot(stream, snapshot, true);
	text_print(&wide, snapshot);
	doctor_print(&narrow, snapshot, NULL);
	for (int peer = 0; peer < (int)snapshot->peer_count; peer++) {
		struct diagnosis_target target = { peer, -1 };

		doctor_print(&narrow, snapshot, &target);
	}
	fclose(stream);
	return text;
}

static void assert_absent(const char *text, const char *secret)
{
	for (const char *at = text; *at; at++) {
		size_t n = 0;

		while (secret[n] && (at[n] | ' ') == (secret[n] | ' '))
			n++;
		if (!secret[n])
			fail_msg("%s in: %.200s", secret, at - text > 100 ? at - 100 : text);
	}
}

static void redact(struct snapshot *snapshot)
{
	struct redactor *redactor = redactor_new("/srv/zqhome");

	redactor_apply(redactor, snapshot);
	redactor_free(redactor);
}

/* ---- every text ---- */

struct planting {
	struct arena *arena;
	size_t names;
};

static void plant(void *data, enum text_form form, enum secret_kind kind, const char **text)
{
	static const struct {
		const char *before, *after;
	} forms[SECRET_KINDS] = {
		[SECRET_PEER] = { "zqpeer", "" },
		[SECRET_TAILNET] = { "tailzq", ".ts.net" },
		[SECRET_USER] = { "Zq Ada ", "" },
		[SECRET_ADDRESS] = { "100.77.66.", "" },
		[SECRET_TAG] = { "tag:zqtag", "" },
		[SECRET_SERVICE] = { "svc:zqsvc", "" },
		[SECRET_NODE] = { "nZqNODE", "" },
		[SECRET_HOST] = { "zqhost", ".tailzq.ts.net" },
		[SECRET_DERP] = { "zqderp", "" },
		[SECRET_LOGIN] = { "https://login.tailscale.com/a/zq", "" },
	};
	struct planting *planting = data;

	if (form == TEXT_PROSE)
		*text = PROSE;
	if (form != TEXT_NAME)
		return;
	assert_non_null(forms[kind].before);
	*text = arena_printf(
		planting->arena, "%s%zu%s", forms[kind].before, ++planting->names % 200, forms[kind].after);
}

static void nothing_that_is_planted_in_any_text_is_left(void **state)
{
	struct snapshot *(*const samples[])(
		void) = { sample_fleet, sample_clients, sample_no_helper, sample_logged_out, sample_stale };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct snapshot *snapshot = samples[i]();
		struct planting planting = { snapshot->arena, 0 };
		char *text;

		texts_visit(snapshot, plant, &planting);
		text = all_outputs(snapshot);
		assert_non_null(strstr(text, "zq")); /* the test can fail */
		free(text);
		redact(snapshot);
		text = all_outputs(snapshot);
		assert_absent(text, "zq");
		assert_absent(text, "100.77.66.");
		free(text);
		snapshot_free(snapshot);
	}
}

/* ---- the sample as it is ---- */

static void the_sample_shows_no_name_of_it_and_keeps_its_figures(void **state)
{
	static const char *const secrets[] = { "tail1234", "someone@example.com", "100.64.0.", "10.99.0.",
		"192.168.", "203.0.113.9", "macmini", "gpu1", "gpu2", "printer", "tower", "laptop", "nSELF",
		"svc:llm" };
	static const char *const kept[] = { "DERP fra", "1.98.9", "Ollama", "not-listening", ":11434",
		"41641", "127.0.0.1", "48 ms" };
	struct snapshot *snapshot = sample_fleet();
	char *text;

	(void)state;
	redact(snapshot);
	text = all_outputs(snapshot);
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		assert_absent(text, secrets[i]);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		assert_non_null(strstr(text, kept[i]));
	free(text);
	snapshot_free(snapshot);
}

static void what_is_equal_before_is_equal_after(void **state)
{
	struct redactor *redactor = redactor_new(NULL);
	struct snapshot *one = sample_fleet(), *two = sample_stale();
	char url[300];

	(void)state;
	redactor_apply(redactor, one);
	snprintf(url, sizeof(url), "http://%s:11434", one->peers[1].fqdn);
	assert_string_equal(one->endpoints[0].url, url);
	assert_string_equal(one->peers[9].path.via, one->peers[4].name);
	assert_string_equal(one->peers[1].user, one->peers[2].user);
	assert_string_not_equal(one->peers[1].name, one->peers[2].name);
	assert_string_equal(one->daemon.self, one->peers[0].name);
	redactor_apply(redactor, two);
	for (size_t i = 0; i < one->peer_count; i++) {
		assert_string_equal(one->peers[i].name, two->peers[i].name);
		assert_string_equal(one->peers[i].addresses[0], two->peers[i].addresses[0]);
	}
	redactor_free(redactor);
	snapshot_free(one);
	snapshot_free(two);
}

static void no_snapshot_is_too_odd_or_too_empty(void **state)
{
	struct snapshot *(*const samples[])(void) = { sample_hostile, sample_hostile_clients, sample_start,
		sample_no_daemon, sample_nobody_serves, sample_first_peers };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct snapshot *snapshot = samples[i]();

		redact(snapshot);
		free(all_outputs(snapshot));
		snapshot_free(snapshot);
	}
}

/* ---- a sentence ---- */

static void a_sentence_keeps_what_is_nobodys(void **state)
{
	static const char *const cases[][2] = {
		{ "on box: tailscale serve --bg 8080", "on peer-1: tailscale serve --bg 8080" },
		{ "BOX, box-2 and mybox", "peer-1, box-2 and mybox" },
		{ "https://box.t.ts.net:443/box", "https://peer-1.tailnet.example:443/peer-1" },
		{ "box.smith.family is down.", "host-1.example is down." },
		{ "other.t.ts.net and it.t.ts.net", "host-2.example and host-3.example" },
		{ "https://smith.family/x?key=1#y, then", "https://host-4.example/x?…, then" },
		{ "direct 10.0.0.7:41641, [fd00::7]:41641",
			"direct 198.51.100.1:41641, [2001:db8:2::2]:41641" },
		{ "fd00::7: refused; 10.0.0.7.", "2001:db8:2::2: refused; 198.51.100.1." },
		{ "http://127.0.0.1:11434, 0.0.0.0, localhost",
			"http://127.0.0.1:11434, 0.0.0.0, localhost" },
		{ "relayed by DERP box since 12:30:01", "relayed by DERP box since 12:30:01" },
		{ "tailscaled 1.98.9, qwen2.5:0.5b, 3.8 ms", "tailscaled 1.98.9, qwen2.5:0.5b, 3.8 ms" },
		{ "tag:gpu may use svc:llm; a tag: none", "tag:tag-1 may use svc:service-1; a tag: none" },
		{ "/home/ada/x and /Users/ada", "~/x and ~" },
		{ "ada@lab.net said “it is ada's” here", "user-1@example.com said “…” here" },
		{ "cut “short", "cut “…”" },
		{ "visit https://login.tailscale.com/a/12ab.", "visit https://login.example/1." },
		{ "login.tailscale.com/a/34cd, or not", "https://login.example/2, or not" },
		{ "https://login.tailscale.com/admin", "https://login.tailscale.com/admin" },
		{ "C:\\Users\\Ada Smith\\x, D:/Users/ada and E:\\x", "~\\x, ~ and E:\\x" },
		{ "runs on ollama.com, server.py", "runs on ollama.com, server.py" },
		{ "38 % is on the GPU, on gpu: up", "38 % is on the GPU, on peer-3: up" },
		{ "start the server; on server: up", "start the server; on peer-2: up" },
		{ "lo, tailscale0, enx0050b6f00f00", "lo, tailscale0, device1" },
		{ "-d mac=3c:7C:3f:1e:88:a0; not 3c:7c:3f:1e:88:a0:1 or 12:30:01",
			"-d mac=MAC; not 3c:7c:3f:1e:88:a0:1 or 12:30:01" },
		{ "leads to //sso.corp/login, then", "leads to //host-5.example/login, then" },
		{ "//sso.corp/login?as=ada", "//host-5.example/login?…" },
		{ "back.corp:443, BACK.corp.:11434; zback:80", "host-6.example:443, host-6.example.:11434; "
							       "host-7.example:80" },
		{ "back.corp:443: refused", "host-6.example:443: refused" },
		{ "s3://bucket/m, socks5h://u:p!w@proxy:1055",
			"s3://host-8.example/m, socks5h://host-9.example:1055" },
		{ "https://büro.corp/, https://zq%2dcorp:1/x",
			"https://host-10.example/, https://host-11.example:1/x" },
		{ "at 12:30:01, 2026-11-23T12:30:01, llama3:70b",
			"at 12:30:01, 2026-11-23T12:30:01, llama3:70b" },
		{ "gateway:443, port:80 and tcp:11434", "gateway:443, port:80 and tcp:11434" },
		{ "http://127.0.0.1//models, a//b:80, x/y.z:80",
			"http://127.0.0.1//models, a//b:80, x/y.z:80" },
		{ "by DERP hq, DERP fra and hq:443", "by DERP derp-1, DERP fra and host-12.example:443" },
		{ "", "" },
	};
	struct pseudonyms *pseudonyms = pseudonyms_new();
	struct arena *arena = arena_new();

	(void)state;
	pseudonym_of(pseudonyms, SECRET_TAILNET, "t.ts.net");
	pseudonym_of(pseudonyms, SECRET_PEER, "box");
	pseudonym_give(pseudonyms, "box.t.ts.net", "peer-1.tailnet.example");
	pseudonym_of(pseudonyms, SECRET_PEER, "server");
	pseudonym_of(pseudonyms, SECRET_PEER, "gpu");
	pseudonym_of(pseudonyms, SECRET_PEER, "ollama");
	pseudonym_of(pseudonyms, SECRET_DERP, "DERP hq");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(rewrite_text(pseudonyms, arena, cases[i][0]), cases[i][1]);
	arena_free(arena);
	pseudonyms_free(pseudonyms);
}

/* Each word that a rule puts "the" before, were a machine called like it. */
static void a_machine_that_is_called_like_a_word_destroys_no_sentence(void **state)
{
	static const struct rule *const tables[] = { daemon_rules, peer_rules, reach_rules, work_rules,
		http_rules, engine_rules, serve_rules, mount_rules };
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct rule *rule = tables[i]; rule->code; rule++)
			for (const char *at = rule->text; (at = strstr(at, "the ")); at++, seen++) {
				struct pseudonyms *pseudonyms = pseudonyms_new();
				struct arena *arena = arena_new();
				const char *said = arena_printf(
					arena, "%.*s", (int)(4 + strcspn(at + 4, " %,:;()")), at);

				pseudonym_of(pseudonyms, SECRET_PEER, said + 4);
				assert_non_null(strstr(rewrite_text(pseudonyms, arena, rule->text), said));
				arena_free(arena);
				pseudonyms_free(pseudonyms);
			}
	assert_true(seen > 20);
}

/* A template of a rule: the machine is called "server", whatever else is filled in is "7". */
static const char *filled(struct arena *arena, const char *template, size_t *machines)
{
	struct bytes out = { 0 };
	const char *text;

	bytes_add(&out, "", 0);
	while (*template) {
		size_t plain = strcspn(template, "%");
		bool is_machine = text_has_prefix(template + plain, "%{peer}");

		bytes_add(&out, template, plain);
		template += plain;
		if (!*template)
			break;
		*machines += is_machine;
		bytes_add(&out, is_machine ? "server" : "7", is_machine ? 6 : 1);
		template += strcspn(template, "}") + 1;
	}
	text = arena_copy(arena, out.text);
	free(out.text);
	return text;
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

/* How often the machine is named in that template. */
static size_t assert_hides_the_machine(const char *template)
{
	struct pseudonyms *pseudonyms = pseudonyms_new();
	struct arena *arena = arena_new();
	size_t machines = 0;
	const char *text = filled(arena, template, &machines), *hidden;

	pseudonym_of(pseudonyms, SECRET_PEER, "server");
	hidden = rewrite_text(pseudonyms, arena, text);
	if (count_of(hidden, "peer-1") < machines)
		fail_msg("%s: %s", text, hidden);
	arena_free(arena);
	pseudonyms_free(pseudonyms);
	return machines;
}

static void a_machine_that_is_called_like_a_word_is_hidden_wherever_a_rule_names_it(void **state)
{
	size_t seen = 0;

	(void)state;
	for (const struct rule *const *table = rule_tables; *table; table++)
		for (const struct rule *rule = *table; rule->code; rule++)
			seen += assert_hides_the_machine(rule->text) + assert_hides_the_machine(rule->fix);
	for (const struct other_fix *const *list = other_fixes; *list; list++)
		for (const struct other_fix *fix = *list; fix->code; fix++)
			seen += assert_hides_the_machine(fix->text);
	assert_true(seen > 40);
}

static void what_the_daemon_says_in_its_own_words_is_left_out(void **state)
{
	static const char *const health[] = { "lookup hs.zq.family on 10.0.0.1:53: no such host", NULL };
	struct snapshot *snapshot = sample_fleet();
	char *text;

	(void)state;
	snapshot->daemon.health = health;
	snapshot->daemon.trouble = "/run/ts.sock: refused; and `tailscale`: “dial hs.zq.family”";
	snapshot->verdict_list[0].text =
		"tailscaled warns: lookup hs.zq.family on 10.0.0.1:53: no such host (and 1 more)";
	redact(snapshot);
	assert_string_equal(snapshot->verdict_list[0].text, "tailscaled warns: “…” (and 1 more)");
	assert_string_equal(snapshot->daemon.health[0], "“…”");
	assert_string_equal(snapshot->daemon.trouble, "/run/ts.sock: refused; and `tailscale`: “…”");
	text = all_outputs(snapshot);
	assert_absent(text, "zq");
	free(text);
	snapshot_free(snapshot);
}

static void a_model_keeps_its_name_whatever_machines_are_called(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->peers[1].name = "qwen";
	snapshot->models[0].id = "qwen:7b";
	snapshot->models[1].id = "qwen";
	snapshot->models[1].remote_host = "ollama.com";
	snapshot->verdict_list[0].text = "38 % of qwen:7b is on the CPU of qwen";
	redact(snapshot);
	assert_string_equal(snapshot->models[0].id, "qwen:7b");
	assert_string_equal(snapshot->models[1].id, "qwen");
	assert_string_equal(snapshot->models[1].remote_host, "ollama.com");
	assert_string_equal(snapshot->verdict_list[0].text, "38 % of qwen:7b is on the CPU of peer-2");
	snapshot_free(snapshot);
}

static void a_model_that_is_a_file_is_told_by_its_path(void **state)
{
	static const char *const files[] = { "/mnt/q.gguf", "~/q.gguf", "D:/ada/q.gguf", "./q", "../q",
		"D:\\ada\\q.gguf", "file:///srv/corp/m", "file:/srv/corp/m", "s3://corp/m",
		"http://gpu.corp/m", "gpu.corp:8000/m", "10.0.0.7:8000" };
	static const char *const names[] = { "org/model", "q:7b", "hf.co/ada/q:Q4", "a", "", "llama3.1:70",
		"q2.5:0.5b", "claude-3@20240620", "q.gguf", "models/q.gguf" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files) + ARRAY_LEN(names); i++) {
		struct snapshot *snapshot = sample_fleet();
		bool is_file = i < ARRAY_LEN(files);
		const char *id = is_file ? files[i] : names[i - ARRAY_LEN(files)];

		snapshot->models[0].id = id;
		redact(snapshot);
		assert_string_equal(snapshot->models[0].id, is_file ? "/files/file-1" : id);
		snapshot_free(snapshot);
	}
}

static void the_home_and_the_file_of_a_model_are_hidden_and_its_name_is_not(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct redactor *redactor = redactor_new("/srv/ada");

	(void)state;
	snapshot->models[0].id = "/mnt/ada/qwen.gguf";
	snapshot->models[1].id = "qwen2.5:0.5b";
	snapshot->daemon.socket = "/srv/ada/tailscaled.sock";
	redactor_apply(redactor, snapshot);
	assert_string_equal(snapshot->models[0].id, "/files/file-1");
	assert_string_equal(snapshot->models[1].id, "qwen2.5:0.5b");
	assert_string_equal(snapshot->daemon.socket, "~/tailscaled.sock");
	redactor_free(redactor);
	snapshot_free(snapshot);
}

/* A host is the same one wherever it stands: in a name, with a port, in a URL, in a sentence. */
static void a_host_has_one_pseudonym_wherever_it_stands(void **state)
{
	static const char *const targets[] = { "zqbackend.corp:11434", "http://zqbackend.corp:11434",
		"redirect:302:https://zqbackend.corp/x", "redirect://zqbackend.corp/x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct snapshot *snapshot = sample_fleet();
		char *text;

		assert_true(snapshot->mount_count > 0 && snapshot->verdict_count > 1);
		snapshot->mounts[0].target = targets[i];
		snapshot->models[0].remote_host = "zqbackend.corp:443";
		snapshot->models[1].remote_host = "https://ZQbackend.corp";
		snapshot->verdict_list[0].text = "not zqbackend.corp, but //zqbackend.corp/login";
		redact(snapshot);
		assert_string_equal(snapshot->models[0].remote_host, "host-1.example:443");
		assert_string_equal(snapshot->models[1].remote_host, "https://host-1.example");
		assert_string_equal(
			snapshot->verdict_list[0].text, "not host-1.example, but //host-1.example/login");
		assert_non_null(strstr(snapshot->mounts[0].target, "host-1.example"));
		text = all_outputs(snapshot);
		assert_absent(text, "zq");
		free(text);
		snapshot_free(snapshot);
	}
}

static void a_host_is_hidden_before_the_text_that_tells_that_it_is_one(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->verdict_list[0].text = "no answer from zqsso.corp";
	snapshot->verdict_list[1].text = "it redirects to //ZQSSO.corp/login";
	redact(snapshot);
	assert_string_equal(snapshot->verdict_list[0].text, "no answer from host-1.example");
	assert_string_equal(snapshot->verdict_list[1].text, "it redirects to //host-1.example/login");
	snapshot_free(snapshot);
}

static void a_remote_host_of_any_spelling_is_hidden(void **state)
{
	static const char *const hosts[][2] = { { "zq", "host-1.example" },
		{ "zq:443", "host-1.example:443" }, { "[fd00::7]:443", "[2001:db8:2::1]:443" },
		{ "fd00::7", "2001:db8:2::1" }, { "u:p!w@zq.corp:443", "host-1.example:443" },
		{ "u@zq.corp", "host-1.example" }, { "zq.corp/x", "host-1.example/x" },
		{ "gpu:443", "host-1.example:443" }, { "ollama.com:443", "ollama.com:443" },
		{ "localhost:11434", "localhost:11434" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct snapshot *snapshot = sample_no_daemon();

		snapshot->models[0].id = "m";
		snapshot->models[0].quantisation = "";
		snapshot->models[0].remote_host = hosts[i][0];
		snapshot->model_count = 1;
		redact(snapshot);
		assert_string_equal(snapshot->models[0].remote_host, hosts[i][1]);
		snapshot_free(snapshot);
	}
}

static void paths_are_hidden_but_where_everybody_has_them(void **state)
{
	static const char *const cases[][2] = {
		{ "path:/srv/zq corp/x", "path:/files/file-1" },
		{ "unix:/run/zq.sock", "unix:/files/file-1" },
		{ "unix:/run/tailscale/tailscaled.sock", "unix:/run/tailscale/tailscaled.sock" },
		{ "path:/srv/zqhome/x", "path:~/x" },
		{ "text:", "text:" },
		{ "redirect:/ui", "redirect:/ui" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *snapshot = sample_fleet();

		snapshot->mounts[0].target = cases[i][0];
		redact(snapshot);
		assert_string_equal(snapshot->mounts[0].target, cases[i][1]);
		snapshot_free(snapshot);
	}
}

static void a_path_that_the_user_gave_is_hidden_in_every_sentence(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct redactor *redactor = redactor_new("/srv/ada");

	(void)state;
	redactor_hide_path(redactor, "");
	redactor_hide_path(redactor, "tailscale");
	redactor_hide_path(redactor, "/opt/zq/tailscaled.sock");
	redactor_hide_path(redactor, "/srv/ada/ts.sock");
	snapshot->daemon.socket = "/srv/zq/ts.sock";
	snapshot->daemon.trouble =
		"/opt/zq/tailscaled.sock: refused; /srv/zq/ts.sock and /srv/ada/ts.sock: none";
	redactor_apply(redactor, snapshot);
	assert_string_equal(snapshot->daemon.socket, "/files/file-2");
	assert_string_equal(
		snapshot->daemon.trouble, "/files/file-1: refused; /files/file-2 and ~/ts.sock: none");
	redactor_free(redactor);
	snapshot_free(snapshot);
}

static void where_the_helper_is_installed_is_hidden(void **state)
{
	static const char *const cases[][2] = { { "/srv/zq/bin/tsllm-capture", "/files/file-1" },
		{ "/usr/local/bin/tsllm-capture", "/usr/local/bin/tsllm-capture" },
		{ "/srv/zqhome/bin/tsllm-capture", "~/bin/tsllm-capture" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *snapshot = sample_fleet();
		char told[200];

		snapshot->capture.trouble =
			arena_printf(snapshot->arena, "%s: it lacks the right", cases[i][0]);
		snapshot->capture.fix = arena_printf(snapshot->arena, "sudo setcap x '%s'", cases[i][0]);
		redact(snapshot);
		snprintf(told, sizeof(told), "%s: it lacks the right", cases[i][1]);
		assert_string_equal(snapshot->capture.trouble, told);
		snprintf(told, sizeof(told), "sudo setcap x '%s'", cases[i][1]);
		assert_string_equal(snapshot->capture.fix, told);
		snapshot_free(snapshot);
	}
}

/* Its code may be a machine's name, and what it is called in one place it is called in all. */
static void a_derp_region_of_ones_own_is_hidden(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->peers[1].name = "zqhq";
	snapshot->daemon.home_derp = "zqhq";
	snapshot->peers[2].path.kind = snapshot->peers[3].path.kind = PATH_DERP;
	snapshot->peers[2].path.via = "zqhq";
	snapshot->peers[3].path.via = "nyc";
	snapshot->peers[4].pings[PING_DISCO].by = "DERP zqlab";
	snapshot->verdict_list[0].text =
		"traffic to zqhq is relayed by DERP zqhq, that of others by DERP nyc";
	redact(snapshot);
	assert_string_equal(snapshot->daemon.home_derp, "derp-1");
	assert_string_equal(snapshot->peers[2].path.via, "derp-1");
	assert_string_equal(snapshot->peers[3].path.via, "nyc");
	assert_string_equal(snapshot->peers[4].pings[PING_DISCO].by, "DERP derp-2");
	assert_string_equal(snapshot->verdict_list[0].text,
		"traffic to peer-2 is relayed by DERP derp-1, that of others by DERP nyc");
	snapshot_free(snapshot);
}

static void who_this_machine_is_to_others_is_hidden(void **state)
{
	static const char *const capabilities[] = { "tailscale.com/cap/relay", "zqcorp.example/cap/zq",
		NULL };
	struct snapshot *snapshot = sample_fleet();
	struct redactor *redactor = redactor_new("");
	char text[400];

	(void)state;
	snapshot->daemon.login = "zq@zqcorp.example";
	snapshot->daemon.display = "Zq Zqson";
	snapshot->daemon.capabilities = capabilities;
	snapshot->verdict_list[0].text = "this is Zq Zqson's";
	redactor_apply(redactor, snapshot);
	assert_null(strstr(snapshot->daemon.login, "zq"));
	assert_null(strstr(snapshot->daemon.display, "Zq"));
	assert_null(strstr(snapshot->verdict_list[0].text, "Zq"));
	assert_string_equal(snapshot->daemon.capabilities[0], "tailscale.com/cap/relay");
	assert_null(strstr(snapshot->daemon.capabilities[1], "zq"));
	assert_non_null(strstr(redactor_say(redactor, text, sizeof(text)), "3 users"));
	assert_string_not_equal(snapshot->daemon.capabilities[1], "");
	snapshot_free(snapshot);
	redactor_free(redactor);
}

static void a_version_is_figures_or_words(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->endpoints[0].version = "1.2.3.4";
	snapshot->endpoints[1].version = "0.5 on zqbox.corp:443 (10.0.0.7)";
	redact(snapshot);
	assert_string_equal(snapshot->endpoints[0].version, "1.2.3.4");
	assert_string_equal(snapshot->endpoints[1].version, "0.5 on host-1.example:443 (198.51.100.1)");
	snapshot_free(snapshot);
}

static void there_is_a_pseudonym_for_everybody_in_a_crowd(void **state)
{
	struct pseudonyms *pseudonyms = pseudonyms_new();
	char secret[32], last[64] = "";

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(secret, sizeof(secret), "100.64.%u.%u", i / 256, i % 256);
		assert_string_not_equal(pseudonym_of(pseudonyms, SECRET_ADDRESS, secret), last);
		snprintf(last, sizeof(last), "%s", pseudonym_find(pseudonyms, secret));
	}
	assert_string_equal(pseudonym_find(pseudonyms, "100.64.0.0"), "192.0.2.1");
	assert_string_equal(last, "198.18.11.184");
	pseudonyms_free(pseudonyms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_that_is_planted_in_any_text_is_left),
		cmocka_unit_test(the_sample_shows_no_name_of_it_and_keeps_its_figures),
		cmocka_unit_test(what_is_equal_before_is_equal_after),
		cmocka_unit_test(no_snapshot_is_too_odd_or_too_empty),
		cmocka_unit_test(a_sentence_keeps_what_is_nobodys),
		cmocka_unit_test(a_machine_that_is_called_like_a_word_destroys_no_sentence),
		cmocka_unit_test(a_machine_that_is_called_like_a_word_is_hidden_wherever_a_rule_names_it),
		cmocka_unit_test(what_the_daemon_says_in_its_own_words_is_left_out),
		cmocka_unit_test(a_model_keeps_its_name_whatever_machines_are_called),
		cmocka_unit_test(a_model_that_is_a_file_is_told_by_its_path),
		cmocka_unit_test(the_home_and_the_file_of_a_model_are_hidden_and_its_name_is_not),
		cmocka_unit_test(a_host_has_one_pseudonym_wherever_it_stands),
		cmocka_unit_test(a_host_is_hidden_before_the_text_that_tells_that_it_is_one),
		cmocka_unit_test(a_remote_host_of_any_spelling_is_hidden),
		cmocka_unit_test(paths_are_hidden_but_where_everybody_has_them),
		cmocka_unit_test(a_path_that_the_user_gave_is_hidden_in_every_sentence),
		cmocka_unit_test(where_the_helper_is_installed_is_hidden),
		cmocka_unit_test(a_derp_region_of_ones_own_is_hidden),
		cmocka_unit_test(who_this_machine_is_to_others_is_hidden),
		cmocka_unit_test(a_version_is_figures_or_words),
		cmocka_unit_test(there_is_a_pseudonym_for_everybody_in_a_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
