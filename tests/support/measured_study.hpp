#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/study.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::test_support {

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
