// Silent bugs these tests would catch: a flag that is accepted and changes nothing; a default that
// is not the documented one; a typing error that is taken for some other number instead of being
// refused before hours of measuring.

#include "tools/bench/bench_options.hpp"

#include <gtest/gtest.h>

#include <chrono>
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
using engine::Profile;
using storage::Axes;
using storage::BeginAxis;
using storage::ConnectionAxis;
using storage::GuardAxis;
using storage::QueueAxis;

TEST(BenchOptions, DefaultsAreTheDocumentedOnes) {
  const BenchOptions options = accepted({});
  const std::vector<std::pair<Profile, std::int64_t>> levels = {
      {Profile::zero, 1},       {Profile::zero, 10},      {Profile::zero, 50},
      {Profile::realistic, 50}, {Profile::realistic, 10}, {Profile::realistic, 1}};
  ASSERT_EQ(options.plan.configurations.size(), levels.size());
  for (std::size_t index = 0; index < levels.size(); ++index) {
    const ConfigurationPlan& plan = options.plan.configurations[index];
    EXPECT_EQ(plan.profile, levels[index].first) << index;
    EXPECT_EQ(plan.threads, levels[index].second) << index;
    EXPECT_EQ(plan.api_delay, plan.profile == Profile::zero ? ApiDelay() : ApiDelay(2s)) << index;
  }
  EXPECT_TRUE(options.plan.mitigations.empty());
}

TEST(BenchOptions, DefaultsOfEachConfiguration) {
  const BenchOptions options = accepted({});
  const ConfigurationPlan& plan = options.plan.configurations.front();
  EXPECT_EQ(plan.strategy, "per-file");
  EXPECT_EQ(plan.axes, Axes());
  EXPECT_EQ(plan.files, 818);
  EXPECT_EQ(plan.warmup_files, 100);
  EXPECT_EQ(plan.schema, engine::Schema::bench);
  EXPECT_EQ(plan.settings.synchronous, storage::Synchronous::normal);
  EXPECT_EQ(plan.settings.busy_timeout, 5s);
  EXPECT_EQ(plan.settings.checkpoint, storage::CheckpointPlan());
  EXPECT_EQ(plan.settings.checkpoint.every_frames, 1000);
  EXPECT_EQ(plan.seed, 42U);
  EXPECT_EQ(plan.api_fail_rate, 0);
  EXPECT_EQ(options.plan.seed, 42U);
  ASSERT_EQ(options.plan.limits.size(), 2U);
  EXPECT_EQ(options.plan.limits[0].name, "threshold_1");
  EXPECT_EQ(options.plan.limits[1].name, "threshold_2");
  EXPECT_FALSE(options.db.has_value());
  EXPECT_FALSE(options.keep_db);
  EXPECT_FALSE(options.plan.ceiling);
  EXPECT_FALSE(plan.anatomy);
  EXPECT_FALSE(options.interval.has_value());
  EXPECT_FALSE(options.ack_log.has_value());
  EXPECT_EQ(options.results, "results");
  EXPECT_FALSE(options.results_named);
  EXPECT_EQ(options.progress, ProgressMode::automatic);
  EXPECT_FALSE(options.details);
  EXPECT_FALSE(options.wall_profile);
  EXPECT_FALSE(options.quiet);
}

TEST(BenchOptions, ThreadsMakeConfigurationsFastestFirst) {
  const auto threads = [](const Arguments& arguments) {
    std::vector<std::int64_t> counts;
    for (const ConfigurationPlan& plan : accepted(arguments).plan.configurations) {
      counts.push_back(plan.threads);
    }
    return counts;
  };
  const auto of_zero = [&](const std::string& list) {
    return threads({"--profile", "zero", "--threads", list});
  };
  EXPECT_EQ(of_zero("7"), std::vector<std::int64_t>{7});
  EXPECT_EQ(of_zero("50,1,10"), (std::vector<std::int64_t>{1, 10, 50}));
  EXPECT_EQ(of_zero("1000"), std::vector<std::int64_t>{1'000});
  EXPECT_EQ(threads({"--threads=50,1,10", "--profile", "realistic"}),
            (std::vector<std::int64_t>{50, 10, 1}));
  EXPECT_EQ(threads({"--threads=2,3", "--profile", "realistic,zero"}),
            (std::vector<std::int64_t>{2, 3, 3, 2}));
}

TEST(BenchOptions, EveryConfigurationHasWhatWasAsked) {
  const BenchOptions options = accepted({"--threads", "1,2", "--files", "5", "--begin", "immediate",
                                         "--synchronous", "full", "--seed", "3"});
  ASSERT_EQ(options.plan.configurations.size(), 4U);
  for (const ConfigurationPlan& plan : options.plan.configurations) {
    EXPECT_EQ(plan.files, 5);
    EXPECT_EQ(plan.axes.begin, BeginAxis::immediate);
    EXPECT_EQ(plan.settings.synchronous, storage::Synchronous::full);
    EXPECT_EQ(plan.seed, 3U);
  }
}

TEST(BenchOptions, ProfileAndDelay) {
  const auto delay = [](const Arguments& more) {
    Arguments arguments = {"--profile", "realistic"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return planned(arguments).api_delay;
  };
  EXPECT_EQ(planned({"--profile", "zero"}).profile, Profile::zero);
  EXPECT_EQ(planned({"--profile", "zero"}).api_delay, ApiDelay());
  EXPECT_EQ(planned({"--profile", "realistic"}).profile, Profile::realistic);
  EXPECT_EQ(delay({}), ApiDelay(2s));
  EXPECT_EQ(delay({"--quick"}), ApiDelay(50ms));
  EXPECT_EQ(delay({"--api-delay", "1.5s"}).mean(), 1500ms);
  EXPECT_EQ(delay({"--api-delay", "0"}).mean(), 0ns);
}

TEST(BenchOptions, WarmupIsAHundredOrAllFiles) {
  EXPECT_EQ(planned({"--files", "30"}).warmup_files, 30);
  EXPECT_EQ(planned({"--files", "100"}).warmup_files, 100);
  EXPECT_EQ(planned({"--files", "5000"}).warmup_files, 100);
  EXPECT_EQ(planned({"--warmup", "0"}).warmup_files, 0);
  EXPECT_EQ(planned({"--warmup", "818"}).warmup_files, 818);
  expect_refused({{{"--warmup", "819"}, "--warmup"},
                  {{"--files", "10", "--warmup", "11"}, "11 is more than the 10"},
                  {{"--warmup=-1"}, "--warmup"}});
}

TEST(BenchOptions, StrategiesAreNamedPoints) {
  const ConfigurationPlan pooled = planned({"--strategy", "pooled-connection"});
  EXPECT_EQ(pooled.strategy, "pooled-connection");
  EXPECT_EQ(pooled.axes.connection, ConnectionAxis::per_worker);
  const ConfigurationPlan shared = planned({"--strategy", "shared-connection"});
  EXPECT_EQ(shared.strategy, "shared-connection");
  EXPECT_EQ(shared.axes.connection, ConnectionAxis::shared);
  EXPECT_EQ(shared.axes.queue, QueueAxis::mutex);
}

TEST(BenchOptions, EachAxisCanBeOverridden) {
  EXPECT_EQ(planned({"--connection", "per-file"}).axes.connection, ConnectionAxis::per_file);
  EXPECT_EQ(planned({"--connection", "per-worker"}).axes.connection, ConnectionAxis::per_worker);
  EXPECT_EQ(planned({"--connection", "shared"}).axes.connection, ConnectionAxis::shared);
  EXPECT_EQ(planned({"--connection", "shared"}).axes.queue, QueueAxis::mutex) << "the usual one";
  EXPECT_EQ(planned({"--begin", "immediate"}).axes.begin, BeginAxis::immediate);
  EXPECT_EQ(planned({"--begin", "deferred"}).axes.begin, BeginAxis::deferred);
  EXPECT_EQ(planned({"--guard", "where"}).axes.guard, GuardAxis::where);
  EXPECT_EQ(planned({"--guard", "version"}).axes.guard, GuardAxis::version);
  EXPECT_EQ(planned({"--guard", "select"}).axes.guard, GuardAxis::select);
  EXPECT_EQ(planned({"--queue", "sqlite"}).axes.queue, QueueAxis::sqlite);
  EXPECT_EQ(planned({"--queue", "mutex"}).axes.queue, QueueAxis::mutex);
  EXPECT_EQ(planned({"--queue", "fifo"}).axes.queue, QueueAxis::fifo);
  EXPECT_EQ(planned({"--strategy", "shared-connection", "--queue", "fifo"}).axes.queue,
            QueueAxis::fifo);
}

TEST(BenchOptions, AnOverriddenStrategyHasANameOfItsOwn) {
  EXPECT_EQ(planned({"--begin", "immediate", "--queue", "fifo"}).strategy,
            "per-file+begin-immediate+queue-fifo");
  EXPECT_EQ(planned({"--connection", "shared"}).strategy, "shared-connection");
  EXPECT_EQ(planned({"--connection", "per-worker"}).strategy, "pooled-connection");
}

TEST(BenchOptions, AFormerGateIsRefusedWithItsNewForm) {
  expect_refused(
      {{{"--gate", "zero:10:300s"}, "write --fail-if 'elapsed{threads=10,profile=zero}>300s'"},
       {{"--gate=realistic:50:fsm_net.max<1s"},
        "write --fail-if 'fsm_net.max{threads=50,profile=realistic}>1s'"},
       {{"--gate", "fifo"}, "write --queue fifo"},
       {{"--gate", "turnstile"}, "write --fail-if 'FIGURE{"},
       {{"--gate", ""}, "--gate"}});
  const std::string help = ending({"--help"}) + ending({"--print-options"});
  EXPECT_EQ(help.find("--gate"), std::string::npos);
}

TEST(BenchOptions, DatabaseFlags) {
  EXPECT_EQ(planned({"--schema", "production"}).schema, engine::Schema::production);
  EXPECT_EQ(planned({"--schema", "bench"}).schema, engine::Schema::bench);
  EXPECT_EQ(planned({"--synchronous", "off"}).settings.synchronous, storage::Synchronous::off);
  EXPECT_EQ(planned({"--synchronous", "normal"}).settings.synchronous,
            storage::Synchronous::normal);
  EXPECT_EQ(planned({"--busy-timeout", "250ms"}).settings.busy_timeout, 250ms);
  EXPECT_EQ(planned({"--busy-timeout", "0"}).settings.busy_timeout, 0ms);
  EXPECT_EQ(planned({"--wal-autocheckpoint", "0"}).settings.checkpoint.every_frames, 0);
  EXPECT_EQ(planned({"--wal-autocheckpoint", "7"}).settings.checkpoint.every_frames, 7);
  EXPECT_EQ(accepted({"--db", "some/file"}).db, "some/file");
  EXPECT_TRUE(accepted({"--keep-db"}).keep_db);
}

TEST(BenchOptions, OutputFlags) {
  const BenchOptions options =
      accepted({"--results", "elsewhere", "--progress", "always", "--quiet", "--seed", "7"});
  EXPECT_EQ(options.results, "elsewhere");
  EXPECT_TRUE(options.results_named);
  EXPECT_TRUE(accepted({"--results", "results"}).results_named);
  EXPECT_EQ(options.progress, ProgressMode::always);
  EXPECT_EQ(accepted({"--progress", "never"}).progress, ProgressMode::never);
  EXPECT_EQ(accepted({"--progress", "auto"}).progress, ProgressMode::automatic);
  EXPECT_TRUE(options.quiet);
  EXPECT_TRUE(accepted({"--details"}).details);
  EXPECT_TRUE(accepted({"--wall-profile"}).wall_profile);
  EXPECT_EQ(options.plan.seed, 7U);
  EXPECT_EQ(options.plan.configurations.front().seed, 7U);
  EXPECT_EQ(accepted({"--seed", "18446744073709551615"}).plan.seed, 18446744073709551615U);
}

TEST(BenchOptions, MeasurementsOfAnotherKindAreAskedFor) {
  EXPECT_TRUE(accepted({"--ceiling"}).plan.ceiling);
  EXPECT_EQ(accepted({"--ack-log", "-"}).ack_log, "-");
  EXPECT_EQ(accepted({"--ack-log", "some/acks"}).ack_log, "some/acks");
  expect_refused({{{"--ack-log"}, "--ack-log"}, {{"--ceiling", "high"}, "high"}});
}

TEST(BenchOptions, RefusesThreadsThatAreNone) {
  for (const char* const list : {"0", "-1", "+1", "10001", "99999999999999999999", "ten", "1.5", "",
                                 " 1", "1 ", "1,", ",1", "1,,2", "1;2", "0x10", "1e1", ","}) {
    expect_refused({{{std::string("--threads=") + list}, "--threads"}});
  }
  expect_refused({{{"--threads", "10,1,10"}, "10 is named twice"},
                  {{"--threads", "1,01"}, "1 is named twice"},
                  {{"--threads"}, "--threads"}});
}

TEST(BenchOptions, RefusesNumbersOutOfRange) {
  EXPECT_EQ(planned({"--files", "1000000000"}).files, 1'000'000'000);
  EXPECT_EQ(planned({"--files", "1"}).files, 1);
  expect_refused({{{"--files", "0"}, "--files: '0' is not a whole number between 1 and"},
                  {{"--files=-5"}, "--files"},
                  {{"--files", "1000000001"}, "--files"},
                  {{"--files", "99999999999999999999"}, "--files"},
                  {{"--files", "8.5"}, "--files"},
                  {{"--files", "many"}, "--files"},
                  {{"--files="}, "--files"},
                  {{"--wal-autocheckpoint=-1"}, "--wal-autocheckpoint"},
                  {{"--wal-autocheckpoint", "2147483648"}, "--wal-autocheckpoint"}});
}

TEST(BenchOptions, RefusesSeedsThatDoNotFit) {
  expect_refused({{{"--seed=-1"}, "--seed"},
                  {{"--seed", "18446744073709551616"}, "--seed"},
                  {{"--seed", "1.5"}, "--seed"}});
}

TEST(BenchOptions, ALeadingZeroDoesNotMakeANumberOctal) {
  for (const char* const flag : {"--files", "--seed", "--warmup", "--wal-autocheckpoint"}) {
    const auto parsed = parse_bench_options({flag, "010"});
    if (const auto* const options = std::get_if<BenchOptions>(&parsed)) {
      const ConfigurationPlan& plan = options->plan.configurations.front();
      const bool eight = plan.files == 8 || plan.seed == 8 || plan.warmup_files == 8 ||
                         plan.settings.checkpoint.every_frames == 8;
      EXPECT_FALSE(eight) << flag << " 010 is taken for 8";
    }
  }
}

TEST(BenchOptions, RefusesDurationsThatAreNone) {
  expect_refused({{{"--busy-timeout", "5"}, "--busy-timeout: '5' has no unit"},
                  {{"--busy-timeout", "1us"}, "not a whole number of milliseconds"},
                  {{"--busy-timeout", "1.5ms"}, "not a whole number of milliseconds"},
                  {{"--busy-timeout", "2147483648ms"}, "not a whole number of milliseconds"},
                  {{"--busy-timeout=-1s"}, "is negative"},
                  {{"--busy-timeout", ""}, "--busy-timeout"},
                  {{"--profile", "realistic", "--api-delay", "2"}, "--api-delay: '2' has no unit"},
                  {{"--profile", "realistic", "--api-delay=-2s"}, "is negative"},
                  {{"--profile", "realistic", "--api-delay", "101years"}, "unknown unit"}});
}

TEST(BenchOptions, RefusesWhatContradictsItself) {
  expect_refused(
      {{{"--profile", "zero", "--quick"}, "--quick: sets the delay of profile realistic"},
       {{"--profile", "zero", "--api-delay", "1s"}, "--api-delay: sets the delay of profile"},
       {{"--profile", "realistic", "--quick", "--api-delay", "1s"},
        "cannot be combined with --quick"},
       {{"--connection", "shared", "--queue", "sqlite"}, "--connection shared needs --queue mutex"},
       {{"--strategy", "shared-connection", "--queue", "sqlite"}, "needs --queue mutex"}});
}

TEST(BenchOptions, RefusesUnknownChoicesAndFlags) {
  expect_refused({{{"--profile", "fast"}, "--profile"},
                  {{"--profile", "Zero"}, "--profile"},
                  {{"--strategy", "magic"}, "--strategy"},
                  {{"--connection", "none"}, "--connection"},
                  {{"--begin", "exclusive"}, "--begin"},
                  {{"--guard", "none"}, "--guard"},
                  {{"--schema", "test"}, "--schema"},
                  {{"--synchronous", "extra"}, "--synchronous"},
                  {{"--progress", "maybe"}, "--progress"},
                  {{"--nonsense"}, "--nonsense"},
                  {{"extra"}, "extra"},
                  {{"--file", "5"}, "--file"},
                  {{"--files", "5", "--files", "6"}, "--files"},
                  {{"--profile", "zero", "--profile", "realistic"}, "--profile"}});
}

TEST(BenchOptions, ARefusalCannotSteerTheTerminal) {
  const std::string end = ending({"--threads", "\x1b[31m"});
  EXPECT_EQ(end.find('\x1b'), std::string::npos);
  EXPECT_NE(end.find("\\x1b[31m"), std::string::npos) << end;
}

TEST(BenchOptions, HelpNamesEveryExitCodeStrategyAndAxisValue) {
  const std::string help = ending({"--help"});
  EXPECT_TRUE(help.starts_with("0 ")) << help;
  for (const char* const code : {"\n  0  ", "\n  1  ", "\n  2  ", "\n  3  ", "\n  130  "}) {
    EXPECT_NE(help.find(code), std::string::npos) << code;
  }
  for (const storage::Strategy& strategy : storage::kStrategies) {
    EXPECT_NE(help.find(strategy.name), std::string::npos) << strategy.name;
  }
  storage::for_each_axis([&help](const auto& axis) {
    EXPECT_NE(help.find("\n  --" + std::string(axis.name) + " "), std::string::npos) << axis.name;
    for (const auto& each : axis.values) {
      EXPECT_NE(help.find(each.name), std::string::npos) << each.name;
    }
  });
}

TEST(BenchOptions, VersionNamesSqliteToo) {
  const std::string version = ending({"--version"});
  EXPECT_TRUE(version.starts_with("0 bench (walbench) ")) << version;
  EXPECT_NE(version.find(", SQLite 3."), std::string::npos) << version;
  EXPECT_TRUE(version.ends_with("\n"));
}

}  // namespace
}  // namespace walbench::tools
