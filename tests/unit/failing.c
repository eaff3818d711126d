/* Linked into every unit test: which of its tests are run, and which line of a test it was that failed.
 *
 * cmocka names the line of the assertion, which is often a helper's. So a failure first says the way from the test
 * to there, each line of this program that called the next one. */
#define _GNU_SOURCE /* dladdr, RTLD_NEXT */
#include <dlfcn.h>
#include <execinfo.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define DEPTH_MAX 32

/* Prints "# by a_name_of_a_test tests/unit/test_x.c:12" for each of our frames, the test's own last. */
static void say_way(void *const *frames, int count)
{
	char command[4096], line[512], name[256] = "";
	Dl_info program;
	FILE *lines;

	if (!dladdr((void *)(uintptr_t)say_way, &program))
		return;
	snprintf(command, sizeof(command), "addr2line -fi -e /proc/%d/exe", (int)getpid());
	for (int i = 0; i < count; i++)
		snprintf(command + strlen(command), sizeof(command) - strlen(command), " %#lx",
			(unsigned long)((uintptr_t)frames[i] - (uintptr_t)program.dli_fbase - 1));
	lines = popen(command, "r");
	while (lines && fgets(line, sizeof(line), lines)) {
		const char *place = strstr(line, "tests/unit/");

		line[strcspn(line, "\n")] = '\0';
		if (place && !strstr(place, "failing.c") && strcmp(name, "main") != 0)
			printf("# by %s %.*s\n", name, (int)strcspn(place, " "), place);
		snprintf(name, sizeof(name), "%.250s", line);
	}
	if (lines)
		pclose(lines);
}

/* Stands in for cmocka's own, which every assertion of its library calls. */
void _fail(const char *const file, const int line)
{
	void (*real)(const char *file, int line);
	void *frames[DEPTH_MAX];

	say_way(frames, backtrace(frames, DEPTH_MAX));
	fflush(stdout);
	*(void **)&real = dlsym(RTLD_NEXT, "_fail");
	real(file, line);
	abort();
}

__attribute__((constructor)) static void choose_tests(void)
{
	static char pattern[256];
	const char *word = getenv("TSLLM_TEST");

	if (!word || !*word)
		return;
	snprintf(pattern, sizeof(pattern), "*%s*", word);
	cmocka_set_test_filter(pattern);
}
