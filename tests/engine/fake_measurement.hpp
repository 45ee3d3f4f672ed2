#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/measurement.hpp"
#include "tests/support/fake_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/measured_study.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::engine {

/// Measurements over a fake database: two files, one thread, unless a test says otherwise.
template <typename Base = testing::Test>
class FakeMeasurement : public Base {
 protected:
  FakeMeasurement() {
    plan_.threads = 1;
    plan_.strategy = "per-file";
    files(2);
    context_.open_database = [this](const ConfigurationPlan& plan) {
      on_open_(plan);
      return std::make_unique<test_support::FakeDatabase>(behaviour_);
    };
    context_.clock = &clock_;
    context_.observer = &observer_;
    context_.stop = stop_.get_token();
  }

  void files(std::int64_t number) {
    plan_.files = number;
    behaviour_.verification = {number, number, number, "", "ok"};
  }
  RunContext context() { return test_support::fake_verified(context_, behaviour_); }
  metrics::ConfigurationResult measure() { return measure_configuration(plan_, 0, context()); }
  /// The sentence of the RunFailed that the measurement ends with.
  std::string failure() {
    return test_support::refusal_of<RunFailed>([this] { return measure(); });
  }

  test_support::ManualClock clock_{std::chrono::nanoseconds(1)};
  test_support::FakeBehaviour behaviour_;
  test_support::RecordingObserver observer_;
  std::stop_source stop_;
  std::function<void(const ConfigurationPlan&)> on_open_ = [](const ConfigurationPlan&) {};
  ConfigurationPlan plan_;
  RunContext context_{};
};

}  // namespace walbench::engine
