/* What went wrong in the world, as one sentence: what was tried, on what, why. A function that can fail fills
 * one and returns -1, false or NULL; whoever shows it adds nothing. */
#ifndef TSLLM_BASE_FAULT_H
#define TSLLM_BASE_FAULT_H

struct fault {
	char text[320];
};

void fault_say(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
