#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/study.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "metrics/publish/run_publication.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::tools {

/// Publishes each result of a study as soon as it gets it, and keeps it for the report. Used by the
/// thread that runs the study. If a file cannot be written, members throw metrics::FileError.
class PublishedStudy final : public engine::StudyListener {
 public:
  /// Adds to `run`, which has no results yet, the results and the labels of everything planned.
  /// `before_publishing` may fill in other members of it. All arguments must outlive the study.
  PublishedStudy(const metrics::ResultsFolder& folder, const engine::RunPlan& plan,
                 metrics::RunResult& run,
                 std::function<void(metrics::RunResult&)> before_publishing);
  PublishedStudy(const PublishedStudy&) = delete;
  PublishedStudy& operator=(const PublishedStudy&) = delete;
  /// Prints the names of the interval logs that were never published; they stay in the folder.
  ~PublishedStudy() override;

  std::unique_ptr<metrics::IntervalLog> open_interval_log(const engine::ConfigurationPlan& plan);

  void on_ceiling(const std::vector<metrics::CeilingPoint>& points) override;
  void on_measured(metrics::ConfigurationResult result) override;
  void on_pair(const engine::MitigationPlan& plan, metrics::ConfigurationResult baseline,
               metrics::ConfigurationResult mitigation) override;
  void on_failed(const engine::MeasurementFailure& failure) override;

  /// Publishes the whole pairs of a mitigation that was not measured to its end, and notes whether
  /// the study was. To be called once, also after an interruption.
  void finish(bool to_the_end);

  /// Of everything that was published last.
  const metrics::Findings& findings() const { return findings_; }

  /// The files so far, the run's JSON first; empty if nothing was published.
  const std::vector<std::filesystem::path>& paths() const { return publication_.paths(); }

 private:
  void publish();
  void publish_pairs();

  const metrics::ResultsFolder& folder_;
  metrics::RunResult& run_;
  std::function<void(metrics::RunResult&)> before_publishing_;
  metrics::RunPublication publication_;
  metrics::Findings findings_;
  metrics::MitigationResult pairs_;                   ///< those not yet published
  const engine::MitigationPlan* pairs_of_ = nullptr;  ///< null: there are none
  std::vector<std::filesystem::path> unpublished_logs_;
};

}  // namespace walbench::tools
