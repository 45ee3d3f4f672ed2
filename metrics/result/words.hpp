#pragma once

#include <string>
#include <string_view>

#include "metrics/result/configuration_result.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// What reports call things. File lifecycles have words of their own; of scripts these are
/// pgbench's, where it has one. Files keep the names of lifecycles.
struct Words {
  bool of_scripts = false;
  std::string_view iteration;   ///< `lifecycle`, `execution`
  std::string_view iterations;  ///< `lifecycles`, `executions`
  std::string_view writes;      ///< what is written and acknowledged: `transitions`, `transactions`
  std::string_view rate;        ///< the throughput: `transitions/s`, `scripts/s`
  std::string_view more;        ///< what to measure for more samples: `more files`

  std::string_view segment(Segment segment) const {
    const SegmentRow& row = segment_row(segment);
    return of_scripts && !row.of_scripts.empty() ? row.of_scripts : row.name;
  }
  /// As segment_name() of a stream.
  std::string segment(std::string_view stream, Segment segment) const;
  /// The name of a figure that is compared, `fsm_net P95` or kThroughput, in these words.
  std::string figure(std::string_view name) const;
};

const Words& words_for(bool scripts);
const Words& words_of(const ConfigurationResult& configuration);

}  // namespace walbench::metrics
