#include "tools/bench/published_study.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "metrics/analysis/findings.hpp"
#include "metrics/files/file_error.hpp"
#include "tools/bench/remedies.hpp"
#include "tools/program/output.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

constexpr std::array<std::string_view, 6> kPhaseNames = {"seed",    "warm up", "reset",
                                                         "measure", "drain",   "verify"};

}  // namespace

PublishedStudy::PublishedStudy(const metrics::ResultsFolder& folder, const engine::RunPlan& plan,
                               metrics::RunResult& run,
                               std::function<void(metrics::RunResult&)> before_publishing)
    : folder_(folder),
      run_(run),
      before_publishing_(std::move(before_publishing)),
      publication_(folder, run) {
  for (const engine::ConfigurationPlan& each : plan.configurations) {
    run_.planned.push_back(engine::label(each));
  }
  for (const engine::MitigationPlan& each : plan.mitigations) {
    run_.planned.push_back(fmt::format("{} -> {}", engine::label(each.baseline), each.info.name));
  }
}

PublishedStudy::~PublishedStudy() {
  for (const std::filesystem::path& path : unpublished_logs_) {
    write_error(fmt::format("interval log so far: {}\n", printable(path.string())));
  }
}

std::unique_ptr<metrics::IntervalLog> PublishedStudy::open_interval_log(
    const engine::ConfigurationPlan& plan) {
  std::unique_ptr<metrics::IntervalLog> log = folder_.open_interval_log(engine::label(plan));
  unpublished_logs_.push_back(log->path());
  return log;
}

void PublishedStudy::on_ceiling(const std::vector<metrics::CeilingPoint>& points) {
  run_.ceiling = points;
}

void PublishedStudy::on_measured(metrics::ConfigurationResult result) {
  const std::filesystem::path log = result.interval_log;
  run_.configurations.push_back(std::move(result));
  publish();
  std::erase(unpublished_logs_, log);
}

void PublishedStudy::on_pair(const engine::MitigationPlan& plan,
                             metrics::ConfigurationResult baseline,
                             metrics::ConfigurationResult mitigation) {
  if (pairs_of_ != &plan) publish_pairs();
  pairs_of_ = &plan;
  pairs_.info = plan.info;
  pairs_.baseline.add(std::move(baseline));
  pairs_.mitigation.add(std::move(mitigation));
  if (std::cmp_equal(pairs_.baseline.repeats.size(), plan.repeats)) {
    publish_pairs();
  } else {
    publication_.publish_pairs(pairs_);
  }
}

void PublishedStudy::on_failed(const engine::MeasurementFailure& failure) {
  complain("bench", failure.sentence + std::string(remedy_text(failure.remedy)));
  run_.failures.push_back({failure.key,
                           std::string(kPhaseNames.at(static_cast<std::size_t>(failure.phase))),
                           failure.sentence, failure.planned, failure.mitigation});
  publish_pairs();
  try {
    publish();
  } catch (const metrics::FileError& error) {
    folder_.warn(fmt::format("the failure could not be recorded: {}", error.what()));
  }
}

void PublishedStudy::finish(bool to_the_end) {
  publish_pairs();
  run_.complete = to_the_end && run_.failures.empty();
  const bool nothing_published = publication_.paths().empty();
  if (nothing_published && run_.configurations.empty() && run_.mitigations.empty()) return;
  publish();
}

void PublishedStudy::publish_pairs() {
  if (std::exchange(pairs_of_, nullptr) == nullptr) return;
  run_.mitigations.push_back(std::exchange(pairs_, {}));
  publish();
}

void PublishedStudy::publish() {
  before_publishing_(run_);
  findings_ = metrics::analyse(run_);
  publication_.publish(findings_);
}

}  // namespace walbench::tools
