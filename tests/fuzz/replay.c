/* Calls a fuzz target with every file that is named, without libFuzzer: what once was found stays found. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1 << 16)

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

/* In memory of just its size, so that a sanitizer sees a byte too many. */
static int replay(const char *path)
{
	static uint8_t room[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;

	if (!file) {
		perror(path);
		return -1;
	}
	size = fread(room, 1, sizeof(room), file);
	fclose(file);
	data = malloc(size + !size);
	if (!data)
		return -1;
	memcpy(data, room, size);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

/* The path is said only where something breaks, which is before the next one. */
int main(int argc, char **argv)
{
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		if (getenv("FUZZ_VERBOSE"))
			fprintf(stderr, "%s\n", argv[i]);
		if (replay(argv[i]))
			return 1;
	}
	printf("%d replayed\n", argc - 1);
	return 0;
}
