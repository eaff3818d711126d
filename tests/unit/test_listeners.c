/* What the kernel says about this machine's ports. */
#include "probes/io/listeners.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define HEAD                                                                                                 \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
#define REST " 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0\n"
#define ANY6 "00000000000000000000000000000000:0000"

static void each_listening_socket_is_read_and_no_other(void **state)
{
	static const char tcp[] =
		HEAD "   0: 0100007F:2CAA 00000000:0000 0A" REST "   1: 0100007F:2CAA 0100007F:9C40 01" REST
		     "   2: 00000000:01BB 00000000:0000 0A" REST "  nonsense\n\n",
			  tcp6[] = HEAD "   0: 00000000000000000000000001000000:04D2 " ANY6 " 0A" REST
					"   1: 00000000000000000000000000000000:0050 " ANY6 " 0A" REST
					"   2: 0000000000000000FFFF00000100007F:0051 " ANY6 " 0A" REST;
	struct listeners listeners = { 0 };

	(void)state;
	listeners_parse(&listeners, tcp);
	listeners_parse(&listeners, tcp6);
	assert_int_equal(listeners.count, 5);
	assert_string_equal(listeners.items[0].address, "127.0.0.1");
	assert_int_equal(listeners.items[0].port, 11434);
	assert_string_equal(listeners.items[1].address, "0.0.0.0");
	assert_string_equal(listeners.items[2].address, "::1");
	assert_string_equal(listeners.items[3].address, "::");
	assert_string_equal(listeners.items[4].address, "127.0.0.1");
	assert_string_equal(listeners_localhost(&listeners, 1234), "::1");
	assert_string_equal(listeners_localhost(&listeners, 11434), "127.0.0.1");
	assert_string_equal(listeners_localhost(&listeners, 80), "127.0.0.1");
	assert_string_equal(listeners_localhost(&listeners, 9), "127.0.0.1");
	listeners_parse(&listeners,
		"2: 01004064:2CAA 00000000:0000 0A" REST "3: 01004064:0009 00000000:0000 0A" REST);
	assert_true(listeners_have_alone(&listeners, 9, "100.64.0.1"));
	assert_false(listeners_have_alone(&listeners, 9, "100.64.0.2"));
	assert_false(listeners_have_alone(&listeners, 11434, "100.64.0.1"));
	assert_true(listeners_take_all(&listeners, 443, "100.64.0.1"));
	assert_true(listeners_take_all(&listeners, 80, "100.64.0.1"));
	assert_false(listeners_take_all(&listeners, 11434, "100.64.0.2"));
	assert_false(listeners_take_all(&listeners, 443, "0.0.0.0"));
	listeners_fini(&listeners);
}

/* Returns the port; *fd is open. It is bound, but does not listen yet. */
static int a_socket(int *fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &size), 0);
	return ntohs(at.sin_port);
}

static unsigned times_read(int port)
{
	struct listeners listeners = { 0 };
	unsigned times = 0;

	listeners_read(&listeners);
	for (size_t i = 0; i < listeners.count; i++)
		times += listeners.items[i].port == port &&
			 strcmp(listeners.items[i].address, "127.0.0.1") == 0;
	listeners_fini(&listeners);
	return times;
}

static void a_socket_of_this_program_is_read_while_it_listens(void **state)
{
	int fd, port = a_socket(&fd);

	(void)state;
	assert_int_equal(times_read(port), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(times_read(port), 1);
	close(fd);
	assert_int_equal(times_read(port), 0);
}

/* The kernel cuts names of processes after 15 bytes. */
static void the_program_behind_a_socket_is_named(void **state)
{
	struct listeners listeners = { 0 };
	int fd, port = a_socket(&fd);
	char name[64] = "";
	FILE *file = fopen("/proc/self/comm", "r");

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(name, sizeof(name), file));
	name[strcspn(name, "\n")] = '\0';
	fclose(file);
	assert_int_equal(listen(fd, 1), 0);
	listeners_read(&listeners);
	listeners_name(&listeners);
	for (size_t i = 0; i < listeners.count; i++)
		if (listeners.items[i].port == port && strcmp(listeners.items[i].address, "127.0.0.1") == 0)
			assert_string_equal(listeners.items[i].process, name);
	close(fd);
	listeners_fini(&listeners);
}

/* An answer of sock_diag(7) about one socket, with room for an attribute after it. */
struct told {
	struct nlmsghdr head;
	struct inet_diag_msg body;
	struct rtattr attribute;
	uint64_t group;
};

static uint64_t group_of(struct told *told)
{
	struct listeners listeners = { 0 };
	uint64_t group;

	assert_int_equal(listeners_read_messages(&listeners, &told->head, told->head.nlmsg_len), 1);
	assert_int_equal(listeners.count, 1);
	assert_string_equal(listeners.items[0].address, "127.0.0.1");
	group = listeners.items[0].cgroup;
	listeners_fini(&listeners);
	return group;
}

static void the_group_of_a_socket_is_read_where_it_is_told(void **state)
{
	static struct told told;
	struct listeners listeners = { 0 };

	(void)state;
	told.head = (struct nlmsghdr){ .nlmsg_len = sizeof(told), .nlmsg_type = SOCK_DIAG_BY_FAMILY };
	told.body.idiag_family = AF_INET;
	told.body.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
	told.attribute =
		(struct rtattr){ .rta_len = RTA_LENGTH(sizeof(uint64_t)), .rta_type = INET_DIAG_CGROUP_ID };
	memcpy(RTA_DATA(&told.attribute), &(uint64_t){ 4242 }, sizeof(uint64_t));
	assert_int_equal(group_of(&told), 4242);
	told.attribute.rta_type = INET_DIAG_MARK;
	assert_int_equal(group_of(&told), 0);
	told.head.nlmsg_len = NLMSG_LENGTH(sizeof(told.body)); /* of an older kernel */
	assert_int_equal(group_of(&told), 0);
	told.head.nlmsg_len = NLMSG_LENGTH(8);
	assert_int_equal(listeners_read_messages(&listeners, &told.head, told.head.nlmsg_len), -1);
}

static void the_inode_of_a_socket_is_read_where_it_is_told(void **state)
{
	struct listeners listeners = { 0 };

	(void)state;
	listeners_parse(&listeners,
		"   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 48213 1\n"
		"   1: 0100007F:2CAB 00000000:0000 0A 00000000:00000000\n");
	assert_int_equal(listeners.count, 2);
	assert_int_equal(listeners.items[0].inode, 48213);
	assert_int_equal(listeners.items[1].inode, 0);
	listeners_name(&listeners); /* no process has it: no name */
	listeners_fini(&listeners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_listening_socket_is_read_and_no_other),
		cmocka_unit_test(a_socket_of_this_program_is_read_while_it_listens),
		cmocka_unit_test(the_program_behind_a_socket_is_named),
		cmocka_unit_test(the_inode_of_a_socket_is_read_where_it_is_told),
		cmocka_unit_test(the_group_of_a_socket_is_read_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
