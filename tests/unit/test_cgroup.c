/* What the group of a process says of it: units, users' units, containers, and containers in others. */
#include "probes/io/cgroup.h"

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

#include "probes/base/mem.h"

#define ID "3f4e1c0d9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d"

static const struct {
	const char *text;
	enum cgroup_kind kind;
	const char *name;
	unsigned long uid; /* of the user whose it is; 0: nobody's */
} groups[] = {
	{ "0::/system.slice/ollama.service\n", CGROUP_UNIT, "ollama.service", 0 },
	{ "0::/system.slice/system-llama\\x2dserver.slice/llama-server@qwen.service\n", CGROUP_UNIT,
		"llama-server@qwen.service", 0 },
	{ "0::/system.slice/ollama.service/runner\n", CGROUP_UNIT, "ollama.service", 0 },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service\n", CGROUP_UNIT,
		"ollama.service", 1000 },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-foot-42.scope\n", CGROUP_NONE, "",
		0 },
	{ "0::/user.slice/user-1000.slice/session-3.scope\n", CGROUP_NONE, "", 0 },
	{ "0::/system.slice/docker-" ID ".scope\n", CGROUP_DOCKER, ID, 0 },
	{ "0::/docker/" ID "\n", CGROUP_DOCKER, ID, 0 },
	{ "0::/docker/" ID "/docker/0123456789abcdef\n", CGROUP_DOCKER, ID, 0 },
	{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope\n", CGROUP_DOCKER,
		ID, 1000 },
	{ "0::/machine.slice/libpod-" ID ".scope/container\n", CGROUP_PODMAN, ID, 0 },
	{ "0::/user.slice/user-1001.slice/user@1001.service/user.slice/libpod-" ID ".scope/container\n",
		CGROUP_PODMAN, ID, 1001 },
	{ "0::/system.slice/vllm.service/libpod-payload-" ID "\n", CGROUP_PODMAN, ID, 0 },
	{ "0::/machine.slice/libpod-conmon-" ID ".scope\n", CGROUP_NONE, "", 0 },
	{ "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-" ID
	  ".scope\n",
		CGROUP_KUBERNETES, ID, 0 },
	{ "0::/kubepods/burstable/pod12-34/" ID "\n", CGROUP_KUBERNETES, ID, 0 },
	{ "0::/lxc.payload.web/system.slice/ollama.service\n", CGROUP_LXC, "web", 0 },
	{ "0::/lxc/web/system.slice/docker-" ID ".scope\n", CGROUP_LXC, "web", 0 },
	{ "12:devices:/system.slice/ollama.service\n1:name=systemd:/system.slice/ollama.service\n0::/\n",
		CGROUP_UNIT, "ollama.service", 0 },
	{ "4:memory:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", CGROUP_DOCKER, ID, 0 },
	{ "0::/\n", CGROUP_NONE, "", 0 },
	{ "", CGROUP_NONE, "", 0 },
	{ "0::/system.slice/docker-short.scope\n", CGROUP_NONE, "", 0 },
	{ "0::/system.slice/docker-" ID "; rm.scope\n", CGROUP_NONE, "", 0 },
	{ "0::////.service/..service\n", CGROUP_UNIT, "..service", 0 },
};

static void a_group_is_a_unit_or_a_container(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		struct cgroup cgroup;

		cgroup_parse(groups[i].text, &cgroup);
		assert_int_equal(cgroup.kind, groups[i].kind);
		assert_string_equal(cgroup.name, groups[i].name);
		assert_int_equal(cgroup.uid, groups[i].uid);
		assert_int_equal(cgroup.is_of_user, groups[i].uid != 0);
	}
}

static void a_unit_in_a_machine_of_systemd_names_it(void **state)
{
	struct cgroup cgroup;

	(void)state;
	cgroup_parse("0::/machine.slice/systemd-nspawn@web.service/payload/system.slice/ollama.service\n",
		&cgroup);
	assert_int_equal(cgroup.kind, CGROUP_UNIT);
	assert_string_equal(cgroup.name, "ollama.service");
	assert_string_equal(cgroup.machine, "web");
}

/* Whatever stands there, what comes of it is short. */
static void a_path_of_any_length_is_read(void **state)
{
	char text[9000] = "0::/";
	struct cgroup cgroup;

	(void)state;
	memset(text + 4, 'x', 4000);
	strcpy(text + 4004, ".service/a.service");
	cgroup_parse(text, &cgroup);
	assert_string_equal(cgroup.name, "a.service");
}

/* The kernel tells the number of a socket's group, which is that of its folder. */
static void a_group_is_found_by_its_number(void **state)
{
	char root[] = "/tmp/tsllm-test-XXXXXX", folder[64], path[1024] = "";
	struct stat is;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(folder, sizeof(folder), "%s/system.slice", root);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(folder, sizeof(folder), "%s/system.slice/a.service", root);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(stat(folder, &is), 0);
	assert_true(cgroup_find(root, is.st_ino, path, sizeof(path)));
	assert_string_equal(path, "/system.slice/a.service");
	assert_false(cgroup_find(root, 0, path, sizeof(path)));
	assert_int_equal(rmdir(folder), 0);
	assert_false(cgroup_find(root, is.st_ino, path, sizeof(path)));
	snprintf(folder, sizeof(folder), "%s/system.slice", root);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(rmdir(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_is_a_unit_or_a_container),
		cmocka_unit_test(a_unit_in_a_machine_of_systemd_names_it),
		cmocka_unit_test(a_path_of_any_length_is_read),
		cmocka_unit_test(a_group_is_found_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
