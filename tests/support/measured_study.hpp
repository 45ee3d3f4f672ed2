#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/study.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::test_support {

/// Keeps what a run reports.
class RecordingObserver final : public engine::RunObserver {
 public:
  void phase_begins(std::size_t measurement, engine::Phase phase) override {
    phases.push_back(phase);
    now = phase;
    if (phase == engine::Phase::seed) begun.push_back(measurement);
    on_phase(phase);
  }
  void lifecycle_done() override { iterations.fetch_add(1); }
  void measurement_done(std::size_t measurement) override { done.push_back(measurement); }

  std::function<void(engine::Phase)> on_phase = [](engine::Phase) {};
  std::vector<engine::Phase> phases;
  std::vector<std::size_t> begun;  ///< measurements, by their number
  std::vector<std::size_t> done;
  std::atomic<engine::Phase> now = engine::Phase::seed;
  std::atomic<std::int64_t> iterations = 0;
};

/// The samples that a segment has in a result.
inline std::int64_t samples(const metrics::ConfigurationResult& result, metrics::Segment segment) {
  const metrics::Histogram* const found = result.find(segment);
  return found == nullptr ? 0 : found->total_count();
}

/// Keeps what a study hands over, each with the number of the call that brought it.
class MeasuredStudy final : public engine::StudyListener {
 public:
  void on_ceiling(const std::vector<metrics::CeilingPoint>& points) override {
    calls.emplace_back("ceiling");
    ceiling = points;
  }
  void on_measured(metrics::ConfigurationResult result) override {
    calls.push_back("measured " + result.planned.strategy);
    configurations.push_back(std::move(result));
  }
  void on_pair(const engine::MitigationPlan& plan, metrics::ConfigurationResult baseline,
               metrics::ConfigurationResult mitigation) override {
    calls.push_back("pair of " + plan.info.name);
    if (mitigations.empty() || mitigations.back().info.name != plan.info.name) {
      mitigations.emplace_back().info = plan.info;
    }
    mitigations.back().baseline.add(std::move(baseline));
    mitigations.back().mitigation.add(std::move(mitigation));
  }
  void on_failed(const engine::MeasurementFailure& failure) override {
    calls.push_back("failed " + failure.key);
    failures.push_back(failure);
  }

  std::vector<std::string> calls;
  std::vector<metrics::CeilingPoint> ceiling;
  std::vector<metrics::ConfigurationResult> configurations;
  std::vector<metrics::MitigationResult> mitigations;
  std::vector<engine::MeasurementFailure> failures;
};

}  // namespace walbench::test_support
