/* A timer on the loop, with one callback. */
#ifndef TSLLM_IO_TIMER_H
#define TSLLM_IO_TIMER_H

#include <stdint.h>

struct uv_loop_s;
struct timer;

struct timer *timer_new(struct uv_loop_s *loop, void (*fire)(void *data), void *data);
/* Fires once, in ms from now (in the next iteration of the loop if ms is not above 0). Replaces an earlier
 * start. */
void timer_start(struct timer *timer, int64_t ms);
void timer_stop(struct timer *timer);
void timer_free(struct timer *timer);

#endif
