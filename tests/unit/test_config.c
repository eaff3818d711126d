/* The configuration file: what it sets, and what is said about what it cannot. */
#include "tui/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/base/text.h"

struct test {
	char directory[32], path[48];
	struct settings settings;
	char faults[4096]; /* a line each, without the path */
};

static int set_up(void **state)
{
	static struct test test;

	memset(&test, 0, sizeof(test));
	strcpy(test.directory, "/tmp/tsllm-test-XXXXXX");
	assert_non_null(mkdtemp(test.directory));
	snprintf(test.path, sizeof(test.path), "%s/config", test.directory);
	settings_init(&test.settings);
	*state = &test;
	return 0;
}

static int tear_down(void **state)
{
	struct test *test = *state;

	settings_fini(&test->settings);
	unlink(test->path);
	return rmdir(test->directory);
}

static void note_fault(void *data, const struct fault *fault)
{
	struct test *test = data;

	assert_true(text_has_prefix(fault->text, test->path));
	text_add(test->faults, sizeof(test->faults), "%s\n", fault->text + strlen(test->path) + 1);
}

static const struct settings *read_config(struct test *test, const char *text)
{
	FILE *file = fopen(test->path, "w");

	fputs(text, file);
	fclose(file);
	assert_int_equal(config_read(test->path, &test->settings, note_fault, test), 0);
	return &test->settings;
}

static void every_key_is_set(void **state)
{
	struct test *test = *state;
	const struct settings *settings = read_config(test, "# a comment\n"
							    "period = 0.5\n"
							    "deadline=10 ; for the slow\n"
							    "  discover = all\n"
							    "exclude = phone, tag:ci\n"
							    "exclude = os:android\n"
							    "ignore = relayed@gpu2,cold\n"
							    "ports = 443, 8080 ,11434\n"
							    "socket = /run/ts.sock\n"
							    "tailscale = tailscale-beta\n"
							    "ca_file = ca.pem\n"
							    "proxy = socks5h://127.0.0.1:1055\n"
							    "theme = mono\n"
							    "event-log = log/events\n"
							    "bell = on\n"
							    "notify = on\n"
							    "on-change = bin/tell 'gpu down' \"a \\\"b\\\"\" c'd'\n"
							    "llama-metrics = off\n"
							    "capture = off\n"
							    "passive = on\n");
	char expected[64];

	assert_string_equal(test->faults, "");
	assert_true(settings->period_s == 0.5);
	assert_true(settings->deadline_s == 10);
	assert_int_equal(settings->discover, DISCOVER_ALL);
	assert_int_equal(settings->exclude.count, 3);
	assert_string_equal(settings->exclude.items[0], "phone");
	assert_string_equal(settings->exclude.items[1], "tag:ci");
	assert_string_equal(settings->exclude.items[2], "os:android");
	assert_int_equal(settings->ignore.count, 2);
	assert_string_equal(settings->ignore.items[0], "relayed@gpu2");
	assert_int_equal(settings->ports[0], 443);
	assert_int_equal(settings->ports[1], 8080);
	assert_int_equal(settings->ports[2], 11434);
	assert_int_equal(settings->ports[3], 0);
	assert_string_equal(settings->socket, "/run/ts.sock");
	assert_string_equal(settings->tailscale, "tailscale-beta");
	snprintf(expected, sizeof(expected), "%s/ca.pem", test->directory);
	assert_string_equal(settings->ca_file, expected);
	assert_string_equal(settings->proxy, "socks5h://127.0.0.1:1055");
	assert_string_equal(settings->theme, "mono");
	snprintf(expected, sizeof(expected), "%s/log/events", test->directory);
	assert_string_equal(settings->event_log, expected);
	assert_true(settings->has_bell);
	assert_true(settings->has_notify);
	assert_int_equal(settings->on_change.count, 4);
	snprintf(expected, sizeof(expected), "%s/bin/tell", test->directory);
	assert_string_equal(settings->on_change.items[0], expected);
	assert_string_equal(settings->on_change.items[1], "gpu down");
	assert_string_equal(settings->on_change.items[2], "a \"b\"");
	assert_string_equal(settings->on_change.items[3], "cd");
	assert_false(settings->has_llama_metrics);
	assert_false(settings->has_capture);
	assert_true(settings->is_passive);
}

static void endpoints_have_keys_beside_the_file_or_at_home(void **state)
{
	struct test *test = *state;
	const struct settings *settings;
	char expected[64];

	setenv("HOME", "/home/ann", 1);
	settings = read_config(test, "period = 3\n"
				     "[endpoint one]\n"
				     "url = https://gpu1.tail4c1d.ts.net/\n"
				     "key_file = one.key\n"
				     "[endpoint two]\n"
				     "key_file = ~/two.key\n"
				     "url = http://100.64.0.3:8000\n"
				     "[endpoint three]\n"
				     "url = http://100.64.0.3:8001\n"
				     "key_env = GPU_KEY\n");
	assert_string_equal(test->faults, "");
	assert_int_equal(settings->pins.count, 3);
	assert_string_equal(settings->pins.items[0].url, "https://gpu1.tail4c1d.ts.net");
	snprintf(expected, sizeof(expected), "%s/one.key", test->directory);
	assert_string_equal(settings->pins.items[0].key_file, expected);
	assert_string_equal(settings->pins.items[0].key_env, "");
	assert_string_equal(settings->pins.items[1].key_file, "/home/ann/two.key");
	assert_string_equal(settings->pins.items[2].key_env, "GPU_KEY");
	assert_string_equal(settings->pins.items[2].key_file, "");
}

static void a_peer_has_its_settings_whatever_the_case_of_its_name(void **state)
{
	struct test *test = *state;
	const struct settings *settings = read_config(test, "[peer gpu1]\n"
							    "[peer  Ann's Mac ]\n"
							    "mac = 3C-7C-3F-1E-88-A0 ; as Windows prints it\n"
							    "[endpoint a]\n"
							    "url = http://gpu1:8000\n"
							    "[peer GPU1]\n"
							    "mac = 00:00:5e:00:53:01\n");

	assert_string_equal(test->faults, "");
	assert_int_equal(settings->pins.count, 1);
	assert_int_equal(settings->peers.count, 2);
	assert_string_equal(settings->peers.items[0].peer, "gpu1");
	assert_string_equal(settings->peers.items[0].mac, "00:00:5e:00:53:01");
	assert_string_equal(settings->peers.items[1].peer, "Ann's Mac");
	assert_string_equal(settings->peers.items[1].mac, "3c:7c:3f:1e:88:a0");
	assert_string_equal(settings->peers.items[1].gpu, "");
}

static void the_url_of_a_gpu_exporter_is_strict(void **state)
{
	static const char *const wrong[] = { "", "gpu1:9400", "ftp://gpu1", "http://ann:secret@gpu1:9400",
		"http://gpu1:9400/metrics?match=x", "http://gpu1:9400#a", "http://gpu1:0", "http://" };
	struct test *test = *state;
	char text[1024] = "[peer gpu1]\ngpu = HTTP://GPU1:9400/metrics/\n", line[64];

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		text_add(text, sizeof(text), "gpu = %s\n", wrong[i]);
	read_config(test, text);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		snprintf(line, sizeof(line), "%zu: '", i + 3);
		assert_non_null(strstr(test->faults, line));
	}
	assert_non_null(strstr(test->faults, "no URL like http://gpu1:9400"));
	assert_null(strstr(test->faults, "secret"));
	assert_string_equal(test->settings.peers.items[0].gpu, "http://gpu1:9400/metrics");
}

/* Six pairs of hexadecimal digits that one machine's card can have. */
static void a_mac_address_is_strict(void **state)
{
	static const char *const wrong[] = { "", "3c:7c:3f:1e:88", "3c:7c:3f:1e:88:a",
		"3c:7c:3f:1e:88:a0:", "3c:7c:3f:1e:88:a0:00", "3c:7c:3f:1e:88:ag", "3c7c.3f1e.88a0",
		"3c7c3f1e88a0", "3c:7c:3f:1e:88:a0'&x", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff",
		"00:00:00:00:00:00" };
	struct test *test = *state;
	char text[1024] = "[peer gpu1]\n", line[64];

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		text_add(text, sizeof(text), "mac = %s\n", wrong[i]);
	text_add(text, sizeof(text), "mat = x\n[peer ]\n");
	read_config(test, text);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		snprintf(line, sizeof(line), "%zu: '%s' is no MAC address", i + 2, wrong[i]);
		assert_non_null(strstr(test->faults, line));
	}
	assert_non_null(strstr(test->faults, "14: unknown key 'mat', expected one of mac, gpu\n"
					     "15: unknown section"));
	assert_int_equal(test->settings.peers.count, 1);
	assert_string_equal(test->settings.peers.items[0].mac, "");
}

static void each_fault_names_its_line_and_the_rest_applies(void **state)
{
	struct test *test = *state;
	const struct settings *settings = read_config(test, "period = abc\n"
							    "perod = 3\n"
							    "deadline = 7\n"
							    "discover = some\n"
							    "\n"
							    "ports = 80, 65536\n"
							    "passive = yes\n"
							    "just words\n"
							    "proxy = http://proxy:8080\n"
							    "on-change = tell 'gpu\n"
							    "on-change = '' x\n"
							    "[endpoint a]\n"
							    "key_env = A-B\n"
							    "user = ann\n"
							    "[endpoint b]\n"
							    "url = gpu1\n"
							    "[colours]\n"
							    "red = blue\n"
							    "[endpoint c\n"
							    "[endpoint]\n"
							    "[endpoint d]\n"
							    "url = http://gpu1:8000\n"
							    "url = http://gpu2:8000\n"
							    "[endpoint e]\n"
							    "url = http://GPU1:8000/\n");

	assert_string_equal(test->faults,
		"1: 'abc' is no number from 0.5 to 3600\n"
		"2: unknown key 'perod', expected one of period, deadline, canary-limit, discover, exclude, ignore, "
		"ports, socket, "
		"tailscale, ca_file, proxy, theme, columns.fleet, "
		"columns.paths, columns.models, columns.serve, columns.clients, columns.events, "
		"event-log, bell, notify, on-change, llama-metrics, capture, passive, listen, record, "
		"record-size, record-age\n"
		"4: 'some' is not one of mine, tagged, all, off\n"
		"6: '65536' is no port from 1 to 65535\n"
		"7: 'yes' is neither 'on' nor 'off'\n"
		"8: expected KEY = VALUE\n"
		"9: 'http://proxy:8080' is no SOCKS5 proxy like socks5h://127.0.0.1:1055 or "
		"socks5h://localhost/run/socks\n"
		"10: a quote is not closed\n"
		"11: the command is an empty word\n"
		"13: key_env must be the name of an environment variable that holds the key\n"
		"14: unknown key 'user', expected one of url, key_env, key_file, plain-key\n"
		"12: this endpoint has no url\n"
		"16: 'gpu1' is no URL like http://gpu1:11434 or https://gpu1.example.ts.net/path\n"
		"17: unknown section, expected [endpoint NAME] or [peer NAME]\n"
		"19: ']' is missing\n"
		"20: unknown section, expected [endpoint NAME] or [peer NAME]\n"
		"23: a second url in one section\n"
		"25: this url is in another section already\n");
	assert_true(settings->period_s == 2);
	assert_true(settings->deadline_s == 7);
	assert_int_equal(settings->ports[0], 0);
	assert_int_equal(settings->pins.count, 1);
	assert_string_equal(settings->pins.items[0].url, "http://gpu1:8000");
}

/* The kinds of mistake that put a key where a name belongs; each line is refused, and none is repeated. */
static void no_key_in_the_wrong_place_is_repeated(void **state)
{
	static const char *const lines[] = { "key_env = sk-SEKRIT", "key-env = sk-SEKRIT",
		"keyenv = sk-SEKRIT", "api_key = sk-SEKRIT", "key = sk-SEKRIT",
		"sk-SEKRIT = ", "c2stSEKRIT==", "key_env sk-SEKRIT==", "sk-SEKRIT", "url = ada:SEKRIT@host",
		"url = http://ada:x/SEKRIT@gpu1", "url = http://ada:SEKRIT#x@gpu1",
		"url = http://gpu1/?key=SEKRIT" };
	static const char *const tops[] = { "key_env = SEKRIT", "api_key = SEKRIT", "token = SEKRIT",
		"proxy = socks5h://ada:SEKRIT@127.0.0.1:1055", "proxy = ada:SEKRIT@127.0.0.1:1055",
		"period = http://ada:SEKRIT@x", "[endpoint SEKRIT", "[SEKRIT]" };
	struct test *test = *state;
	char text[2048] = "";

	for (size_t i = 0; i < ARRAY_LEN(tops); i++)
		text_add(text, sizeof(text), "%s\n", tops[i]);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		text_add(text, sizeof(text), "[endpoint %zu]\n%s\n", i, lines[i]);
	read_config(test, text);
	assert_null(strstr(test->faults, "SEKRIT"));
	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		snprintf(text, sizeof(text), "%zu: ", i + 1);
		assert_non_null(strstr(test->faults, text));
	}
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		snprintf(text, sizeof(text), "\n%zu: ", ARRAY_LEN(tops) + 2 * i + 2);
		assert_non_null(strstr(test->faults, text));
	}
	assert_non_null(strstr(test->faults, "unknown key 'api_key'"));
}

static void underscore_and_hyphen_are_the_same_in_keys(void **state)
{
	struct test *test = *state;
	const struct settings *settings =
		read_config(test, "ca-file = /c\nllama_metrics = off\n[endpoint a]\n"
				  "url = http://a\nkey-env = K\n[endpoint b]\n"
				  "url = http://b\nkey-file = /k\n");

	assert_string_equal(test->faults, "");
	assert_string_equal(settings->ca_file, "/c");
	assert_false(settings->has_llama_metrics);
	assert_string_equal(settings->pins.items[0].key_env, "K");
	assert_string_equal(settings->pins.items[1].key_file, "/k");
}

static void what_is_ignored_at_a_url_has_its_normal_form(void **state)
{
	struct test *test = *state;
	const struct settings *settings =
		read_config(test, "ignore = cold@HTTP://GPU1.:80/, slow@gpu1, busy, down@http://u@x\n");

	assert_int_equal(settings->ignore.count, 4);
	assert_string_equal(settings->ignore.items[0], "cold@http://gpu1");
	assert_string_equal(settings->ignore.items[1], "slow@gpu1");
	assert_string_equal(settings->ignore.items[2], "busy");
	assert_string_equal(settings->ignore.items[3], "down@http://u@x");
}

static void keep_fault(void *data, const struct fault *fault)
{
	*(struct fault *)data = *fault;
}

static void a_file_that_everybody_may_change_is_not_read(void **state)
{
	struct test *test = *state;
	struct fault fault = { "" };
	char told[200];

	read_config(test, "period = 7\n");
	chmod(test->path, 0666);
	test->settings.period_s = 2;
	assert_int_equal(config_read(test->path, &test->settings, keep_fault, &fault), -1);
	snprintf(told, sizeof(told), "others may change the configuration (mode 0666); run: chmod go-w '%s'",
		test->path);
	assert_string_equal(fault.text, told);
	assert_true(test->settings.period_s == 2);
	chmod(test->path, 0664);
	assert_int_equal(config_read(test->path, &test->settings, keep_fault, &fault), 0);
	assert_true(test->settings.period_s == 7);
}

static void numbers_are_strict(void **state)
{
	static const char *const bad[] = { "", "0.4", "3601", "1e2", "nan", "inf", "0x10", "-1", "1.2.3",
		"2 s", "." };
	struct test *test = *state;
	struct fault fault;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(config_set(&test->settings, "period", bad[i], NULL, &fault), -1);
	assert_int_equal(config_set(&test->settings, "period", "3600", NULL, &fault), 0);
	assert_true(test->settings.period_s == 3600);
}

static void a_proxy_is_an_address_and_never_a_name(void **state)
{
	static const char *const good[] = { "socks5h://[::1]:1055", "socks5h://localhost/run/socks", "" };
	static const char *const bad[] = { "socks5h://proxy:1055", "socks5h://127.1:1055",
		"socks5h://127.0.0.1", "socks5h://127.0.0.1:0", "socks5h://127.0.0.1:1055/x",
		"socks5://127.0.0.1:1055", "socks5h://[x]:1" };
	struct test *test = *state;
	struct fault fault;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(config_set(&test->settings, "proxy", good[i], NULL, &fault), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(config_set(&test->settings, "proxy", bad[i], NULL, &fault), -1);
}

static void a_line_may_be_of_any_length_and_lines_stay_counted(void **state)
{
	struct test *test = *state;
	char text[3000];

	snprintf(text, sizeof(text),
		"socket = /%0189d\nsocket = /%01900d\nperiod = %0500d\nperiod = x\ndeadline = 9", 7, 8, 9);
	read_config(test, text);
	assert_string_equal(test->faults, "4: 'x' is no number from 0.5 to 3600\n");
	assert_int_equal(strlen(test->settings.socket), 1901);
	assert_int_equal(test->settings.socket[1900], '8');
	assert_true(test->settings.period_s == 9);
	assert_true(test->settings.deadline_s == 9);
}

static void lines_are_split_as_they_look(void **state)
{
	struct test *test = *state;
	const struct settings *settings = read_config(test, "socket = /a;b ; a comment\n"
							    "  tailscale: /c \n"
							    "\tproxy =;none\n"
							    "# period = 3\n"
							    "theme = \" ;a\\\"b\\\\ \" ; quoted\n"
							    "ca_file = \"open\n"
							    "ca_file = \"a\" b\n"
							    "period = 3");

	assert_string_equal(settings->socket, "/a;b");
	assert_string_equal(settings->tailscale, "/c");
	assert_string_equal(settings->proxy, "");
	assert_string_equal(settings->theme, " ;a\"b\\ ");
	assert_true(settings->period_s == 3);
	assert_string_equal(test->faults,
		"6: a quoted value must end with \" and nothing after it; a quote inside is \\\"\n"
		"7: a quoted value must end with \" and nothing after it; a quote inside is \\\"\n");
}

static void a_zero_byte_costs_its_line(void **state)
{
	static const char text[] = "period = 3\0\ndeadline = 9\n";
	struct test *test = *state;
	FILE *file = fopen(test->path, "w");

	fwrite(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_int_equal(config_read(test->path, &test->settings, note_fault, test), 0);
	assert_string_equal(test->faults, "1: this line holds a zero byte\n");
	assert_true(test->settings.deadline_s == 9);
}

static void a_long_section_name_is_a_section_of_its_own(void **state)
{
	struct test *test = *state;
	char text[500];

	snprintf(text, sizeof(text), "[endpoint %060d]\nurl = http://a\n[endpoint %060d]\nurl = http://b\n",
		0, 0);
	assert_int_equal(read_config(test, text)->pins.count, 2);
	assert_string_equal(test->faults, "");
}

static void windows_line_ends_and_a_byte_order_mark_do_no_harm(void **state)
{
	struct test *test = *state;

	assert_true(read_config(test, "\xef\xbb\xbfperiod = 4\r\n\r\ntheme = mono\r\n")->period_s == 4);
	assert_string_equal(test->settings.theme, "mono");
	assert_string_equal(test->faults, "");
}

static void hostile_bytes_in_a_fault_are_harmless(void **state)
{
	struct test *test = *state;

	read_config(test, "period = \033[31m\n");
	assert_string_equal(test->faults, "1: '\\x1b[31m' is no number from 0.5 to 3600\n");
}

static void what_is_printed_reads_back_as_the_same(void **state)
{
	struct test *test = *state;
	char first[2048] = "", second[2048] = "";
	FILE *file;

	read_config(test, "period = 1.5\nexclude = a, b\nports = 80, 443\n[endpoint x]\nurl = "
			  "https://gpu1\nkey_env = K\n"
			  "[endpoint y]\nurl = http://gpu2:8000\nkey_file = /k\n");
	file = fmemopen(first, sizeof(first), "w");
	config_print(file, &test->settings);
	fclose(file);
	assert_non_null(strstr(first, "period = 1.5\n"));
	assert_non_null(strstr(first, "# socket =\n"));
	assert_non_null(strstr(first, "\n[endpoint 2]\nurl = http://gpu2:8000\nkey_file = /k\n"));
	settings_fini(&test->settings);
	settings_init(&test->settings);
	read_config(test, first);
	assert_string_equal(test->faults, "");
	file = fmemopen(second, sizeof(second), "w");
	config_print(file, &test->settings);
	fclose(file);
	assert_string_equal(first, second);
}

/* Every key at its longest, widest or oddest, as the command line may set it. */
static const struct {
	const char *key, *value;
} extremes[] = {
	{ "period", "1234.5678901234567" },
	{ "period", "0.50000000000000011" },
	{ "deadline", "599.99999999999989" },
	{ "canary-limit", "3599.9999999999995" },
	{ "discover", "off" },
	{ "exclude", "a name with spaces, \"quoted\", ;semicolon, tag:x ;y, \\" },
	{ "ignore", "relayed@gpu1 ; , b" },
	{ "ports",
		"65505,65506,65507,65508,65509,65510,65511,65512,65513,65514,65515,65516,65517,65518,65519,"
		"65520,"
		"65521,65522,65523,65524,65525,65526,65527,65528,65529,65530,65531,65532,65533,65534,65535" },
	{ "socket", "/a ;b" },
	{ "socket", " /blanks/ " },
	{ "tailscale", "a = b\nperiod = 7\r" },
	{ "tailscale", "\"quoted\"" },
	{ "ca_file", "/tab\t;x" },
	{ "ca_file", "" },
	{ "proxy", "socks5h://localhost/run/a ;b" },
	{ "proxy", "" },
	{ "theme", "" },
	{ "theme", ";comment" },
	{ "theme", "[endpoint x]" },
	{ "columns.fleet", "state, PEER, Tok/S" },
	{ "columns.paths", "peer" },
	{ "columns.models", "model" },
	{ "columns.serve", "state" },
	{ "columns.clients", "peer" },
	{ "columns.events", "what, time" },
	{ "event-log", "/a ;b" },
	{ "bell", "on" },
	{ "notify", "on" },
	{ "on-change", "tell '' \"it's\" 'say \"x\"' a\\b ;c \"\\\\ ' \\\"\"" },
	{ "on-change", "'/a b/tell' x" },
	{ "on-change", "" },
	{ "llama-metrics", "off" },
	{ "capture", "off" },
	{ "passive", "on" },
	{ "listen", "9877" },
	{ "listen", "unix:/run/tsllm top/socket" },
	{ "listen", "" },
	{ "record", "/var/lib/tsllm; top" },
	{ "record", " relative" },
	{ "record-size", "1MB" },
	{ "record-size", "1.5GB" },
	{ "record-size", "1000 GB" },
	{ "record-age", "1h" },
	{ "record-age", "36h" },
	{ "record-age", "3650d" },
};

static char *printed(const struct settings *settings)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	config_print(file, settings);
	fclose(file);
	return text;
}

static void assert_same_list(const struct strings *a, const struct strings *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->items[i], b->items[i]);
}

/* Prints, reads back, and compares what was read with what was printed. */
static void assert_round_trip(struct test *test, const struct settings *was)
{
	char *text = printed(was), *again;
	const struct settings *is = &test->settings;

	settings_fini(&test->settings);
	settings_init(&test->settings);
	read_config(test, text);
	assert_string_equal(test->faults, "");
	again = printed(is);
	assert_string_equal(again, text);
	assert_true(is->period_s == was->period_s && is->deadline_s == was->deadline_s);
	assert_int_equal(is->discover, was->discover);
	assert_same_list(&is->exclude, &was->exclude);
	assert_same_list(&is->ignore, &was->ignore);
	assert_same_list(&is->columns_fleet, &was->columns_fleet);
	assert_same_list(&is->columns_events, &was->columns_events);
	assert_memory_equal(is->ports, was->ports, sizeof(is->ports));
	assert_string_equal(is->socket, was->socket);
	assert_string_equal(is->tailscale, was->tailscale);
	assert_string_equal(is->ca_file, was->ca_file);
	assert_string_equal(is->proxy, was->proxy);
	assert_string_equal(is->theme, was->theme);
	assert_string_equal(is->event_log, was->event_log);
	assert_int_equal(is->has_bell, was->has_bell);
	assert_int_equal(is->has_notify, was->has_notify);
	assert_same_list(&is->on_change, &was->on_change);
	assert_int_equal(is->has_llama_metrics, was->has_llama_metrics);
	assert_int_equal(is->has_capture, was->has_capture);
	assert_int_equal(is->is_passive, was->is_passive);
	assert_string_equal(is->listen, was->listen);
	assert_string_equal(is->record, was->record);
	assert_true(is->record_bytes == was->record_bytes && is->record_age_s == was->record_age_s);
	assert_int_equal(is->pins.count, was->pins.count);
	for (size_t i = 0; i < is->pins.count; i++) {
		assert_string_equal(is->pins.items[i].url, was->pins.items[i].url);
		assert_string_equal(is->pins.items[i].key_env, was->pins.items[i].key_env);
		assert_string_equal(is->pins.items[i].key_file, was->pins.items[i].key_file);
	}
	assert_int_equal(is->peers.count, was->peers.count);
	for (size_t i = 0; i < is->peers.count; i++) {
		assert_string_equal(is->peers.items[i].peer, was->peers.items[i].peer);
		assert_string_equal(is->peers.items[i].mac, was->peers.items[i].mac);
		assert_string_equal(is->peers.items[i].gpu, was->peers.items[i].gpu);
	}
	free(text);
	free(again);
}

static void every_key_reads_back_at_its_extremes(void **state)
{
	struct test *test = *state;
	struct fault fault;

	for (size_t i = 0; i < ARRAY_LEN(extremes); i++) {
		struct settings settings;
		bool is_relative = extremes[i].value[0] == ' ';

		settings_init(&settings);
		assert_int_equal(config_set(&settings, extremes[i].key, extremes[i].value,
					 is_relative ? "/base" : NULL, &fault),
			0);
		assert_round_trip(test, &settings);
		settings_fini(&settings);
	}
}

static void every_key_has_an_extreme(void **state)
{
	struct settings settings;
	char *text, *line;

	(void)state;
	settings_init(&settings);
	text = printed(&settings);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		size_t i = 0;

		line += text_has_prefix(line, "# ") ? 2 : 0;
		*strchr(line, ' ') = '\0';
		while (i < ARRAY_LEN(extremes) && strcmp(extremes[i].key, line) != 0)
			i++;
		assert_in_range(i, 0, ARRAY_LEN(extremes) - 1);
	}
	free(text);
	settings_fini(&settings);
}

static void replace(char **text, const char *by)
{
	free(*text);
	*text = mem_copy(by);
}

static void what_is_long_reads_back(void **state)
{
	struct test *test = *state;
	struct settings settings;
	struct fault fault;
	char path[4096], url[500], item[200];

	settings_init(&settings);
	snprintf(path, sizeof(path), "/%04000d", 1);
	config_set(&settings, "socket", path, NULL, &fault);
	config_set(&settings, "theme", path, NULL, &fault);
	for (int i = 0; i < 500; i++) {
		snprintf(item, sizeof(item), "peer-%0150d", i);
		config_set(&settings, "exclude", item, NULL, &fault);
	}
	for (int i = 0; i < 50; i++) {
		snprintf(url, sizeof(url), "http://gpu%d:8000/%0450d", i, i);
		assert_int_equal(settings_pin(&settings, url, &fault), 0);
		replace(&settings.pins.items[i].key_file, path);
	}
	replace(&settings.pins.items[7].key_env, "A_KEY");
	settings_peer(&settings, path);
	replace(&settings_peer(&settings, "Ann's [Mac; \"2")->mac, "3c:7c:3f:1e:88:a0");
	replace(&settings_peer(&settings, path)->gpu, "https://gpu1.example.ts.net/gpu");
	assert_round_trip(test, &settings);
	settings_fini(&settings);
}

static void a_path_is_printed_from_the_root(void **state)
{
	struct test *test = *state;
	char folder[1024], expected[1100], *text;
	struct fault fault;

	assert_non_null(getcwd(folder, sizeof(folder)));
	config_set(&test->settings, "socket", "run/s", NULL, &fault);
	config_set(&test->settings, "theme", "./x.theme", NULL, &fault);
	config_set(&test->settings, "tailscale", "tailscale-beta", NULL, &fault);
	text = printed(&test->settings);
	snprintf(expected, sizeof(expected), "\nsocket = %s/run/s\ntailscale = tailscale-beta\n", folder);
	assert_non_null(strstr(text, expected));
	snprintf(expected, sizeof(expected), "\ntheme = %s/./x.theme\n", folder);
	assert_non_null(strstr(text, expected));
	free(text);
}

static void note_sentence(void *data, const struct fault *fault)
{
	text_add(data, 400, "%s\n", fault->text);
}

/* What is named may be anything; nothing of it hangs, and a pipe that somebody writes to is read. */
static void a_configuration_that_is_no_file_is_refused_or_read(void **state)
{
	struct test *test = *state;
	char said[400] = "", path[32];
	int ends[2];

	assert_int_equal(mkfifo(test->path, 0600), 0);
	assert_int_equal(config_read(test->path, &test->settings, note_sentence, said), -1);
	assert_non_null(strstr(said, "a pipe that nobody writes to\n"));
	assert_int_equal(config_read(test->directory, &test->settings, note_sentence, said), -1);
	assert_non_null(strstr(said, ": Is a directory\n"));
	assert_int_equal(config_read("/dev/zero", &test->settings, note_sentence, said), -1);
	assert_non_null(strstr(said, "/dev/zero': larger than 1.0 MB\n"));
	*said = '\0';
	assert_int_equal(config_read("/dev/null", &test->settings, note_sentence, said), 0);
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], "period = 7\n", 11), 11);
	close(ends[1]);
	assert_int_equal(config_read(path, &test->settings, note_sentence, said), 0);
	close(ends[0]);
	assert_true(test->settings.period_s == 7);
	assert_string_equal(said, "");
}

static void count_fault(void *data, const struct fault *fault)
{
	assert_non_null(strstr(fault->text, "cannot read the configuration"));
	++*(int *)data;
}

static void only_the_default_file_may_be_missing(void **state)
{
	struct test *test = *state;
	int faults = 0;

	setenv("XDG_CONFIG_HOME", test->directory, 1);
	assert_int_equal(config_read(NULL, &test->settings, count_fault, &faults), 0);
	assert_int_equal(faults, 0);
	assert_int_equal(config_read(test->path, &test->settings, count_fault, &faults), -1);
	assert_int_equal(faults, 1);
	assert_int_equal(config_read(test->directory, &test->settings, count_fault, &faults), -1);
	assert_int_equal(faults, 2);
}

static void the_default_file_is_under_the_configuration_home(void **state)
{
	char path[64];

	(void)state;
	setenv("XDG_CONFIG_HOME", "/c", 1);
	assert_string_equal(config_default_path(path, sizeof(path)), "/c/tsllm-top/config");
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", "/home/ann", 1);
	assert_string_equal(config_default_path(path, sizeof(path)), "/home/ann/.config/tsllm-top/config");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_key_is_set),
		TEST(endpoints_have_keys_beside_the_file_or_at_home),
		TEST(a_peer_has_its_settings_whatever_the_case_of_its_name),
		TEST(the_url_of_a_gpu_exporter_is_strict),
		TEST(a_mac_address_is_strict),
		TEST(each_fault_names_its_line_and_the_rest_applies),
		TEST(no_key_in_the_wrong_place_is_repeated),
		TEST(underscore_and_hyphen_are_the_same_in_keys),
		TEST(what_is_ignored_at_a_url_has_its_normal_form),
		TEST(a_file_that_everybody_may_change_is_not_read),
		TEST(numbers_are_strict),
		TEST(a_proxy_is_an_address_and_never_a_name),
		TEST(a_line_may_be_of_any_length_and_lines_stay_counted),
		TEST(lines_are_split_as_they_look),
		TEST(a_zero_byte_costs_its_line),
		TEST(a_long_section_name_is_a_section_of_its_own),
		TEST(windows_line_ends_and_a_byte_order_mark_do_no_harm),
		TEST(hostile_bytes_in_a_fault_are_harmless),
		TEST(what_is_printed_reads_back_as_the_same),
		TEST(every_key_reads_back_at_its_extremes),
		TEST(every_key_has_an_extreme),
		TEST(what_is_long_reads_back),
		TEST(a_path_is_printed_from_the_root),
		TEST(a_configuration_that_is_no_file_is_refused_or_read),
		TEST(only_the_default_file_may_be_missing),
		TEST(the_default_file_is_under_the_configuration_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
