/* GPU exporters. The texts were made after their documentation and examples, not recorded: DCGM exporter
 * (default counters), nvidia_gpu_exporter (METRICS.md), all-smi (API.md), AMD device metrics exporter
 * (metricslist.md), Intel XPU Manager (its list of metrics) and llama-swap. */
#include "probes/servers/gpu_exporter.h"

#include "probes/base/mem.h"
#include "tests/unit/played.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB 1048576.0
#define PLAIN "Content-Type: text/plain; version=0.0.4\n"

static struct arena *arena;
static struct obs_gpus gpus;

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	arena = NULL;
	return 0;
}

static void reads_answer(struct answer *answer)
{
	if (arena)
		arena_free(arena);
	arena = arena_new();
	gpu_exporter_read(answer, arena, &gpus);
	answer_fini(answer);
}

static void answers(int status, const char *headers, const char *body)
{
	struct answer answer;

	played_make(&answer, status, headers, body, strlen(body));
	reads_answer(&answer);
}

static void reads(const char *body)
{
	answers(200, PLAIN, body);
}

static void assert_same(double value, double expected)
{
	if (isnan(expected) ? !isnan(value) : !(fabs(value - expected) <= fabs(expected) * 1e-12))
		fail_msg("%g instead of %g", value, expected);
}

static void assert_gpu(size_t i, const char *id, const char *name, struct gpu_figures figures)
{
	assert_true(i < gpus.count);
	assert_string_equal(gpus.items[i].id, id);
	assert_string_equal(gpus.items[i].name, name);
	assert_same(gpus.items[i].figures.memory_used, figures.memory_used);
	assert_same(gpus.items[i].figures.memory_free, figures.memory_free);
	assert_same(gpus.items[i].figures.memory_total, figures.memory_total);
	assert_same(gpus.items[i].figures.busy, figures.busy);
}

static void assert_reads(const char *exporter, size_t count)
{
	assert_int_equal(gpus.trouble, GPU_FINE);
	assert_string_equal(gpus.exporter, exporter);
	assert_int_equal(gpus.count, count);
}

static void assert_trouble(enum gpu_trouble trouble)
{
	assert_string_equal(gpu_trouble_name(gpus.trouble), gpu_trouble_name(trouble));
	assert_int_equal(gpus.count, 0);
}

/* ---- each exporter ---- */

#define DCGM(uuid, gpu, more)                                                                                \
	"{gpu=\"" gpu "\",UUID=\"GPU-" uuid "\",device=\"nvidia" gpu "\",modelName=\"NVIDIA L40S\","         \
	"Hostname=\"node-a\",DCGM_FI_DRIVER_VERSION=\"550.54\"" more "}"

static void dcgm_counts_mib_and_percent(void **state)
{
	(void)state;
	reads("# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).\n"
	      "# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n"
	      "DCGM_FI_DEV_GPU_UTIL" DCGM("aa", "0",
		      "") " 98\n"
			  "DCGM_FI_DEV_GPU_UTIL" DCGM("bb", "1",
				  "") " 0\n"
				      "DCGM_FI_DEV_MEM_COPY_UTIL" DCGM("aa", "0",
					      "") " 40\n"
						  "DCGM_FI_DEV_FB_FREE" DCGM("aa", "0",
							  "") " 36000\n"
							      "DCGM_FI_DEV_FB_FREE" DCGM("bb", "1",
								      "") " 45400\n"
									  "DCGM_FI_DEV_FB_USED" DCGM("aa",
										  "0",
										  "") " 9400\n"
										      "DCGM_FI_DEV_FB_USED" DCGM(
											      "bb", "1",
											      "") " 0\n"
												  "DCGM_FI_DEV_FB_RESERVED" DCGM(
													  "aa",
													  "0",
													  "") " 600\n"
													      "DCGM_FI_DEV_FB_RESERVED" DCGM(
														      "bb",
														      "1",
														      "") " 600\n");
	assert_reads("DCGM exporter", 2);
	assert_gpu(0, "0", "NVIDIA L40S", (struct gpu_figures){ 9400 * MIB, 36000 * MIB, 46000 * MIB, 0.98 });
	assert_gpu(1, "1", "NVIDIA L40S", (struct gpu_figures){ 0, 45400 * MIB, 46000 * MIB, 0 });
}

/* With pods: time slicing lists a GPU once for each. */
static void a_gpu_that_pods_share_is_one(void **state)
{
	(void)state;
	reads("DCGM_FI_DEV_FB_USED" DCGM(
		"aa", "0", ",pod=\"a\"") " 9400\n"
					 "DCGM_FI_DEV_FB_USED" DCGM(
						 "aa", "0", ",pod=\"b\"") " 9400\n"
									  "DCGM_FI_DEV_FB_USED" DCGM("aa",
										  "0", ",pod=\"b\"") " 1\n");
	assert_reads("DCGM exporter", 1);
	assert_gpu(0, "0", "NVIDIA L40S", (struct gpu_figures){ 9400 * MIB, NAN, NAN, NAN });
}

#define SLICE(id) ",GPU_I_PROFILE=\"1g.5gb\",GPU_I_ID=\"" id "\""

static void instances_of_a_gpu_are_told_apart_unless_the_whole_is_there(void **state)
{
	static const char slices[] = "DCGM_FI_DEV_FB_USED" DCGM(
		"aa", "0", SLICE("7")) " 300\n"
				       "DCGM_FI_DEV_FB_USED" DCGM("aa", "0",
					       SLICE("13")) " 100\n"
							    "DCGM_FI_PROF_GR_ENGINE_ACTIVE" DCGM(
								    "aa", "0", SLICE("13")) " 0.5\n";
	char all[2000];

	(void)state;
	reads(slices);
	assert_reads("DCGM exporter", 2);
	assert_gpu(0, "0:7", "NVIDIA L40S", (struct gpu_figures){ 300 * MIB, NAN, NAN, NAN });
	assert_gpu(1, "0:13", "NVIDIA L40S", (struct gpu_figures){ 100 * MIB, NAN, NAN, 0.5 });
	snprintf(all, sizeof(all), "%sDCGM_FI_DEV_FB_USED" DCGM("aa", "0", "") " 450\n", slices);
	reads(all);
	assert_reads("DCGM exporter", 1);
	assert_gpu(0, "0", "NVIDIA L40S", (struct gpu_figures){ 450 * MIB, NAN, NAN, NAN });
}

/* Only one of its lines has the number and the name. */
static void nvidia_gpu_exporter_names_a_gpu_in_one_line(void **state)
{
	(void)state;
	reads("nvidia_gpu_exporter_build_info{version=\"1.4.1\"} 1\n"
	      "nvidia_smi_gpu_info{driver_version=\"471.11\",name=\"NVIDIA GeForce RTX 2080 SUPER\",uuid=\"df6e\","
	      "serial=\"[N/A]\",index=\"0\"} 1\n"
	      "nvidia_smi_memory_free_bytes{uuid=\"df6e\"} 7.883194368e+09\n"
	      "nvidia_smi_memory_total_bytes{uuid=\"df6e\"} 8.589934592e+09\n"
	      "nvidia_smi_memory_total_bytes{uuid=\"0ff0\"} 8.589934592e+09\n"
	      "nvidia_smi_memory_used_bytes{uuid=\"df6e\"} 7.06740224e+08\n"
	      "nvidia_smi_utilization_gpu_ratio{uuid=\"df6e\"} 0.42\n"
	      "nvidia_smi_utilization_memory_ratio{uuid=\"df6e\"} 0.9\n");
	assert_reads("nvidia_gpu_exporter", 2);
	assert_gpu(0, "0", "NVIDIA GeForce RTX 2080 SUPER",
		(struct gpu_figures){ 7.06740224e8, 7.883194368e9, 8.589934592e9, 0.42 });
	assert_gpu(1, "1", "", (struct gpu_figures){ NAN, NAN, 8.589934592e9, NAN });
}

static void all_smi_is_read_with_its_old_labels_and_its_new_ones(void **state)
{
	static const char *const labels[] = {
		"{gpu=\"NVIDIA H200\", instance=\"node-1\", gpu_uuid=\"GPU-1\", gpu_index=\"3\"}",
		"{gpu=\"NVIDIA H200\", instance=\"node-1\", uuid=\"GPU-1\", index=\"3\"}"
	};
	char text[1000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		snprintf(text, sizeof(text),
			"all_smi_gpu_utilization%s 25.5\nall_smi_gpu_memory_used_bytes%s 8589934592\n"
			"all_smi_gpu_memory_total_bytes%s 34359738368\n"
			"all_smi_mig_instance_memory_used_bytes%s 5\n",
			labels[i], labels[i], labels[i], labels[i]);
		reads(text);
		assert_reads("all-smi", 1);
		assert_gpu(0, "3", "NVIDIA H200",
			(struct gpu_figures){ 8589934592.0, 25769803776.0, 34359738368.0, 0.255 });
	}
}

static void amd_counts_mib_with_a_prefix_or_without(void **state)
{
	static const char *const prefixes[] = { "", "amd_" };
	static const char labels[] =
		"{card_model=\"102-G30211-0C\",card_series=\"AMD Instinct MI300X OAM\","
		"gpu_id=\"2\",gpu_partition_id=\"0\",gpu_uuid=\"ccff\",hostname=\"tw038\"}";
	char text[2000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		const char *prefix = prefixes[i];

		snprintf(text, sizeof(text),
			"%sgpu_gfx_activity%s 7\n%sgpu_total_vram%s 196592\n%sgpu_used_vram%s 1000\n", prefix,
			labels, prefix, labels, prefix, labels);
		reads(text);
		assert_reads("AMD device metrics exporter", 1);
		assert_gpu(0, "2", "AMD Instinct MI300X OAM",
			(struct gpu_figures){ 1000 * MIB, 195592 * MIB, 196592 * MIB, 0.07 });
	}
}

static void intel_is_read_in_both_generations(void **state)
{
	(void)state;
	reads("xpum_memory_used_bytes{uuid=\"a\",dev_name=\"Intel Data Center GPU Flex 170\",pci_bdf=\"0\"} 1e9\n"
	      "xpum_power_watts{uuid=\"a\"} 5\n");
	assert_reads("Intel XPU Manager", 1);
	assert_gpu(0, "0", "Intel Data Center GPU Flex 170", (struct gpu_figures){ 1e9, NAN, NAN, NAN });
	reads("hw_memory_size_bytes{hw_memory_location=\"device\",pci_bdf=\"0000:03:00.0\"} 25669140480\n"
	      "hw_memory_usage_bytes{hw_memory_location=\"device\",pci_bdf=\"0000:03:00.0\"} 8589934592\n"
	      "hw_memory_usage_bytes{hw_memory_location=\"host\",pci_bdf=\"0000:03:00.0\"} 5\n"
	      "hw_gpu_utilization_ratio{hw_gpu_task=\"copy\",pci_bdf=\"0000:03:00.0\"} 0.9\n"
	      "hw_gpu_utilization_ratio{hw_gpu_task=\"compute-all\",pci_bdf=\"0000:03:00.0\"} 0.25\n");
	assert_reads("Intel XPU Manager", 1);
	assert_gpu(0, "0", "", (struct gpu_figures){ 8589934592.0, 17079205888.0, 25669140480.0, 0.25 });
}

/* A GPU that uses the machine's memory has none of its own: unknown, not zero. */
static void llama_swap_on_shared_memory_tells_only_how_busy_it_is(void **state)
{
	(void)state;
	reads("llamaswap_gpu_util_percent{id=\"0\",name=\"NVIDIA GB10\",uuid=\"GPU-1\"} 91\n"
	      "llamaswap_gpu_memory_total_bytes{id=\"0\",name=\"NVIDIA GB10\",uuid=\"GPU-1\"} 0\n");
	assert_reads("llama-swap", 1);
	assert_gpu(0, "0", "NVIDIA GB10", (struct gpu_figures){ NAN, NAN, NAN, 0.91 });
}

/* ---- wrong answers ---- */

static void what_answers_wrongly_has_one_word_for_it(void **state)
{
	static const struct {
		int status;
		const char *headers, *body;
		enum gpu_trouble trouble;
	} table[] = {
		{ 404, PLAIN, "404 page not found\n", GPU_HTTP_ERROR },
		{ 401, PLAIN, "DCGM_FI_DEV_FB_USED{gpu=\"0\"} 1\n", GPU_HTTP_ERROR },
		{ 302, "Location: https://evil.example/metrics\n", "", GPU_REDIRECT },
		{ 200, "Content-Type: text/html\n", "<!doctype html><html><body>hi</body></html>",
			GPU_WEB_PAGE },
		{ 200, PLAIN, "", GPU_NO_METRICS },
		{ 200, PLAIN, "node_memory_MemTotal_bytes 5\nvllm:num_requests_running 1\n", GPU_NO_METRICS },
		{ 200, "Content-Type: application/json\n", "{\"gpu\":0}", GPU_NO_METRICS },
		{ 200, PLAIN, "DCGM_FI_DEV_FB_USED{gpu=\"0\"} NaN\nDCGM_FI_DEV_FB_FREE{gpu=\"0\"} -1\n",
			GPU_NO_FIGURES },
		{ 200, PLAIN, "DCGM_FI_DEV_FB_USED{gpu=\"0\" 5\n", GPU_NO_FIGURES },
		{ 200, PLAIN, "nvidia_smi_gpu_info{uuid=\"a\",index=\"0\"} 1\n", GPU_NO_FIGURES },
	};
	struct answer silent, large;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		answers(table[i].status, table[i].headers, table[i].body);
		assert_trouble(table[i].trouble);
		assert_int_equal(gpus.status, table[i].status);
	}
	answer_init(&silent);
	silent.outcome = OUTCOME_REFUSED;
	reads_answer(&silent);
	assert_trouble(GPU_NO_ANSWER);
	answer_init(&large);
	large.outcome = OUTCOME_TOO_BIG;
	reads_answer(&large);
	assert_trouble(GPU_TOO_LARGE);
}

/* Bytes where MiB are due, percent where a share is due, more used than there is. */
static void what_cannot_be_true_is_unknown(void **state)
{
	(void)state;
	reads("DCGM_FI_DEV_FB_USED{gpu=\"0\"} 9856614400\nDCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 101\n"
	      "DCGM_FI_DEV_FB_FREE{gpu=\"0\"} 18446744073709551615\nDCGM_FI_DEV_FB_TOTAL{gpu=\"0\"} 24000\n");
	assert_reads("DCGM exporter", 1);
	assert_gpu(0, "0", "", (struct gpu_figures){ NAN, NAN, 24000 * MIB, NAN });
	reads("nvidia_smi_memory_used_bytes{uuid=\"a\"} 9e9\nnvidia_smi_memory_total_bytes{uuid=\"a\"} 8e9\n"
	      "nvidia_smi_utilization_gpu_ratio{uuid=\"a\"} 1\n");
	assert_reads("nvidia_gpu_exporter", 1);
	assert_gpu(0, "0", "", (struct gpu_figures){ NAN, NAN, NAN, 1 });
}

static void names_and_numbers_from_outside_are_clean(void **state)
{
	(void)state;
	reads("DCGM_FI_DEV_FB_USED{gpu=\"\x1b[31m0\",UUID=\"a\",modelName=\"A\x1b[2J\nDCGM_FI_DEV_FB_USED{gpu=\"1|2\","
	      "UUID=\"b\",modelName=\"\x1b[2JB\"} 5\n"
	      "DCGM_FI_DEV_FB_USED{gpu=\"99999999999999999999\",UUID=\"c\"} 5\n");
	assert_reads("DCGM exporter", 2);
	assert_string_equal(gpus.items[0].id, "0");
	assert_string_equal(gpus.items[1].id, "1");
	assert_null(strchr(gpus.items[0].name, '\x1b'));
	assert_non_null(strstr(gpus.items[0].name, "B"));
}

/* The GPUs of several machines have the same numbers. */
static void no_two_gpus_have_one_number(void **state)
{
	(void)state;
	reads("DCGM_FI_DEV_FB_USED{gpu=\"1\",UUID=\"a\"} 5\nDCGM_FI_DEV_FB_USED{gpu=\"1\",UUID=\"b\"} 6\n"
	      "DCGM_FI_DEV_FB_USED{gpu=\"2\",UUID=\"c\"} 7\n");
	assert_reads("DCGM exporter", 3);
	for (size_t i = 0; i < gpus.count; i++) {
		char number[32];

		snprintf(number, sizeof(number), "%zu", i);
		assert_string_equal(gpus.items[i].id, number);
	}
}

static void thousands_of_gpus_are_cut_and_two_exporters_are_not_mixed(void **state)
{
	char *text = mem_alloc(400000);
	size_t length = 0;

	(void)state;
	for (int i = 0; i < 3000; i++)
		length += (size_t)sprintf(
			text + length, "DCGM_FI_DEV_FB_USED{gpu=\"%d\",UUID=\"u%d\"} %d\n", i, i, i);
	sprintf(text + length, "nvidia_smi_memory_used_bytes{uuid=\"a\"} 9e9\n");
	reads(text);
	assert_reads("DCGM exporter", GPUS_MAX);
	assert_gpu(GPUS_MAX - 1, "63", "", (struct gpu_figures){ 63 * MIB, NAN, NAN, NAN });
	assert_true(gpus.has_more);
	*strstr(text, "DCGM_FI_DEV_FB_USED{gpu=\"64\"") = '\0';
	reads(text);
	assert_reads("DCGM exporter", GPUS_MAX);
	assert_false(gpus.has_more);
	free(text);
}

static void a_sum_is_known_if_all_of_it_is(void **state)
{
	struct gpu_figures sum;

	(void)state;
	reads("DCGM_FI_DEV_FB_USED{gpu=\"0\"} 10\nDCGM_FI_DEV_FB_USED{gpu=\"1\"} 20\n"
	      "DCGM_FI_DEV_FB_FREE{gpu=\"0\"} 5\nDCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 100\n"
	      "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\"} 50\n");
	gpu_add_up(gpus.items, gpus.count, &sum);
	assert_same(sum.memory_used, 30 * MIB);
	assert_same(sum.memory_free, NAN);
	assert_same(sum.memory_total, NAN);
	assert_same(sum.busy, 0.75);
	gpu_add_up(gpus.items, 0, &sum);
	assert_same(sum.memory_used, NAN);
}

#define TEST(test) cmocka_unit_test_teardown(test, close_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dcgm_counts_mib_and_percent),
		TEST(a_gpu_that_pods_share_is_one),
		TEST(instances_of_a_gpu_are_told_apart_unless_the_whole_is_there),
		TEST(nvidia_gpu_exporter_names_a_gpu_in_one_line),
		TEST(all_smi_is_read_with_its_old_labels_and_its_new_ones),
		TEST(amd_counts_mib_with_a_prefix_or_without),
		TEST(intel_is_read_in_both_generations),
		TEST(llama_swap_on_shared_memory_tells_only_how_busy_it_is),
		TEST(what_answers_wrongly_has_one_word_for_it),
		TEST(what_cannot_be_true_is_unknown),
		TEST(names_and_numbers_from_outside_are_clean),
		TEST(no_two_gpus_have_one_number),
		TEST(thousands_of_gpus_are_cut_and_two_exporters_are_not_mixed),
		TEST(a_sum_is_known_if_all_of_it_is),
	};

	return cmocka_run_group_tests_name("gpu_exporter", tests, NULL, NULL);
}
