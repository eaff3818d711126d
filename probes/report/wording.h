/* The words of figures that a diagnosis, a view and an output all show: each has them from here. */
#ifndef TSLLM_REPORT_WORDING_H
#define TSLLM_REPORT_WORDING_H

#include "probes/model/snapshot.h"
#include "probes/report/line.h"

/* Written into to, which is returned; unknown is "–". */
char *wording_loss(char *to, size_t size, double loss);   /* "20 %", a small one "0.4 %" */
char *wording_share(char *to, size_t size, double share); /* "91 %"; it is known */
/* "12 s"; a fresh one is "now", because what is renewed all the time must not change on the screen. */
char *wording_age(char *to, size_t size, double age_ms);

/* Added to a line, as far as they are known. */
void wording_path(char *line, const struct path *path, int64_t now); /* "direct, 10.0.0.1:41641, for 3 min" */
void wording_times(char *line, const struct path *path);             /* "RTT 3.1 ms, p95 4.3 ms, loss 0 %" */
void wording_found(char *line, const struct endpoint *endpoint);     /* "found by port, pinned" */
void wording_certificate(char *line, const struct endpoint *endpoint, int64_t now);
void wording_work(char *line, const struct endpoint *endpoint);  /* "16 running, 7 waiting, KV cache 91 %" */
void wording_speed(char *line, const struct endpoint *endpoint); /* "812 tok/s, TTFT 2540 ms" */
/* The search for servers goes on; nothing if it does not. */
void wording_pending(char *line, const struct discovery *discovery);

#endif
