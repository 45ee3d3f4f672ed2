// Silent bugs these tests would catch: a progress line that wraps and fills the screen; a run of
// hours announced as minutes, because the configurations still to come were left out.

#include "tools/bench/progress.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using engine::ConfigurationPlan;
using engine::Phase;
using engine::Profile;
using engine::RunPlan;

ProgressState half_done() {
  return {.measurement = 1,
          .measurements = 3,
          .label = "c=10 zero per-file",
          .phase = Phase::measure,
          .done = 409,
          .all = 818,
          .remaining = 5s};
}

ConfigurationPlan configuration(Profile profile, std::int64_t threads, std::int64_t files,
                                std::chrono::nanoseconds api_delay = 0ns) {
  ConfigurationPlan plan;
  plan.profile = profile;
  plan.threads = threads;
  plan.files = files;
  plan.api_delay = engine::ApiDelay(api_delay);
  return plan;
}

RunPlan run_of(std::vector<ConfigurationPlan> configurations) {
  RunPlan plan;
  plan.configurations = std::move(configurations);
  return plan;
}

ProgressState at(std::size_t measurement, std::int64_t files_done, std::int64_t files) {
  ProgressState state;
  state.measurement = measurement;
  state.phase = Phase::measure;
  state.done = files_done;
  state.all = files;
  return state;
}

TEST(ProgressLine, HasBarShareEtaPlaceAndLabel) {
  EXPECT_EQ(progress_line(half_done(), 80),
            "[############------------]  50 % ETA 5 s 2/3 c=10 zero per-file");
}

TEST(ProgressLine, ShowsTheShareDone) {
  ProgressState state = half_done();
  const auto start = [&](std::int64_t done) {
    state.done = done;
    return progress_line(state, 80).substr(0, 32);
  };
  EXPECT_EQ(start(0), "[------------------------]   0 %");
  EXPECT_EQ(start(34), "[------------------------]   4 %");
  EXPECT_EQ(start(35), "[#-----------------------]   4 %");
  EXPECT_EQ(start(817), "[#######################-] 100 %");
  EXPECT_EQ(start(818), "[########################] 100 %");
  state.all = 0;
  EXPECT_EQ(start(0), "[------------------------]   0 %") << "nothing to do yet";
}

TEST(ProgressLine, WithADurationShowsTheTimeThatIsOver) {
  ConfigurationPlan plan = configuration(Profile::zero, 10, 0);
  plan.duration = 10s;
  ProgressState state = half_done();
  const auto shown = [&](Phase phase, std::chrono::nanoseconds elapsed) {
    state.phase = phase;
    note_done(plan, 123'456, elapsed, state);
    return progress_line(state, 80).substr(27, 5);
  };
  EXPECT_EQ(shown(Phase::warm_up, 5s), "  0 %");
  EXPECT_EQ(shown(Phase::measure, 2500ms), " 25 %");
  EXPECT_EQ(estimate_remaining({&plan}, {.done = state.done, .all = state.all}, 2500ms, 0ns),
            7500ms);
  EXPECT_EQ(shown(Phase::measure, 11s), "100 %") << "the last ones are waited for";
  EXPECT_EQ(shown(Phase::verify, 0s), "100 %");
  plan.duration = 0s;
  plan.files = 246'912;
  EXPECT_EQ(shown(Phase::measure, 1s), " 50 %") << "of the iterations";
}

TEST(ProgressLine, LeavesOutWhatIsUnknownOrPlain) {
  ProgressState state = half_done();
  state.remaining = std::nullopt;
  state.measurements = 1;
  state.measurement = 0;
  EXPECT_EQ(progress_line(state, 80), "[############------------]  50 % c=10 zero per-file");
}

TEST(ProgressLine, WritesTheEtaInTheUnitThatReadsBest) {
  ProgressState state = half_done();
  state.remaining = 2h + 5min;
  EXPECT_NE(progress_line(state, 80).find(" ETA 2 h 5 min "), std::string::npos);
  state.remaining = 0ns;
  EXPECT_NE(progress_line(state, 80).find(" ETA 0 ns "), std::string::npos);
}

TEST(ProgressLine, NamesEveryPhaseButMeasuring) {
  ProgressState state = half_done();
  for (const auto& [phase, text] :
       std::vector<std::pair<Phase, std::string>>{{Phase::seed, " seeding"},
                                                  {Phase::warm_up, " warming up"},
                                                  {Phase::reset, " resetting"},
                                                  {Phase::measure, " c=10 zero per-file"},
                                                  {Phase::drain, " collecting"},
                                                  {Phase::verify, " verifying"}}) {
    state.phase = phase;
    EXPECT_TRUE(progress_line(state, 200).ends_with(text)) << text;
  }
}

TEST(ProgressLine, NeverFillsTheLastColumn) {
  ProgressState state = half_done();
  state.label = std::string(300, 'x');
  const std::string whole = progress_line(state, 1000);
  EXPECT_GT(whole.size(), 300U);
  for (const std::size_t width : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_EQ(progress_line(state, width), "") << width;
  }
  for (const std::size_t width :
       {std::size_t{2}, std::size_t{20}, std::size_t{80}, std::size_t{200}}) {
    EXPECT_EQ(progress_line(state, width), whole.substr(0, width - 1)) << width;
  }
  EXPECT_EQ(progress_line(state, whole.size()).size(), whole.size() - 1);
  EXPECT_EQ(progress_line(state, whole.size() + 1), whole);
}

TEST(EstimateRemaining, IsUnknownBeforeAnythingIsDone) {
  const RunPlan plan = run_of({configuration(Profile::zero, 10, 100)});
  ProgressState state = at(0, 0, 100);
  EXPECT_FALSE(estimate_remaining(plan.measurements(), state, 10s, 0s).has_value());
  state.done = 1;
  EXPECT_TRUE(estimate_remaining(plan.measurements(), state, 10s, 0s).has_value());
}

TEST(EstimateRemaining, GoesOnAtTheSpeedSoFar) {
  const RunPlan plan = run_of({configuration(Profile::zero, 10, 100)});
  EXPECT_EQ(estimate_remaining(plan.measurements(), at(0, 25, 100), 10s, 0s), 30s);
  EXPECT_EQ(estimate_remaining(plan.measurements(), at(0, 100, 100), 10s, 7s), 0s);
}

TEST(EstimateRemaining, AddsWhatIsStillToCome) {
  // Of the realistic ones 2 calls of 2 s each for 100 files by 10 threads: 40 s; by one: 400 s.
  const RunPlan plan =
      run_of({configuration(Profile::zero, 1, 100), configuration(Profile::zero, 10, 100),
              configuration(Profile::zero, 50, 100), configuration(Profile::realistic, 10, 100, 2s),
              configuration(Profile::realistic, 1, 100, 2s)});
  const auto remaining = [&](std::size_t measurement) {
    return estimate_remaining(plan.measurements(), at(measurement, 50, 100), 3s, 4s);
  };
  EXPECT_EQ(remaining(0), 3s + 4s + 4s + 40s + 400s) << "zero takes as long as the last one";
  EXPECT_EQ(remaining(2), 3s + 40s + 400s);
  EXPECT_EQ(remaining(3), 3s + 400s);
  EXPECT_EQ(remaining(4), 3s);
}

TEST(EstimateRemaining, ThreadsThatDoNotDivideTheFilesNeedARoundMore) {
  const RunPlan plan =
      run_of({configuration(Profile::zero, 1, 1), configuration(Profile::realistic, 10, 101, 1s)});
  EXPECT_EQ(estimate_remaining(plan.measurements(), at(0, 1, 1), 1s, 0s), 22s);
}

TEST(EstimateRemaining, CountsEveryRepeatOfAMitigation) {
  RunPlan plan = run_of({configuration(Profile::zero, 10, 100)});
  plan.mitigations.resize(1);
  plan.mitigations[0].baseline = configuration(Profile::realistic, 10, 100, 1s);
  plan.mitigations[0].mitigation = configuration(Profile::zero, 10, 100);
  plan.mitigations[0].repeats = 3;
  // Two calls of 1 s for 10 files a thread: 20 s for each repeat of the baseline.
  EXPECT_EQ(estimate_remaining(plan.measurements(), at(0, 50, 100), 3s, 4s), 3s + 3 * (20s + 4s));
  EXPECT_EQ(estimate_remaining(plan.measurements(), at(5, 50, 100), 3s, 4s), 3s + 4s);
  EXPECT_EQ(estimate_remaining(plan.measurements(), at(6, 50, 100), 3s, 4s), 3s);
}

// As long as a delay and as many files as bench accepts.
TEST(EstimateRemaining, IsNeverNegative) {
  const RunPlan plan = run_of({configuration(Profile::realistic, 10, 1'000'000'000, 10min),
                               configuration(Profile::realistic, 1, 1'000'000'000, 10min)});
  const auto remaining =
      estimate_remaining(plan.measurements(), at(0, 1, 1'000'000'000), 20min, 0s);
  EXPECT_GT(remaining.value_or(0s), 0s);
}

TEST(Progress, FollowsARunSilentlyAndEndsAtOnce) {
  RunPlan plan = run_of({configuration(Profile::zero, 1, 2)});
  plan.mitigations.resize(1);
  testing::internal::CaptureStderr();
  for (const bool enabled : {false, true}) {
    Progress progress(plan, enabled);
    for (std::size_t index = 0; index < 3; ++index) {
      for (const Phase phase : {Phase::seed, Phase::warm_up, Phase::reset, Phase::measure}) {
        progress.phase_begins(index, phase);
      }
      progress.lifecycle_done();
      progress.lifecycle_done();
      progress.measurement_done(index);
    }
    progress.finish();
    progress.finish();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "in its first second it draws nothing";
}

}  // namespace
}  // namespace walbench::tools
