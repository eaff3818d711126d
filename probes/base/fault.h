/* An error as one complete sentence: what was tried, on what, and why it failed. A function that can fail
 * fills one and returns -1, false or NULL; callers show the text as it is. */
#ifndef TSLLM_BASE_FAULT_H
#define TSLLM_BASE_FAULT_H

struct fault {
	char text[512];
};

void fault_say(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
