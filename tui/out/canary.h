/* The outputs of --canary: what came of it. */
#ifndef TSLLM_OUT_CANARY_H
#define TSLLM_OUT_CANARY_H

struct canary_plan;
struct print_to;
struct snapshot;

void canary_print(const struct print_to *to, const struct snapshot *snapshot, const struct canary_plan *plan);
void canary_print_json(
	const struct print_to *to, const struct snapshot *snapshot, const struct canary_plan *plan);

#endif
