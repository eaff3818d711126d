/* Where a log is, by what is known of the process, and what to type where it may not be read. */
#include "probes/io/log_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/text.h"

#define ID "3f4e1c0d9a8b7c6d"

static struct log_place place;

static int tear_down(void **state)
{
	(void)state;
	log_place_fini(&place);
	return 0;
}

/* An ordinary user, who may read all there is. */
static struct log_facts of_group(const char *group)
{
	struct log_facts facts = { .port = 8000,
		.is_listening = true,
		.pid = 42,
		.process = "server",
		.uid = 1000,
		.reads_journal = true,
		.reaches_docker = true };

	cgroup_parse_path(group, &facts.cgroup);
	return facts;
}

/* The words of the command as one text. */
static const char *words(const struct strings *argv)
{
	static char text[1024];

	*text = '\0';
	for (size_t i = 0; i < argv->count; i++)
		text_add(text, sizeof(text), "%s%s", i ? " " : "", argv->items[i]);
	return text;
}

static void a_unit_has_a_journal(void **state)
{
	struct log_facts facts = of_group("/system.slice/ollama.service");

	(void)state;
	log_place_choose(&facts, &place);
	assert_string_equal(place.why, "");
	assert_string_equal(place.what, "the journal of ollama.service");
	assert_string_equal(words(&place.argv),
		"journalctl --no-pager --lines=100 --output=short-iso --unit=ollama.service");
	assert_string_equal(place.run, "journalctl --no-pager --follow --lines=100 --output=short-iso "
				       "--unit=ollama.service");
}

static void the_journal_of_root_may_need_its_rights(void **state)
{
	struct log_facts facts = of_group("/system.slice/ollama.service");

	(void)state;
	facts.reads_journal = false;
	log_place_choose(&facts, &place);
	assert_string_equal(place.why, "this user may not read the system's journal");
	assert_true(text_has_prefix(place.run, "sudo journalctl --no-pager --follow "));
	assert_int_equal(place.argv.count, 0);
	facts.uid = 0;
	log_place_fini(&place);
	log_place_choose(&facts, &place);
	assert_string_equal(place.why, "");
}

/* The journal of one's own units is one's own. */
static void a_users_unit_is_found_by_its_fields(void **state)
{
	struct log_facts facts =
		of_group("/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service");

	(void)state;
	facts.reads_journal = false;
	log_place_choose(&facts, &place);
	assert_string_equal(place.why, "");
	assert_string_equal(words(&place.argv), "journalctl --no-pager --lines=100 --output=short-iso "
						"_SYSTEMD_USER_UNIT=ollama.service _UID=1000");
	facts.uid = 1001;
	log_place_fini(&place);
	log_place_choose(&facts, &place);
	assert_true(text_has_prefix(place.run, "sudo journalctl "));
}

static void a_unit_of_another_machine_of_systemd_is_read_by_root(void **state)
{
	struct log_facts facts =
		of_group("/machine.slice/systemd-nspawn@web.service/payload/system.slice/ollama.service");

	(void)state;
	log_place_choose(&facts, &place);
	assert_string_equal(place.what, "the journal of ollama.service in the container web");
	assert_non_null(strstr(place.run, "sudo journalctl"));
	assert_non_null(strstr(place.run, "--machine=web --unit=ollama.service"));
}

static void a_container_has_the_log_of_its_tool(void **state)
{
	struct log_facts facts = of_group("/system.slice/docker-" ID ".scope");

	(void)state;
	log_place_choose(&facts, &place);
	assert_string_equal(place.what, "the log of the container 3f4e1c0d9a8b (docker)");
	assert_string_equal(words(&place.argv), "docker logs --tail=100 " ID);
	facts.reaches_docker = false;
	log_place_fini(&place);
	log_place_choose(&facts, &place);
	assert_string_equal(place.run, "sudo docker logs --follow --tail=100 " ID);
	assert_string_equal(place.why, "this user may not use root's docker");
}

/* Only its owner's podman knows a container. */
static void a_container_of_podman_is_its_owners(void **state)
{
	struct log_facts root = of_group("/machine.slice/libpod-" ID ".scope/container"),
			 own = of_group("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
					".scope");

	(void)state;
	log_place_choose(&root, &place);
	assert_string_equal(place.run, "sudo podman logs --follow --tail=100 " ID);
	assert_string_equal(place.why, "this user may not use root's podman");
	log_place_fini(&place);
	log_place_choose(&own, &place);
	assert_string_equal(words(&place.argv), "podman logs --tail=100 " ID);
	own.uid = 0;
	log_place_fini(&place);
	log_place_choose(&own, &place);
	assert_non_null(strstr(place.why, "and only that user's podman knows it"));
	assert_int_equal(place.argv.count, 0);
}

/* The process that listens is Docker's own, which has a journal of other things. */
static void a_port_that_docker_forwards_is_asked_for(void **state)
{
	struct log_facts facts = of_group("/system.slice/docker.service");

	(void)state;
	strcpy(facts.process, "docker-proxy");
	log_place_choose(&facts, &place);
	assert_string_equal(words(&place.argv), "docker logs --tail=100");
	assert_string_equal(words(&place.ask), "docker ps --quiet --filter publish=8000");
	strcpy(facts.process, ""); /* as another user sees it */
	facts.reaches_docker = false;
	log_place_fini(&place);
	log_place_choose(&facts, &place);
	assert_int_equal(place.ask.count, 0);
	assert_string_equal(place.run,
		"sudo docker logs --follow --tail=100 \"$(sudo docker ps --quiet --filter publish=8000)\"");
}

static void other_containers_are_told(void **state)
{
	struct log_facts lxc = of_group("/lxc.payload.web/system.slice/ollama.service"),
			 pod = of_group("/kubepods/burstable/pod1/" ID), rootless = of_group("/user.slice");

	(void)state;
	log_place_choose(&lxc, &place);
	assert_string_equal(place.run, "sudo lxc-attach -n web -- journalctl -n 100 -f");
	log_place_choose(&pod, &place);
	assert_string_equal(place.run, "sudo crictl logs --tail=100 --follow " ID);
	strcpy(rootless.process, "rootlessport");
	log_place_choose(&rootless, &place);
	assert_string_equal(place.run, "podman ps");
}

/* A file that the process writes to says more than the unit that it belongs to. */
static void a_file_comes_first(void **state)
{
	struct log_facts facts = of_group("/system.slice/ollama.service");
	char path[] = "/tmp/tsllm test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	strcpy(facts.file, path);
	log_place_choose(&facts, &place);
	assert_string_equal(place.path, path);
	assert_string_equal(place.why, "");
	assert_true(text_has_prefix(place.run, "tail -n 100 -F '/tmp/tsllm test-"));
	unlink(path);
	log_place_choose(&facts, &place);
	assert_string_equal(place.why, "this user may not read that file");
	assert_true(text_has_prefix(place.run, "sudo tail -n 100 -F '/tmp/"));
}

static void a_server_that_does_not_run_has_its_usual_places(void **state)
{
	struct log_facts facts = {
		.port = 11434, .uid = 1000, .reads_journal = true, .unit = "ollama.service"
	};

	(void)state;
	log_place_choose(&facts, &place);
	assert_string_equal(place.what, "the journal of ollama.service");
	facts.is_listening = true; /* it runs, and hides its process */
	log_place_fini(&place);
	log_place_choose(&facts, &place);
	assert_string_equal(place.what, "the journal of ollama.service");
	facts.is_listening = false;
	facts.unit[0] = '\0';
	strcpy(facts.home_file, "/etc/passwd");
	log_place_fini(&place);
	log_place_choose(&facts, &place);
	assert_string_equal(place.path, "/etc/passwd");
	facts.home_file[0] = '\0';
	log_place_choose(&facts, &place);
	assert_string_equal(place.why,
		"nothing listens on port 11434 of this machine, so there is no process to find it by");
	assert_string_equal(place.run, "");
}

static void what_is_written_nowhere_is_said(void **state)
{
	struct log_facts facts = of_group("/user.slice/user-1000.slice/session-3.scope");
	static const char *const outlets[][2] = {
		{ "/dev/pts/3",
			"server (process 42) writes to the terminal /dev/pts/3, in which it was started" },
		{ "/dev/null", "server (process 42) writes no log: its output goes to /dev/null" },
		{ "pipe:[12]",
			"server (process 42) writes into a pipe or socket, and where that leads is not known" },
		{ "", "the process that listens on port 8000 belongs to another user, who hides it" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(outlets) / sizeof(outlets[0]); i++) {
		strcpy(facts.outlet, outlets[i][0]);
		log_place_choose(&facts, &place);
		assert_string_equal(place.why, outlets[i][1]);
		assert_string_equal(place.path, "");
	}
	assert_string_equal(place.run, "sudo ss -ltnp 'sport = :8000'");
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_unit_has_a_journal),
		TEST(the_journal_of_root_may_need_its_rights),
		TEST(a_users_unit_is_found_by_its_fields),
		TEST(a_unit_of_another_machine_of_systemd_is_read_by_root),
		TEST(a_container_has_the_log_of_its_tool),
		TEST(a_container_of_podman_is_its_owners),
		TEST(a_port_that_docker_forwards_is_asked_for),
		TEST(other_containers_are_told),
		TEST(a_file_comes_first),
		TEST(a_server_that_does_not_run_has_its_usual_places),
		TEST(what_is_written_nowhere_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
