#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/plan.hpp"

namespace walbench::tools {

/// How far a run has come; a progress line is made from it.
struct ProgressState {
  std::size_t measurement = 0;
  std::size_t measurements = 1;
  std::string label = {};
  engine::Phase phase = engine::Phase::seed;
  std::int64_t done = 0;  ///< iterations, or nanoseconds if a duration ends the measurement
  std::int64_t all = 0;   ///< of them; 0: not known
  std::optional<std::chrono::nanoseconds> remaining = {};  ///< unknown as long as nothing is done
};

/// The line as it stands on the terminal, at most `width` columns: a bar, the share done, the ETA.
std::string progress_line(const ProgressState& state, std::size_t width);

/// Notes how much of a measurement is done: of its duration, if it has one, otherwise of its
/// iterations.
void note_done(const engine::ConfigurationPlan& plan, std::int64_t iterations_done,
               std::chrono::nanoseconds measurement_elapsed, ProgressState& state);

/// The time that a run still needs. The current measurement goes on at its speed so far. Each later
/// one needs at least as long as its API calls take and, with profile zero, as the last such one.
std::optional<std::chrono::nanoseconds> estimate_remaining(
    const std::vector<const engine::ConfigurationPlan*>& measurements, const ProgressState& state,
    std::chrono::nanoseconds measurement_elapsed, std::chrono::nanoseconds last_zero_elapsed);

/// Follows a run and draws a progress line on stderr several times a second, from a thread of its
/// own. It draws nothing in the first second, and nothing at all unless `enabled`.
class Progress final : public engine::RunObserver {
 public:
  Progress(const engine::RunPlan& plan, bool enabled);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() override;

  void phase_begins(std::size_t measurement, engine::Phase phase) override;
  void lifecycle_done() override { iterations_done_.fetch_add(1, std::memory_order_relaxed); }
  void measurement_done(std::size_t measurement) override;

  /// Stops drawing and clears the line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw_until_finished();
  std::string line() const;

  const std::vector<const engine::ConfigurationPlan*> measurements_;

  std::atomic<std::int64_t> iterations_done_ = 0;

  std::mutex mutex_;  // guards what follows
  std::condition_variable finished_changed_;
  bool finished_ = false;
  std::size_t measurement_ = 0;
  engine::Phase phase_ = engine::Phase::seed;
  Clock::time_point measuring_since_;
  std::chrono::nanoseconds last_zero_elapsed_{0};

  std::thread thread_;
};

}  // namespace walbench::tools
