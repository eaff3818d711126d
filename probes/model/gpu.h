/* What a GPU exporter reports of a machine. */
#ifndef TSLLM_MODEL_GPU_H
#define TSLLM_MODEL_GPU_H

#include <stdbool.h>
#include <stddef.h>

#define GPUS_MAX 64 /* of one machine; of further ones, only that there are some is known */

struct gpu_figures {
	double memory_used, memory_free, memory_total; /* bytes */
	double busy;                                   /* share of the time in which it worked */
};

/* A GPU, or an instance of one that is partitioned (MIG). */
struct obs_gpu {
	const char *id;   /* "0"; "0:5" is instance 5 of GPU 0 */
	const char *name; /* "NVIDIA GeForce RTX 4090"; "" */
	struct gpu_figures figures;
};

/* Why there are no figures. */
enum gpu_trouble {
	GPU_FINE,
	GPU_NO_ANSWER,
	GPU_HTTP_ERROR, /* see the status */
	GPU_REDIRECT,
	GPU_WEB_PAGE,
	GPU_TOO_LARGE,
	GPU_NO_METRICS, /* none of an exporter that is known */
	GPU_NO_FIGURES, /* known metrics, but no value that can be true */
	GPU_NO_PLACE,   /* its URL leads to no machine of the tailnet and to no address */
	GPU_TROUBLES
};

/* The answer of the exporter of one machine. */
struct obs_gpus {
	const char *peer_id;
	const char *exporter; /* "DCGM exporter"; "" */
	enum gpu_trouble trouble;
	int status; /* HTTP, 0: none */
	const struct obs_gpu *items;
	size_t count;
	bool has_more; /* than GPUS_MAX */
};

void gpu_blank(struct gpu_figures *figures); /* sets all of them to unknown */
/* Those of all together. A sum is known if all parts are; they are as busy as they are on average. */
void gpu_add_up(const struct obs_gpu *items, size_t count, struct gpu_figures *sum);
const char *gpu_trouble_name(enum gpu_trouble trouble); /* "no-answer"; "": none */
/* What the exporter does instead: "answers HTTP 404". Returns to. */
char *gpu_trouble_text(char *to, size_t size, enum gpu_trouble trouble, int status);

#endif
