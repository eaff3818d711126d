/* What went wrong in the world, as one sentence: what was tried, on what, why. A function that can fail fills
 * one and returns -1, false or NULL; whoever shows it adds nothing. */
#ifndef TSLLM_BASE_FAULT_H
#define TSLLM_BASE_FAULT_H

struct fault {
	char text[320];
};

void fault_say(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The log: off until log_open(). Lines carry the wall clock and are cleaned; keys are never given to it. A
 * new file is for its owner alone; one that others may read, a link and a foreign file are refused. */
int log_open(const char *path, struct fault *fault);
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_close(void);

#endif
