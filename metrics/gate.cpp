#include "metrics/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "metrics/duration.hpp"
#include "metrics/run_result.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kStandardFiles = 818;
constexpr std::int64_t kSecondNs = 1'000'000'000;

std::int64_t limit_for(const Gate& gate, std::int64_t files) {
  if (gate.limit_files == 0 || gate.limit_files == files) return gate.limit_ns;
  const double scaled = static_cast<double>(gate.limit_ns) * static_cast<double>(files) /
                        static_cast<double>(gate.limit_files);
  constexpr double kLongestNs = 9e18;  // below the largest std::int64_t
  return std::llround(std::min(scaled, kLongestNs));
}

GateVerdict judge_elapsed(const ConfigurationResult& configuration, const Gate& gate) {
  const std::int64_t limit_ns = limit_for(gate, configuration.planned.files);
  const bool passed = configuration.elapsed_ns <= limit_ns;
  std::string evidence =
      fmt::format("{} of {}", format_duration(std::chrono::nanoseconds(configuration.elapsed_ns)),
                  format_duration(std::chrono::nanoseconds(limit_ns)));
  const std::int64_t smaller_ns = std::min(limit_ns, configuration.elapsed_ns);
  if (smaller_ns > 0) {
    const double factor = static_cast<double>(std::max(limit_ns, configuration.elapsed_ns)) /
                          static_cast<double>(smaller_ns);
    evidence += fmt::format(", {:.{}f}x{}", factor, factor < 10 ? 2 : 0, passed ? "" : " too long");
  }
  if (limit_ns != gate.limit_ns) {
    evidence += fmt::format(" (limit scaled from {} files to {})", gate.limit_files,
                            configuration.planned.files);
  }
  return {gate.name, passed, evidence};
}

}  // namespace

std::vector<Gate> standard_gates() {
  return {{"threshold_1", "zero", 10, 300 * kSecondNs, kStandardFiles},
          {"threshold_2", "realistic", 10, std::int64_t{6} * 3600 * kSecondNs, kStandardFiles}};
}

Gate parse_gate(const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
  if (second == std::string::npos) {
    throw std::invalid_argument("'" + text +
                                "' is not a gate; write PROFILE:THREADS:MAX, as in zero:10:300s");
  }
  Gate gate{text, text.substr(0, first), 0, 0, 0};
  if (gate.profile != "zero" && gate.profile != "realistic") {
    throw std::invalid_argument("gate '" + text + "': '" + gate.profile +
                                "' is no profile; choose zero or realistic");
  }
  const std::string_view threads = std::string_view(text).substr(first + 1, second - first - 1);
  const auto [end, error] =
      std::from_chars(threads.data(), threads.data() + threads.size(), gate.threads);
  if (error != std::errc() || end != threads.data() + threads.size() || gate.threads < 1) {
    throw std::invalid_argument("gate '" + text + "': '" + std::string(threads) +
                                "' is no number of threads");
  }
  gate.limit_ns = parse_duration(std::string_view(text).substr(second + 1)).count();
  return gate;
}

std::vector<GateVerdict> judge(const ConfigurationResult& configuration,
                               const std::vector<Gate>& gates) {
  std::vector<GateVerdict> verdicts;
  if (configuration.concurrency.os_threads < configuration.planned.threads) {
    verdicts.push_back(
        {"concurrency", false,
         fmt::format("{} of {} threads had met when the clock started",
                     configuration.concurrency.os_threads, configuration.planned.threads)});
  }
  for (const Gate& gate : gates) {
    if (gate.profile == configuration.planned.profile &&
        gate.threads == configuration.planned.threads) {
      verdicts.push_back(judge_elapsed(configuration, gate));
    }
  }
  return verdicts;
}

}  // namespace walbench::metrics
