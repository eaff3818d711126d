/* The engines whose metrics can be scraped, for Prometheus' HTTP service discovery: `--format http-sd`, `/sd`. */
#ifndef TSLLM_OUT_HTTP_SD_H
#define TSLLM_OUT_HTTP_SD_H

struct print_to;
struct snapshot;

void http_sd_print(const struct print_to *to, const struct snapshot *snapshot);

#endif
