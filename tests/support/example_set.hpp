#pragma once

#include "metrics/result/result_set.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::tools {

/// One run with two configurations, which differ in their number of threads, and a mitigation.
inline metrics::ResultSet example_set() {
  using metrics::Segment;
  const metrics::RunResult run = metrics::full_run();
  metrics::LoadedRun loaded{
      run.run_id, run.instance, run.timestamp, "0123abcd", run.environment, {}, {}};
  for (const std::int64_t threads : {1, 10}) {
    metrics::ConfigurationResult each = metrics::full_configuration();
    each.planned.threads = threads;
    each.elapsed_ns /= threads;
    loaded.configurations.push_back(std::move(each));
  }
  loaded.mitigations.push_back(metrics::measured_mitigation("a mitigation", 2, 3));
  metrics::ResultSet set;
  set.runs.push_back(std::move(loaded));
  return set;
}

/// A name that would be markup, script, Markdown, a formula and a colour where it was let.
inline const std::string hostile_name =
    "=</script><script>alert(1)</script><img src=x onerror=\"alert('1')\">|*`[x](y)\x1b[31m\n,\"";

}  // namespace walbench::tools
