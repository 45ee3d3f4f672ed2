#include "metrics/result/environment_json.hpp"

#include <string>

#include "metrics/result/json_fields.hpp"

namespace walbench::metrics {

using namespace json_fields;

Json environment_json(const Environment& environment) {
  return {{"digest", environment_digest(environment)},
          {"walbench_version", environment.walbench_version},
          {"build_type", environment.build_type},
          {"sanitizers", environment.sanitizers},
          {"compiler", environment.compiler},
          {"kernel", environment.kernel},
          {"cpu_model", environment.cpu_model},
          {"cpu_count", environment.cpu_count},
          {"cpu_governor", environment.cpu_governor},
          {"load_average_1min", environment.load_average_1min},
          {"file_system", environment.file_system},
          {"mount_options", environment.mount_options},
          {"rotates", environment.rotates},
          {"sqlite_version", environment.sqlite_version},
          {"sqlite_source_id", environment.sqlite_source_id},
          {"sqlite_compile_options", environment.sqlite_compile_options},
          {"onetbb_version", environment.onetbb_version},
          {"clock_resolution_ns", environment.self_cost.clock_resolution_ns},
          {"clock_read_ns", environment.self_cost.clock_read_ns},
          {"record_enqueue_ns", environment.self_cost.record_enqueue_ns},
          {"sample_record_ns", environment.self_cost.sample_record_ns}};
}

Environment environment_from(const Json& json) {
  static_cast<void>(text_in(json, "digest"));
  Environment environment;
  environment.walbench_version = text_in(json, "walbench_version");
  environment.build_type = text_in(json, "build_type");
  environment.sanitizers = text_in(json, "sanitizers");
  environment.compiler = text_in(json, "compiler");
  environment.kernel = text_in(json, "kernel");
  environment.cpu_model = text_in(json, "cpu_model");
  environment.cpu_count = count_in(json, "cpu_count");
  environment.cpu_governor = text_in(json, "cpu_governor");
  environment.load_average_1min = non_negative_in(json, "load_average_1min", kLargestCount);
  environment.file_system = text_in(json, "file_system");
  environment.mount_options = text_in(json, "mount_options");
  environment.rotates = text_in(json, "rotates");
  environment.sqlite_version = text_in(json, "sqlite_version");
  environment.sqlite_source_id = text_in(json, "sqlite_source_id");
  for (const Json& option : list_in(json, "sqlite_compile_options")) {
    if (!option.is_string()) refuse("has 'sqlite_compile_options' with something that is no text");
    environment.sqlite_compile_options.push_back(option.get<std::string>());
  }
  environment.onetbb_version = text_in(json, "onetbb_version");
  environment.self_cost.clock_resolution_ns = count_in(json, "clock_resolution_ns");
  environment.self_cost.clock_read_ns = non_negative_in(json, "clock_read_ns", kLargestCount);
  environment.self_cost.record_enqueue_ns =
      non_negative_in(json, "record_enqueue_ns", kLargestCount);
  environment.self_cost.sample_record_ns = non_negative_in(json, "sample_record_ns", kLargestCount);
  return environment;
}

}  // namespace walbench::metrics
