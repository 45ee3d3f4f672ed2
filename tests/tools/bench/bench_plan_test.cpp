// Silent bugs these tests would catch: a mitigation measured against itself, at another level, or
// less often than was asked; a limit or a delay that is accepted and concerns nothing; a refusal
// that does not say which option it is about.

#include "tools/bench/bench_plan.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "storage/strategies.hpp"
#include "tests/tools/bench/parsed_bench.hpp"

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using engine::ApiDelay;
using engine::ConfigurationPlan;
using engine::MitigationPlan;
using engine::Profile;
using storage::ConnectionAxis;
using storage::GuardAxis;
using storage::QueueAxis;

using Names = std::vector<std::string>;

Names mitigations(const Arguments& arguments) {
  Names names;
  for (const MitigationPlan& each : accepted(arguments).plan.mitigations) {
    names.push_back(each.info.name);
  }
  return names;
}

MitigationPlan only_mitigation(const Arguments& arguments) {
  const BenchOptions options = accepted(arguments);
  EXPECT_EQ(options.plan.mitigations.size(), 1U) << testing::PrintToString(arguments);
  return options.plan.mitigations.empty() ? MitigationPlan{} : options.plan.mitigations.front();
}

TEST(BenchPlan, QuickShortensTheRealisticHalfAlone) {
  for (const ConfigurationPlan& plan : accepted("--quick").plan.configurations) {
    EXPECT_EQ(plan.api_delay, plan.profile == Profile::zero ? ApiDelay() : ApiDelay(50ms));
  }
  EXPECT_EQ(accepted("--quick").plan.configurations.size(), 6U);
}

TEST(BenchPlan, ProfilesAreAList) {
  const auto profiles = [](const std::string& list) {
    std::vector<Profile> found;
    for (const ConfigurationPlan& plan :
         accepted({"--threads", "2", "--profile", list}).plan.configurations) {
      found.push_back(plan.profile);
    }
    return found;
  };
  EXPECT_EQ(profiles("zero"), std::vector<Profile>{Profile::zero});
  EXPECT_EQ(profiles("realistic,zero"), (std::vector<Profile>{Profile::zero, Profile::realistic}));
  expect_refused({{"--profile zero,zero", "--profile: zero is named twice"},
                  {"--profile zero,", "--profile: '' is not one of zero, realistic"},
                  {"--profile ,realistic", "--profile: '' is not one of zero, realistic"},
                  {"--profile zero,fast", "--profile: 'fast' is not one of zero, realistic"},
                  {{"--profile", "zero, realistic"},
                   "--profile: ' realistic' is not one of zero, realistic"}});
}

TEST(BenchPlan, NoMitigationUnlessOneIsNamed) {
  EXPECT_EQ(mitigations({}), Names{});
  EXPECT_EQ(mitigations("--quick"), Names{});
}

TEST(BenchPlan, MitigationsAreNamedInAList) {
  EXPECT_EQ(mitigations("--mitigation batch"), Names{"batch"});
  EXPECT_EQ(mitigations("--mitigation fair-queue,pooled-connection"),
            (Names{"pooled-connection", "fair-queue"}))
      << "in the order of the catalogue";
  EXPECT_EQ(mitigations("--mitigation select-guard"), Names{"select-guard"});
  EXPECT_EQ(mitigations("--mitigation reduced-guards"), (Names{"reduced-guards", "select-guard"}))
      << "what a guard costs shows beside read-then-write alone";
}

TEST(BenchPlan, AllMitigationsAreTheWholeCatalogue) {
  Names all;
  for (const storage::Strategy& each : storage::kStrategies) {
    if (each.effort > 0) all.emplace_back(each.name);
  }
  EXPECT_EQ(all.size(), 10U);
  EXPECT_EQ(mitigations("--mitigation all"), all);
}

TEST(BenchPlan, SharedConnectionHasAFlagOfItsOwn) {
  EXPECT_EQ(mitigations("--shared-connection"), Names{"shared-connection"});
  EXPECT_EQ(mitigations("--shared-connection --mitigation shared-connection"),
            Names{"shared-connection"});
  EXPECT_EQ(mitigations("--shared-connection --mitigation batch"),
            (Names{"shared-connection", "batch"}));
}

TEST(BenchPlan, AMitigationDiffersFromItsBaselineInItsAxesAlone) {
  const MitigationPlan plan =
      only_mitigation("--mitigation shared-connection --files 7 --seed 3 --synchronous full");
  EXPECT_EQ(plan.baseline.strategy, "per-file");
  EXPECT_EQ(plan.baseline.axes, storage::Axes());
  EXPECT_EQ(plan.mitigation.strategy, "shared-connection");
  EXPECT_EQ(plan.mitigation.axes.connection, ConnectionAxis::shared());
  EXPECT_EQ(plan.mitigation.axes.queue, QueueAxis::mutex);
  for (const ConfigurationPlan& side : {plan.baseline, plan.mitigation}) {
    EXPECT_EQ(side.threads, 10);
    EXPECT_EQ(side.profile, Profile::zero);
    EXPECT_EQ(side.api_delay, ApiDelay());
    EXPECT_EQ(side.files, 7);
    EXPECT_EQ(side.seed, 3U);
    EXPECT_EQ(side.settings.synchronous, storage::Synchronous::full);
  }
}

TEST(BenchPlan, EveryMitigationIsNamedByItsAxes) {
  for (const MitigationPlan& plan : accepted("--mitigation all").plan.mitigations) {
    const bool select = plan.info.name == "select-guard";
    EXPECT_EQ(plan.mitigation.strategy, plan.info.name);
    EXPECT_EQ(plan.mitigation.axes.guard == GuardAxis::select, select) << plan.info.name;
    EXPECT_EQ(plan.mitigation.axes.commit.batch_size(), plan.info.name == "batch" ? 10 : 1)
        << plan.info.name;
    EXPECT_EQ(plan.baseline.strategy, "per-file");
  }
}

TEST(BenchPlan, TheStrategyIsTheBaseline) {
  const BenchOptions options =
      accepted("--strategy pooled-connection --mitigation all --threads 10");
  EXPECT_EQ(options.plan.mitigations.size(), 9U) << "all but the baseline itself";
  for (const MitigationPlan& plan : options.plan.mitigations) {
    EXPECT_EQ(plan.baseline.strategy, "pooled-connection");
    EXPECT_NE(plan.info.name, "pooled-connection");
  }
  expect_refused({{"--strategy batch --mitigation batch", "--try: batch is the baseline"},
                  {"--strategy shared-connection --shared-connection", "is the baseline itself"}});
}

TEST(BenchPlan, RefusesMitigationsThatAreNone) {
  expect_refused({{"--mitigation magic", "--mitigation: 'magic' is not one of per-file"},
                  {"--mitigation per-file", "--try: per-file is the baseline itself"},
                  {"--mitigation batch,", "--mitigation: '' is not one of per-file"},
                  {"--mitigation batch,batch", "--mitigation: batch is named twice"},
                  {"--mitigation all,all", "--mitigation: all is named twice"},
                  {"--mitigation batch,all", "--try: 'all' already names every"},
                  {"--mitigation Batch", "--mitigation: 'Batch' is not one of per-file"},
                  {"--mitigation", "--mitigation"}});
}

TEST(BenchPlan, MitigationsAreMeasuredWhereItIsSaid) {
  const MitigationPlan zero = only_mitigation("--mitigation batch --mitigate-at 4:zero");
  EXPECT_EQ(zero.baseline.threads, 4);
  EXPECT_EQ(zero.mitigation.threads, 4);
  EXPECT_EQ(zero.mitigation.profile, Profile::zero);
  EXPECT_EQ(zero.repeats, 5);
  const MitigationPlan realistic =
      only_mitigation("--mitigation batch --mitigate-at 50:realistic --api-delay 10ms");
  for (const ConfigurationPlan& side : {realistic.baseline, realistic.mitigation}) {
    EXPECT_EQ(side.threads, 50);
    EXPECT_EQ(side.profile, Profile::realistic);
    EXPECT_EQ(side.api_delay.mean(), 10ms);
  }
  EXPECT_EQ(realistic.repeats, 3);
}

TEST(BenchPlan, RefusesPlacesForMitigationsThatAreNone) {
  for (const char* const place :
       {"10", "zero", "zero:10", "0:zero", "100001:zero", "10:fast", "10:", ":zero", "10:zero:5s",
        "10 :zero", "-1:zero", "1,10:zero"}) {
    expect_refused({{{"--mitigation", "batch", "--mitigate-at", place}, "--mitigate-at: '"}});
  }
  expect_refused({{"--mitigate-at 4:zero", "--mitigate-at: sets where"},
                  {"--mitigate-at ten:zero", "--mitigate-at"}});
}

TEST(BenchPlan, RepeatsAreCounted) {
  const auto repeats = [](const std::string& text) {
    return only_mitigation({"--mitigation", "batch", "--repeat", text}).repeats;
  };
  EXPECT_EQ(repeats("1"), 1);
  EXPECT_EQ(repeats("7"), 7);
  EXPECT_EQ(repeats("1000"), 1000);
  EXPECT_EQ(only_mitigation("--mitigation batch").repeats, 5);
  const BenchOptions options =
      accepted("--threads 2 --profile zero --repeat 2 --mitigation batch,fair-queue");
  EXPECT_EQ(options.plan.measurements().size(), 1U + 2U * 2U * 2U);
  for (const char* const number : {"0", "-1", "1001", "1.5", "two", "2x", " 2"}) {
    expect_refused({{{"--mitigation", "batch", std::string("--repeat=") + number}, "--repeat: '"}});
  }
  expect_refused({{"--repeat 3", "--repeat: sets how often mitigations are measured"}});
}

TEST(BenchPlan, AStudyTestsAMitigation) {
  EXPECT_EQ(mitigations("--study"), Names{"shared-connection"});
  EXPECT_EQ(mitigations("--study --mitigation batch"), Names{"batch"});
  EXPECT_EQ(mitigations("--study --repeat 2"), Names{"shared-connection"});
  EXPECT_EQ(accepted("--study").plan.configurations.size(), 6U);
}

TEST(BenchPlan, AStudyNeedsWhatTheThresholdsAreAbout) {
  EXPECT_EQ(accepted("--study --threads 10").plan.configurations.size(), 2U);
  expect_refused(
      {{"--study --threads 1,50", "--study: threshold_1 needs a configuration with --threads 10"},
       {"--study --profile zero", "--study: threshold_2 needs a configuration with --threads 10"},
       {"--study --profile realistic --mitigate-at 10:zero",
        "--study: threshold_1 needs a configuration with --threads 10 and --profile zero"}});
}

TEST(BenchPlan, CommitsAreMadeEachOrInBatches) {
  EXPECT_EQ(planned("--commit each").axes.commit.batch_size(), 1);
  const ConfigurationPlan batch = planned("--commit batch:25 --connection shared");
  EXPECT_EQ(batch.axes.commit.batch_size(), 25);
  EXPECT_EQ(batch.strategy, "per-file+connection-shared+queue-mutex+batch-25");
  EXPECT_EQ(planned("--commit batch:10 --connection shared").strategy, "batch");
  EXPECT_EQ(planned("--commit batch:1").axes.commit.batch_size(), 1) << "the same as each";
  EXPECT_EQ(planned("--strategy batch").axes.commit.batch_size(), 10);
  EXPECT_EQ(planned("--strategy batch --commit each").strategy, "shared-connection");
  EXPECT_EQ(planned("--strategy batch --commit batch:1000000").axes.commit.batch_size(), 1'000'000);
  expect_refused({{"--commit batch:10", "--commit batch:N needs --connection shared"},
                  {"--commit batch:2 --connection per-worker", "--commit batch:N needs"},
                  {"--strategy batch --connection per-file", "--commit batch:N needs"}});
}

TEST(BenchPlan, RefusesBatchesThatAreNone) {
  for (const char* const commit :
       {"batch", "batch:", "batch:0", "batch:-1", "batch:x", "batch:1000001", "batch:2.5",
        "batch:10 ", "batch 10", "Each", "none", "10"}) {
    expect_refused({{{"--connection", "shared", "--commit", commit}, "--commit: '"}});
  }
}

TEST(BenchPlan, FailRateIsAShare) {
  EXPECT_EQ(planned("--fail-rate 0").api_fail_rate, 0);
  EXPECT_EQ(planned("--fail-rate 0.3").api_fail_rate, 0.3);
  EXPECT_EQ(planned("--fail-rate 0.9").api_fail_rate, 0.9);
  for (const ConfigurationPlan& plan : accepted("--fail-rate 0.5").plan.configurations) {
    EXPECT_EQ(plan.api_fail_rate, 0.5) << "in every profile";
  }
  EXPECT_EQ(only_mitigation("--fail-rate 0.5 --mitigation batch").mitigation.api_fail_rate, 0.5);
  for (const char* const rate : {"0.91", "1", "-0.1", "nan", "inf", "30%", "0,3", "1e-1", "x"}) {
    expect_refused({{{std::string("--fail-rate=") + rate}, "--fail-rate: '"}});
  }
}

TEST(BenchPlan, ApiDelaysCanBeDrawn) {
  const auto delay = [](const std::string& text) {
    return planned({"--profile", "realistic", "--api-delay", text}).api_delay;
  };
  EXPECT_TRUE(delay("50ms").is_constant());
  EXPECT_EQ(delay("uniform:10ms,30ms").mean(), 20ms);
  EXPECT_EQ(delay("exp:50ms").mean(), 50ms);
  EXPECT_EQ(delay("lognormal:50ms,0").mean(), 50ms);
  EXPECT_GT(delay("lognormal:50ms,0.5").mean(), 50ms) << "50 ms is its median";
  for (const char* const text : {"uniform:10ms,30ms", "exp:50ms", "lognormal:50ms,0.5"}) {
    EXPECT_FALSE(delay(text).is_constant()) << text;
    EXPECT_EQ(delay(text).text(), text);
    EXPECT_EQ(planned({"--api-delay", text}).api_delay, ApiDelay()) << "profile zero comes first";
  }
}

TEST(BenchPlan, RefusesDistributionsThatAreNone) {
  for (const char* const text :
       {"uniform:30ms,10ms", "uniform:10ms", "uniform:10ms,", "uniform:,10ms",
        "uniform:1ms,2ms,3ms", "exp:", "exp:50", "exp:-1ms", "exp:1ms,2ms", "lognormal:50ms",
        "lognormal:50ms,-1", "lognormal:50ms,5.1", "lognormal:50ms,x", "lognormal:50ms,nan",
        "gauss:50ms,1ms", ":50ms", "constant:50ms", "50ms:", "EXP:50ms"}) {
    expect_refused({{{"--profile", "realistic", "--api-delay", text}, "--api-delay: "}});
  }
}

TEST(BenchPlan, RefusesADelayThatNothingWouldHave) {
  expect_refused({{"--profile zero --quick", "--quick: sets the delay"},
                  {"--profile zero --api-delay exp:1s", "--api-delay: sets the delay"},
                  {"--profile zero --quick --mitigation batch", "--quick: sets"},
                  {"--quick --api-delay 1s", "--api-delay: cannot be combined with --quick"}});
  const MitigationPlan plan =
      only_mitigation("--profile zero --quick --mitigation batch --mitigate-at 10:realistic");
  EXPECT_EQ(plan.mitigation.api_delay, ApiDelay(50ms)) << "the mitigation alone is realistic";
}

// Each measurement has the limits that concern it, as written: whoever reads its files judges it.
TEST(BenchPlan, LimitsAreGivenToTheMeasurementsThatTheyConcern) {
  const BenchOptions options = accepted(
      "--threads 1,10 --profile zero,realistic --mitigation batch "
      "--fail-if lock_wait.p99{threads=10}>5ms --fail-if max{profile=realistic}>1s "
      "--fail-if=elapsed{strategy=batch}>1h");
  std::size_t looked_at = 0;
  for (const engine::ConfigurationPlan* const each : options.plan.measurements()) {
    std::vector<std::string> expected;
    if (each->threads == 10) expected.emplace_back("lock_wait.p99{threads=10}>5ms");
    if (each->profile == engine::Profile::realistic) {
      expected.emplace_back("max{profile=realistic}>1s");
    }
    if (each->strategy == "batch") expected.emplace_back("elapsed{strategy=batch}>1h");
    EXPECT_EQ(each->limits, expected) << engine::profile_name(each->profile) << each->threads;
    EXPECT_EQ(each->planned().limits, expected);
    ++looked_at;
  }
  EXPECT_EQ(looked_at, 4U + 2 * 5);
}

TEST(BenchPlan, MitigationsKnowHowManyAreMeasuredTogether) {
  for (const auto& [arguments, count] :
       {std::pair("--mitigation batch", 1), std::pair("--mitigation batch,fair-queue", 2)}) {
    for (const MitigationPlan& each : accepted(arguments).plan.mitigations) {
      EXPECT_EQ(each.info.measured_together, count) << arguments;
    }
  }
}

TEST(BenchPlan, RefusesLimitsThatConcernNothing) {
  const std::string why = "concerns no configuration of this run";
  expect_refused({{"--fail-if elapsed{threads=7}>1s", "--fail-if: 'elapsed{threads=7}>1s'"},
                  {"--fail-if elapsed{threads=7}>1s", why},
                  {"--profile zero --fail-if p99{profile=realistic}>1s", why},
                  {"--fail-if p99{strategy=batch}>1s", why},
                  {"--fail-if statement.p99>5ms", why},
                  {"--fail-if attempt.max>5ms", why},
                  {"--strategy fair-queue --fail-if connect.max>5ms", why},
                  {"--fail-if lock_wait.p99>+10%", "compares two measurements"},
                  {"--fail-if lock.p99>5ms", "--fail-if: limit 'lock.p99>5ms': 'lock' is"}});
  EXPECT_EQ(accepted("--begin immediate --fail-if statement.p99>5ms")
                .plan.configurations.front()
                .limits.size(),
            1U);
  EXPECT_EQ(accepted("--threads 1 --profile zero --mitigation batch --mitigate-at 7:zero "
                     "--fail-if p99{threads=7,strategy=batch}>1s")
                .plan.mitigations.front()
                .mitigation.limits.size(),
            1U)
      << "a mitigation is measured, too";
}

// An empty value is taken for an option that was not given, as from --mitigation "$UNSET".
TEST(BenchPlan, RefusesValuesThatAreEmpty) {
  for (const char* const option : {"--mitigation", "--commit", "--api-delay", "--warmup"}) {
    expect_refused({{{option, ""}, option}});
  }
  expect_refused({{{"--mitigation", "batch", "--repeat", ""}, "--repeat"}});
}

// The place is compared with the default instead of being asked whether it was named.
TEST(BenchPlan, RefusesTheUsualPlaceWithoutAMitigationToo) {
  expect_refused({{"--mitigate-at 10:zero", "--mitigate-at: sets where"}});
}

TEST(BenchPlan, ThrowsWithoutTheCommandLineToo) {
  BenchRequest request;
  EXPECT_EQ(plan_bench(request).plan.configurations.size(), 6U);
  request.repeat = 3;
  EXPECT_THROW(static_cast<void>(plan_bench(request)), std::invalid_argument);
}

}  // namespace
}  // namespace walbench::tools
