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

/// Publishes what a study measures as soon as it is handed over, and keeps it for the report. Used
/// by the thread that runs the study. A file that cannot be written throws metrics::FileError.
class PublishedStudy final : public engine::StudyListener {
 public:
  /// Adds results to `run`, which has none yet, and the labels of everything planned.
  /// `before_publishing` may fill in what else the run's JSON has. All must outlive the study.
  PublishedStudy(const metrics::ResultsFolder& folder, const engine::RunPlan& plan,
                 metrics::RunResult& run,
                 std::function<void(metrics::RunResult&)> before_publishing);
  PublishedStudy(const PublishedStudy&) = delete;
  PublishedStudy& operator=(const PublishedStudy&) = delete;
  /// Names the interval logs that were never published, and stay where they were written.
  ~PublishedStudy() override;

  std::unique_ptr<metrics::IntervalLog> open_interval_log(const engine::ConfigurationPlan& plan);

  void on_ceiling(const std::vector<metrics::CeilingPoint>& points) override;
  void on_measured(metrics::ConfigurationResult result) override;
  void on_pair(const engine::MitigationPlan& plan, metrics::ConfigurationResult baseline,
               metrics::ConfigurationResult mitigation) override;
  void on_failed(const engine::MeasurementFailure& failure) override;

  /// Publishes the whole pairs of a mitigation that did not come to its end, and notes whether the
  /// study did. To be called once, also after an interruption.
  void finish(bool to_the_end);

  /// The files so far, the run's JSON first; empty if nothing was published.
  const std::vector<std::filesystem::path>& paths() const { return publication_.paths(); }

 private:
  void publish();
  void publish_pairs();

  const metrics::ResultsFolder& folder_;
  metrics::RunResult& run_;
  std::function<void(metrics::RunResult&)> before_publishing_;
  metrics::RunPublication publication_;
  metrics::MitigationResult pairs_;                   ///< those not yet published
  const engine::MitigationPlan* pairs_of_ = nullptr;  ///< null: there are none
  std::vector<std::filesystem::path> unpublished_logs_;
};

}  // namespace walbench::tools
