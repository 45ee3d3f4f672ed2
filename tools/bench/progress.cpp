#include "tools/bench/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "metrics/duration.hpp"
#include "tools/program/output.hpp"

namespace walbench::tools {
namespace {

constexpr std::chrono::seconds kSilentAtFirst(1);
constexpr std::chrono::milliseconds kRedrawInterval(200);
constexpr double kLongestNs = 9e18;  // below the largest std::int64_t
constexpr std::size_t kBarCells = 24;
constexpr std::size_t kUsualWidth = 80;

std::string_view phase_text(engine::Phase phase) {
  switch (phase) {
    case engine::Phase::seed: return "seeding";
    case engine::Phase::warm_up: return "warming up";
    case engine::Phase::reset: return "resetting";
    case engine::Phase::measure: return "measuring";
    case engine::Phase::drain: return "collecting";
    case engine::Phase::verify: return "verifying";
  }
  return "";
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                         : kUsualWidth;
}

}  // namespace

std::string progress_line(const ProgressState& state, std::size_t width) {
  const double share =
      state.all > 0 ? static_cast<double>(state.done) / static_cast<double>(state.all) : 0.0;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarCells));
  std::string line = "[" + std::string(filled, '#') + std::string(kBarCells - filled, '-') + "]";
  line += fmt::format(" {:3.0f} %", 100 * share);
  if (state.remaining) line += " ETA " + metrics::format_duration(*state.remaining);
  if (state.measurements > 1) {
    line += fmt::format(" {}/{}", state.measurement + 1, state.measurements);
  }
  line += " " + state.label;
  if (state.phase != engine::Phase::measure) line += fmt::format(" {}", phase_text(state.phase));
  // The last column stays empty: many terminals wrap once it is written.
  if (line.size() >= width) line.resize(std::max<std::size_t>(width, 1) - 1);
  return line;
}

void note_done(const engine::ConfigurationPlan& plan, std::int64_t iterations_done,
               std::chrono::nanoseconds measurement_elapsed, ProgressState& state) {
  if (plan.duration.count() == 0) {
    state.done = iterations_done;
    state.all = plan.files;
    return;
  }
  state.all = plan.duration.count();
  // What has begun by then is still waited for.
  const std::int64_t elapsed_ns = std::min(measurement_elapsed.count(), state.all);
  state.done = state.phase < engine::Phase::measure   ? 0
               : state.phase > engine::Phase::measure ? state.all
                                                      : elapsed_ns;
}

std::optional<std::chrono::nanoseconds> estimate_remaining(
    const std::vector<const engine::ConfigurationPlan*>& measurements, const ProgressState& state,
    std::chrono::nanoseconds measurement_elapsed, std::chrono::nanoseconds last_zero_elapsed) {
  if (state.done == 0) return std::nullopt;
  // In double: absurd plans are to give an absurd figure, not an overflow.
  double remaining_ns = static_cast<double>(measurement_elapsed.count()) /
                        static_cast<double>(state.done) *
                        static_cast<double>(state.all - state.done);
  for (std::size_t index = state.measurement + 1; index < measurements.size(); ++index) {
    const engine::ConfigurationPlan& later = *measurements[index];
    const auto as_the_last_one =
        later.profile == engine::Profile::zero ? last_zero_elapsed : std::chrono::nanoseconds(0);
    remaining_ns += static_cast<double>(std::max(later.api_time(), as_the_last_one).count());
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(remaining_ns, kLongestNs)));
}

Progress::Progress(const engine::RunPlan& plan, bool enabled)
    : measurements_(plan.measurements()), measuring_since_(Clock::now()) {
  if (enabled) thread_ = std::thread([this] { draw_until_finished(); });
}

Progress::~Progress() {
  finish();
}

void Progress::phase_begins(std::size_t measurement, engine::Phase phase) {
  const std::lock_guard lock(mutex_);
  measurement_ = measurement;
  phase_ = phase;
  if (phase == engine::Phase::seed) iterations_done_.store(0, std::memory_order_relaxed);
  if (phase == engine::Phase::measure) measuring_since_ = Clock::now();
}

void Progress::measurement_done(std::size_t measurement) {
  const std::lock_guard lock(mutex_);
  if (measurements_[measurement]->profile == engine::Profile::zero) {
    last_zero_elapsed_ = Clock::now() - measuring_since_;
  }
}

void Progress::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  finished_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Progress::draw_until_finished() {
  std::unique_lock lock(mutex_);
  if (finished_changed_.wait_for(lock, kSilentAtFirst, [this] { return finished_; })) return;
  while (!finished_) {
    const std::string drawn = fmt::format("\r{}\x1b[K", line());
    lock.unlock();  // A terminal that is held must not keep the run waiting.
    write_error(drawn);
    lock.lock();
    finished_changed_.wait_for(lock, kRedrawInterval, [this] { return finished_; });
  }
  write_error("\r\x1b[K");
}

/// Under the lock.
std::string Progress::line() const {
  const engine::ConfigurationPlan& plan = *measurements_[measurement_];
  ProgressState state{.measurement = measurement_,
                      .measurements = measurements_.size(),
                      .label = engine::label(plan),
                      .phase = phase_,
                      .done = 0,
                      .all = 0,
                      .remaining = std::nullopt};
  const std::chrono::nanoseconds elapsed = Clock::now() - measuring_since_;
  note_done(plan, iterations_done_.load(std::memory_order_relaxed), elapsed, state);
  if (phase_ == engine::Phase::measure) {
    state.remaining = estimate_remaining(measurements_, state, elapsed, last_zero_elapsed_);
  }
  return progress_line(state, terminal_width());
}

}  // namespace walbench::tools
