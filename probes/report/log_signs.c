/* Each row is worded as the program that prints it does; tests/unit/test_log_signs.c has a line for each, as it was
 * printed. Narrow rows come before wide ones. */
#include "probes/report/log_signs.h"

#include "probes/base/text.h"

#include <stddef.h>

#define GPU_FULL "the GPU has too little free memory for this model and its context"
#define SMALLER "load a smaller or more quantised model, give it a shorter context, or free the GPU's memory"
#define RAM_FULL "this machine ran out of memory, and the kernel killed the server or its runner"
#define MORE_RAM "load a smaller model, or raise the memory limit of its service or container"
#define TOO_LONG "a request was longer than the model's context"
#define NO_GPU "the server found no GPU that it can use, so it runs on the CPU or not at all"
#define LOST_GPU "the GPU stopped responding"
#define RESTART_GPU "look for Xid lines in the kernel's log (dmesg); a restart of the machine usually brings it back"
#define OLD_DRIVER "the GPU's driver does not fit the CUDA libraries of the server"
#define BAD_FILE "the model's file is damaged or incomplete"
#define GET_AGAIN "delete the file and download it again"
#define NO_FILE "the model, or its file, is not there"
#define CHECK_NAME "check the name or the path that it was started or asked with"
#define PORT_TAKEN "another program has the port already, so this one could not start there"
#define FREE_PORT "end that program, or choose another port"
#define NO_RIGHT "the user that the server runs as may not read or write a file or a device"
#define BAD_KEY "a request came with a wrong API key or with none"
#define GIVE_KEY "give that client the key of this server"

const struct log_sign log_signs[] = {
	/* llama.cpp and what is built on it */
	{ "cudaMalloc failed: out of memory", NULL, SEVERITY_DOWN, GPU_FULL, SMALLER },
	{ "failed to allocate", "buffer", SEVERITY_DOWN, GPU_FULL, SMALLER },
	{ "kIOGPUCommandBufferCallbackErrorOutOfMemory", NULL, SEVERITY_DOWN, GPU_FULL, SMALLER },
	{ "exceeds the available context size", NULL, SEVERITY_DEGRADED, TOO_LONG,
		"start llama-server with a larger --ctx-size, or send less" },
	{ "couldn't bind HTTP server socket", NULL, SEVERITY_DOWN, PORT_TAKEN, FREE_PORT },
	{ "is not within the file bounds", NULL, SEVERITY_DOWN, BAD_FILE, GET_AGAIN },
	{ "invalid magic", "gguf", SEVERITY_DOWN, BAD_FILE, GET_AGAIN },
	{ "failed to open GGUF file", NULL, SEVERITY_DOWN, NO_FILE, CHECK_NAME },
	{ "Unauthorized: Invalid API Key", NULL, SEVERITY_INFO, BAD_KEY, GIVE_KEY },
	/* Ollama */
	{ "truncating input prompt", NULL, SEVERITY_DEGRADED,
		"a prompt was longer than the context, and Ollama cut off its beginning without telling the client",
		"set OLLAMA_CONTEXT_LENGTH, or num_ctx of the model, higher" },
	{ "no compatible GPUs were discovered", NULL, SEVERITY_INFO, NO_GPU,
		"check that nvidia-smi or rocm-smi works for its user" },
	{ "ensure path elements are traversable", NULL, SEVERITY_DOWN, NO_RIGHT,
		"let the user ollama enter each folder of OLLAMA_MODELS" },
	{ "runner process has terminated: signal: killed", NULL, SEVERITY_DOWN, RAM_FULL, MORE_RAM },
	{ "[GIN]", "| 403 |", SEVERITY_DEGRADED,
		"Ollama refused a request: it is bound to localhost and was asked by another host name, or by a web page",
		"bind it to its tailnet address with OLLAMA_HOST, or reach it by address; OLLAMA_ORIGINS is for web pages" },
	/* vLLM, SGLang, TGI: PyTorch and Hugging Face */
	{ "CUDA out of memory", NULL, SEVERITY_DOWN, GPU_FULL, SMALLER },
	{ "is less than desired GPU memory utilization", NULL, SEVERITY_DOWN,
		"another program holds memory of the GPU, so vLLM cannot take the share that it was told to",
		"end that program (nvidia-smi lists them), or start vLLM with a lower --gpu-memory-utilization" },
	{ "No available memory for the cache blocks", NULL, SEVERITY_DOWN,
		"the model fills the GPU, and nothing is left for vLLM's KV cache",
		"raise --gpu-memory-utilization, lower --max-model-len, or load a smaller model" },
	{ "maximum context length is", "tokens", SEVERITY_DEGRADED, TOO_LONG,
		"start the server with a longer one, or send less" },
	{ "is not a local folder and is not a valid model identifier", NULL, SEVERITY_DOWN, NO_FILE,
		CHECK_NAME "; a gated model needs HF_TOKEN" },
	/* CUDA and the driver */
	{ "CUDA error: out of memory", NULL, SEVERITY_DOWN, GPU_FULL, SMALLER },
	{ "CUDA_ERROR_OUT_OF_MEMORY", NULL, SEVERITY_DOWN, GPU_FULL, SMALLER },
	{ "GPU has fallen off the bus", NULL, SEVERITY_DOWN, LOST_GPU, RESTART_GPU },
	{ "CUDA error: unspecified launch failure", NULL, SEVERITY_DOWN, LOST_GPU, RESTART_GPU },
	{ "CUDA error: an illegal memory access was encountered", NULL, SEVERITY_DOWN,
		"a computation on the GPU failed, and the server cannot go on without a restart",
		"restart the server; if it comes back, update it and the driver" },
	{ "no CUDA-capable device is detected", NULL, SEVERITY_DOWN, NO_GPU,
		"check nvidia-smi; a container needs the NVIDIA runtime (docker run --gpus all)" },
	{ "CUDA driver version is insufficient", NULL, SEVERITY_DOWN, OLD_DRIVER,
		"update the NVIDIA driver" },
	{ "Driver/library version mismatch", NULL, SEVERITY_DOWN, OLD_DRIVER,
		"the driver was updated while its old version is loaded: restart the machine" },
	/* systemd and the kernel */
	{ "killed by the OOM killer", NULL, SEVERITY_DOWN, RAM_FULL, MORE_RAM },
	{ "result 'oom-kill'", NULL, SEVERITY_DOWN, RAM_FULL, MORE_RAM },
	{ "Out of memory: Killed process", NULL, SEVERITY_DOWN, RAM_FULL, MORE_RAM },
	/* any program */
	{ "address already in use", NULL, SEVERITY_DOWN, PORT_TAKEN, FREE_PORT },
	{ "\" 401 Unauthorized", NULL, SEVERITY_INFO, BAD_KEY, GIVE_KEY },
	{ "permission denied", NULL, SEVERITY_DEGRADED, NO_RIGHT, "" },
	{ NULL, NULL, SEVERITY_INFO, NULL, NULL },
};

const struct log_sign *log_signs_find(const char *line)
{
	const struct log_sign *sign = log_signs;

	while (sign->words && !(text_contains_fold(line, sign->words) &&
				      (!sign->also || text_contains_fold(line, sign->also))))
		sign++;
	return sign->words ? sign : NULL;
}
