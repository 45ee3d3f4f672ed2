// Silent bugs these tests would catch: a log of intervals that begins with the warm-up, misses the
// last interval, or belongs to another configuration; a log that could not be written and a run
// that is published all the same; one that is lost because the run was.

#include "metrics/histogram/interval_log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "metrics/histogram/hlog.hpp"
#include "metrics/publish/results_folder.hpp"
#include "tests/engine/fake_measurement.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::engine {
namespace {

namespace fs = std::filesystem;
using metrics::ConfigurationResult;
using metrics::IntervalLog;
using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// From now on nothing can be written to that file by whoever has it open: the disk is full.
void fill_disk_under(const fs::path& path) {
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    if (fs::read_symlink(entry.path(), ignored) != fs::canonical(path)) continue;
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(full, 0);
    ASSERT_GE(::dup2(full, std::stoi(entry.path().filename().string())), 0);
    ::close(full);
    return;
  }
  FAIL() << path << " is not open";
}

/// Runs over a fake database that keep a log of a single interval, unless a test shortens it.
class IntervalLogs : public FakeMeasurement<test_support::TemporaryFolderTest> {
 protected:
  IntervalLogs() {
    files(4);
    context_.interval = std::chrono::hours(1);
    context_.open_interval_log = [this](const ConfigurationPlan& plan) {
      asked_.push_back(plan.strategy);
      auto log = std::make_unique<IntervalLog>(log_of(asked_.size()), plan.strategy,
                                               std::chrono::system_clock::now());
      on_log_(log->path());
      return log;
    };
  }

  fs::path log_of(std::size_t number) const { return path(std::to_string(number) + ".hlog"); }
  /// How many samples each segment has in a log, over all its intervals.
  static std::map<std::string, std::int64_t> samples_in(const fs::path& log) {
    std::map<std::string, std::int64_t> samples;
    metrics::read_hlog(log, [&](metrics::HlogInterval&& interval) {
      samples[interval.tag] += interval.histogram.total_count();
    });
    return samples;
  }

  std::vector<std::string> asked_;  ///< strategies that a log was opened for
  std::function<void(const fs::path&)> on_log_ = [](const fs::path&) {};
};

TEST_F(IntervalLogs, HoldTheSamplesOfTheResultAndNoneOfTheWarmUp) {
  plan_.warmup_files = 30;
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.interval_log, log_of(1));
  std::map<std::string, std::int64_t> expected;
  for (const metrics::SegmentHistogram& each : result.main.segments) {
    expected[std::string(metrics::segment_name(each.segment))] = each.histogram.total_count();
  }
  EXPECT_EQ(samples_in(log_of(1)), expected);
  EXPECT_EQ(expected.at("fsm_net"), 4);
}

TEST_F(IntervalLogs, ShortIntervalsAddUpToTheSame) {
  files(500);
  context_.interval = nanoseconds(1);  // over at each look
  measure();
  EXPECT_EQ(samples_in(log_of(1)).at("fsm_net"), 500);
  EXPECT_EQ(samples_in(log_of(1)).at("transition"), 500 * kWritesPerFile);
}

TEST_F(IntervalLogs, AreOpenedWhereMeasuringBegins) {
  plan_.warmup_files = 3;
  on_log_ = [this](const fs::path&) {
    EXPECT_THAT(observer_.phases,
                ElementsAre(Phase::seed, Phase::warm_up, Phase::reset, Phase::measure));
  };
  measure();
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(IntervalLogs, EachConfigurationHasItsOwnAndMitigationsHaveNone) {
  const auto named = [this](const std::string& strategy) {
    ConfigurationPlan plan = plan_;
    plan.strategy = strategy;
    return plan;
  };
  RunPlan plan;
  plan.configurations = {named("x"), named("y")};
  plan.mitigations = {{{}, named("before"), named("after"), 2}};
  test_support::MeasuredStudy measured;
  measure_all(plan, context(), measured);
  EXPECT_THAT(asked_, ElementsAre("x", "y"));
  EXPECT_EQ(measured.configurations.at(0).interval_log, log_of(1));
  EXPECT_EQ(measured.configurations.at(1).interval_log, log_of(2));
  EXPECT_TRUE(measured.mitigations.at(0).baseline.pooled.interval_log.empty());
  EXPECT_TRUE(measured.mitigations.at(0).mitigation.pooled.interval_log.empty());
}

TEST_F(IntervalLogs, WhoDoesNotAskGetsNone) {
  context_.open_interval_log = nullptr;
  EXPECT_TRUE(measure().interval_log.empty());
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(IntervalLogs, OneThatCannotBeOpenedFailsTheRun) {
  context_.open_interval_log = [this](const ConfigurationPlan&) {
    return std::make_unique<IntervalLog>(path("no/such/folder.hlog"), "",
                                         std::chrono::system_clock::now());
  };
  EXPECT_THAT(failure(), HasSubstr("No such file or directory"));
}

TEST_F(IntervalLogs, OneThatCannotBeWrittenFailsTheRunByName) {
  on_log_ = [](const fs::path& log) { fill_disk_under(log); };
  EXPECT_THAT(failure(),
              testing::AllOf(HasSubstr("cannot write the interval log"),
                             HasSubstr(log_of(1).string()), HasSubstr("No space left on device")));
}

TEST_F(IntervalLogs, OneOfARunThatFailsCanBeReadUpToThere) {
  behaviour_.on_write = [](const storage::TransitionWrite& write) {
    if (write.file_path == "/bench/file_0002.txt") throw std::runtime_error("disk on fire");
  };
  EXPECT_THAT(failure(), HasSubstr("disk on fire"));
  EXPECT_EQ(samples_in(log_of(1)).at("fsm_net"), 2);
}

TEST_F(IntervalLogs, OneOfARunThatIsStoppedCanBeReadUpToThere) {
  behaviour_.on_write = [this](const storage::TransitionWrite& write) {
    if (write.file_path == "/bench/file_0002.txt") stop_.request_stop();
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_GE(samples_in(log_of(1)).at("fsm_net"), 2);
}

}  // namespace
}  // namespace walbench::engine
