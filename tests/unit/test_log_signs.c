/* Lines as servers, drivers and systemd print them, and which known error each is. */
#include "probes/report/log_signs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"

/* In the order of the table: one for each row. */
static const char *const lines[] = {
	"ggml_backend_cuda_buffer_type_alloc_buffer: allocating 590.07 MiB on device 0: cudaMalloc failed: out of memory",
	"alloc_tensor_range: failed to allocate ROCm0 buffer of size 1879048192",
	"ggml_metal_graph_compute: error: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)",
	"srv  send_error: task id = 3, error: request (10552 tokens) exceeds the available context size (8192 tokens)",
	"main: couldn't bind HTTP server socket, hostname: 0.0.0.0, port: 8033",
	"llama_model_load: error loading model: tensor 'blk.35.ffn_up.weight' data is not within the file bounds, model is "
	"corrupted or incomplete",
	"gguf_init_from_file_impl: invalid magic characters: '<htm', expected 'GGUF'",
	"gguf_init_from_file: failed to open GGUF file 'models/7B/ggml-model-f16.gguf' (No such file or directory)",
	"srv  operator(): Unauthorized: Invalid API Key",
	"level=WARN source=runner.go:131 msg=\"truncating input prompt\" limit=8192 prompt=10552 keep=4 new=8192",
	"level=INFO source=gpu.go:396 msg=\"no compatible GPUs were discovered\"",
	"Error: mkdir /mnt/models/blobs: permission denied: ensure path elements are traversable",
	"level=ERROR msg=\"error loading llama server\" error=\"llama runner process has terminated: signal: killed\"",
	"[GIN] 2026/11/23 - 14:23:11 | 403 |      21.4µs |      100.64.0.1 | GET      \"/api/tags\"",
	"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.43 GiB",
	"ValueError: Free memory on device cuda:0 (3.25/23.43 GiB) on startup is less than desired GPU memory utilization "
	"(0.96, 22.49 GiB)",
	"ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`",
	"ValueError: This model's maximum context length is 16384 tokens. However, you requested 17000 tokens",
	"OSError: Qwen/Qwen2.5-0.5B-Instrukt is not a local folder and is not a valid model identifier listed on "
	"'https://huggingface.co/models'",
	"CUDA error: out of memory",
	"cuMemCreate: CUDA_ERROR_OUT_OF_MEMORY",
	"NVRM: Xid (PCI:0000:06:00): 79, pid=1234, GPU has fallen off the bus.",
	"RuntimeError: CUDA error: unspecified launch failure",
	"RuntimeError: CUDA error: an illegal memory access was encountered",
	"RuntimeError: CUDA error: no CUDA-capable device is detected",
	"CUDA driver version is insufficient for CUDA runtime version",
	"Failed to initialize NVML: Driver/library version mismatch",
	"systemd[1]: ollama.service: A process of this unit has been killed by the OOM killer.",
	"systemd[1]: ollama.service: Failed with result 'oom-kill'.",
	"kernel: Out of memory: Killed process 1234 (llama-server) total-vm:1kB",
	"ERROR: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use",
	"INFO:     100.64.0.1:51234 - \"GET /v1/models HTTP/1.1\" 401 Unauthorized",
	"open /dev/kfd: Permission denied",
};

static void each_row_has_a_line_as_it_is_printed(void **state)
{
	size_t row = 0;

	(void)state;
	for (; log_signs[row].words; row++) {
		assert_in_range(row, 0, ARRAY_LEN(lines) - 1);
		assert_ptr_equal(log_signs_find(lines[row]), &log_signs[row]);
		assert_int_not_equal(log_signs[row].text[0], '\0');
	}
	assert_int_equal(row, ARRAY_LEN(lines));
}

static void a_healthy_server_has_none(void **state)
{
	static const char *const healthy[] = {
		"",
		"[GIN] 2026/11/23 - 14:23:11 | 200 |      21.4µs |      127.0.0.1 | GET      \"/api/version\"",
		"level=INFO source=types.go:131 msg=\"inference compute\" library=CUDA compute=8.9 total=\"23.6 GiB\"",
		"srv  update_slots: all slots are idle",
		"llama_context: n_ctx_per_seq (4096) < n_ctx_train (131072) -- the full capacity of the model will not be utilized",
		"slot print_timing: id 0 | task 403 | prompt eval time = 401 ms / 403 tokens",
		"INFO:     127.0.0.1:51234 - \"GET /v1/models HTTP/1.1\" 200 OK",
		"INFO 11-23 14:23:11 [loggers.py:116] Engine 000: Avg generation throughput: 41.2 tokens/s, GPU KV cache usage: 1.2%",
		"main: server is listening on http://0.0.0.0:8080 - starting the main loop",
		"systemd[1]: Started ollama.service - Ollama Service.",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(healthy); i++)
		assert_null(log_signs_find(healthy[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_has_a_line_as_it_is_printed),
		cmocka_unit_test(a_healthy_server_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
