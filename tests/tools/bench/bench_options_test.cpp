// Would catch: a flag that is accepted and changes nothing; a default that is not the documented
// one; a typing error that is taken for some other number instead of being refused before hours of
// measuring; a mitigation measured without what its baseline pays for.

#include "tools/bench/bench_options.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "storage/strategies.hpp"
#include "tests/tools/bench/parsed_bench.hpp"
#include "tools/program/option_values.hpp"

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using engine::ApiDelay;
using engine::ConfigurationPlan;
using engine::Profile;
using storage::Axes;
using storage::BeginAxis;
using storage::ConnectionAxis;
using storage::QueueAxis;
using storage::Synchronous;

TEST(BenchOptions, DefaultsAreTheDocumentedOnes) {
  const BenchOptions options = accepted("");
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
  const BenchOptions options = accepted("");
  const ConfigurationPlan& plan = options.plan.configurations.front();
  EXPECT_EQ(plan.strategy, "per-file");
  EXPECT_EQ(plan.axes, Axes());
  EXPECT_EQ(plan.files, 818);
  EXPECT_EQ(plan.warmup_files, 100);
  EXPECT_EQ(plan.schema, engine::Schema::bench);
  EXPECT_EQ(plan.settings.synchronous, Synchronous::normal);
  EXPECT_EQ(plan.settings.busy_timeout, 5s);
  EXPECT_EQ(plan.settings.checkpoint, storage::CheckpointPlan());
  EXPECT_EQ(plan.settings.checkpoint.every_frames, 1000);
  EXPECT_EQ(plan.api_fail_rate, 0);
  EXPECT_TRUE(plan.seed == 42U && options.plan.seed == 42U);
  EXPECT_TRUE(plan.limits.empty());
  EXPECT_FALSE(options.scripts || options.scratch || options.interval || options.ack_log);
  EXPECT_FALSE(options.keep_db || options.plan.ceiling || plan.anatomy || options.details ||
               options.wall_profile || options.quiet);
  EXPECT_EQ(options.results, "results");
  EXPECT_EQ(options.progress, ProgressMode::automatic);
}

/// A row of --print-options: its name, its choices, and how many values it takes.
struct Row {
  std::string name;
  std::string choices;
  std::string takes;
};

std::vector<Row> rows() {
  std::vector<Row> found;
  std::string text = ending("--print-options").substr(2);
  for (const std::string& line : split_at(text, '\n')) {
    const std::vector<std::string> parts = split_at(line, '\t');
    if (parts.size() == 8 && parts[0] != "Help") found.push_back({parts[1], parts[4], parts[6]});
  }
  EXPECT_GT(found.size(), 30U);
  return found;
}

TEST(EveryOption, IsRefusedByNameWithoutItsValueAndWithAnEmptyOne) {
  for (const auto& [name, choices, takes] : rows()) {
    if (takes == "nothing") {
      expect_refused({{{name, "surplus"}, "surplus"}});
      continue;
    }
    expect_refused({{{name}, name}, {{name, ""}, name}, {{name + "="}, name}});
    if (takes == "one") expect_refused({{{name, "zero", name, "zero"}, name}});
  }
}

TEST(EveryOption, WithChoicesTakesThemAloneAsTheyAreWritten) {
  for (const auto& [name, choices, takes] : rows()) {
    for (std::string choice : Arguments(choices)) {
      const std::string end = ending({name, choice});
      EXPECT_EQ(end.find("is not one of"), std::string::npos) << name << ": " << end;
      choice.front() = static_cast<char>(std::toupper(choice.front()));
      expect_refused({{{name, choice}, name + ": '" + choice + "' is not one of "},
                      {{name, " " + choice}, name + ": '"}});
    }
  }
}

// A value is refused by name if it is no number, or past one of the two ends.
TEST(EveryOption, WithANumberHasEnds) {
  const std::map<std::string, std::vector<std::string>> wrong = {
      {"--threads", {"0", "10001", "1,", ",1", "1,,2", "1;2", ",", "1,1.5", "1,10,1", "1,01"}},
      {"--files", {"0", "1000000001"}},
      {"--warmup", {"819", "1000000001"}},
      {"--seed", {"18446744073709551616"}},
      {"--wal-autocheckpoint", {"2147483648"}},
      {"--mitigation=batch --repeat", {"0", "1001"}}};
  for (const auto& [option, ends] : wrong) {
    std::vector<std::string> values = {
        "-1", "+1", "1.5", "ten", "0x10", "1e1", " 1", "1 ", "99999999999999999999"};
    values.insert(values.end(), ends.begin(), ends.end());
    for (const std::string& value : values) {
      Arguments arguments(option);
      const std::string name = arguments.back();
      arguments.back() += "=" + value;
      expect_refused({{arguments, name}});
    }
  }
  expect_refused({{"--files 0", "--files: '0' is not a whole number between 1 and"},
                  {"--threads 10,1,10", "10 is named twice"},
                  {"--files 10 --warmup 11", "11 is more than the 10"}});
  EXPECT_EQ(planned("--files 1000000000").files, 1'000'000'000);
  EXPECT_EQ(planned("--files 1").files, 1);
  EXPECT_EQ(planned("--warmup 818").warmup_files, 818);
  EXPECT_EQ(accepted("--seed 18446744073709551615").plan.seed, 18446744073709551615U);
}

TEST(EveryOption, WithADurationNeedsAUnit) {
  expect_refused({{"--busy-timeout 5", "--busy-timeout: '5' has no unit"},
                  {"--busy-timeout 1us", "not a whole number of milliseconds"},
                  {"--busy-timeout 1.5ms", "not a whole number of milliseconds"},
                  {"--busy-timeout 2147483648ms", "not a whole number of milliseconds"},
                  {"--busy-timeout=-1s", "is negative"},
                  {"--profile realistic --api-delay 2", "--api-delay: '2' has no unit"},
                  {"--profile realistic --api-delay=-2s", "is negative"},
                  {"--profile realistic --api-delay 101years", "unknown unit"},
                  {"--interval 9.999ms", "--interval: '9.999ms' is shorter than 10ms"},
                  {"--interval 0", "--interval: '0' is shorter than 10ms"},
                  {"--interval 1", "--interval: '1' has no unit"},
                  {"--interval=-1s", "--interval: '-1s' is negative"},
                  {"--interval often", "--interval: 'often' is not a duration"},
                  {"--interval 1e9h", "--interval"}});
  EXPECT_EQ(accepted("--interval 250ms").interval, 250ms);
  EXPECT_EQ(accepted("--interval 10ms").interval, 10ms);
  EXPECT_EQ(accepted("--interval 1min").interval, 60s);
}

TEST(EveryOption, ALeadingZeroDoesNotMakeItsNumberOctal) {
  EXPECT_EQ(planned("--files 010").files, 10);
  EXPECT_EQ(planned("--seed 010").seed, 10U);
  EXPECT_EQ(planned("--warmup 010").warmup_files, 10);
  EXPECT_EQ(planned("--wal-autocheckpoint 010").settings.checkpoint.every_frames, 10);
}

TEST(BenchOptions, ThreadsMakeConfigurationsFastestFirst) {
  const auto threads = [](const Arguments& arguments) {
    std::vector<std::int64_t> counts;
    for (const ConfigurationPlan& plan : accepted(arguments).plan.configurations) {
      counts.push_back(plan.threads);
    }
    return counts;
  };
  using Counts = std::vector<std::int64_t>;
  EXPECT_EQ(threads("--profile zero --threads 7"), Counts{7});
  EXPECT_EQ(threads("--profile zero --threads 50,1,10"), (Counts{1, 10, 50}));
  EXPECT_EQ(threads("--profile zero --threads 1000"), Counts{1'000});
  EXPECT_EQ(threads("--threads=50,1,10 --profile realistic"), (Counts{50, 10, 1}));
  EXPECT_EQ(threads("--threads=2,3 --profile realistic,zero"), (Counts{2, 3, 3, 2}));
}

TEST(BenchOptions, EveryMeasurementHasWhatWasAsked) {
  const BenchOptions options = accepted(
      "--threads 1,2 --files 5 --begin immediate --synchronous full --seed 3 --anatomy "
      "--mitigation fair-queue");
  EXPECT_EQ(options.plan.seed, 3U);
  ASSERT_EQ(options.plan.configurations.size(), 4U);
  std::vector<ConfigurationPlan> all = options.plan.configurations;
  ASSERT_EQ(options.plan.mitigations.size(), 1U);
  all.push_back(options.plan.mitigations.front().baseline);
  all.push_back(options.plan.mitigations.front().mitigation);
  for (const ConfigurationPlan& plan : all) {
    EXPECT_EQ(plan.files, 5);
    EXPECT_EQ(plan.settings.synchronous, Synchronous::full);
    EXPECT_EQ(plan.seed, 3U);
    EXPECT_TRUE(plan.anatomy) << "or they could not be compared";
    EXPECT_EQ(plan.axes.begin, BeginAxis::immediate);
  }
}

TEST(BenchOptions, ProfileAndDelay) {
  const auto delay = [](const std::string& more) {
    return planned("--profile realistic " + more).api_delay;
  };
  EXPECT_EQ(planned("--profile zero").profile, Profile::zero);
  EXPECT_EQ(planned("--profile zero").api_delay, ApiDelay());
  EXPECT_EQ(planned("--profile realistic").profile, Profile::realistic);
  EXPECT_EQ(delay(""), ApiDelay(2s));
  EXPECT_EQ(delay("--quick"), ApiDelay(50ms));
  EXPECT_EQ(delay("--api-delay 1.5s").mean(), 1500ms);
  EXPECT_EQ(delay("--api-delay 0").mean(), 0ns);
}

TEST(BenchOptions, WarmupIsAHundredOrAllFiles) {
  EXPECT_EQ(planned("--files 30").warmup_files, 30);
  EXPECT_EQ(planned("--files 100").warmup_files, 100);
  EXPECT_EQ(planned("--files 5000").warmup_files, 100);
  EXPECT_EQ(planned("--warmup 0").warmup_files, 0);
}

TEST(BenchOptions, EachStrategyIsANamedPointAndEachAxisCanBeOverridden) {
  for (const storage::Strategy& strategy : storage::kStrategies) {
    const ConfigurationPlan plan = planned("--strategy " + std::string(strategy.name));
    EXPECT_EQ(plan.strategy, strategy.name);
    EXPECT_EQ(plan.axes, strategy.axes) << strategy.name;
  }
  storage::for_each_axis([](const auto& axis) {
    if (axis.name == "commit") return;  // Its values need others; they have a test of their own.
    for (const auto& each : axis.values) {
      const ConfigurationPlan plan =
          planned("--" + std::string(axis.name) + " " + std::string(each.name));
      EXPECT_EQ(plan.axes.*axis.member, each.value) << each.name;
    }
  });
  EXPECT_EQ(planned("--connection shared").axes.queue, QueueAxis::mutex) << "the usual one";
  EXPECT_EQ(planned("--strategy shared-connection --queue fifo").axes.queue, QueueAxis::fifo);
}

TEST(BenchOptions, AnOverriddenStrategyHasANameOfItsOwn) {
  EXPECT_EQ(planned("--begin immediate --queue fifo").strategy,
            "per-file+begin-immediate+queue-fifo");
  EXPECT_EQ(planned("--connection shared").strategy, "shared-connection");
  EXPECT_EQ(planned("--connection per-worker").strategy, "pooled-connection");
}

TEST(BenchOptions, AFormerGateIsRefusedWithItsNewForm) {
  expect_refused(
      {{"--gate zero:10:300s", "write --fail-if 'elapsed{threads=10,profile=zero}>300s'"},
       {"--gate=realistic:50:fsm_net.max<1s",
        "write --fail-if 'fsm_net.max{threads=50,profile=realistic}>1s'"},
       {"--gate fifo", "write --queue fifo"},
       {"--gate turnstile", "write --fail-if 'FIGURE{"},
       {"--gate=", "--gate"}});
  const std::string help = ending("--help") + ending("--print-options");
  EXPECT_EQ(help.find("--gate"), std::string::npos);
}

TEST(BenchOptions, DatabaseFlags) {
  EXPECT_EQ(planned("--schema production").schema, engine::Schema::production);
  EXPECT_EQ(planned("--schema bench").schema, engine::Schema::bench);
  EXPECT_EQ(planned("--synchronous off").settings.synchronous, Synchronous::off);
  EXPECT_EQ(planned("--synchronous normal").settings.synchronous, Synchronous::normal);
  EXPECT_EQ(planned("--busy-timeout 250ms").settings.busy_timeout, 250ms);
  EXPECT_EQ(planned("--busy-timeout 0").settings.busy_timeout, 0ms);
  EXPECT_EQ(planned("--wal-autocheckpoint 0").settings.checkpoint.every_frames, 0);
  EXPECT_EQ(planned("--wal-autocheckpoint 7").settings.checkpoint.every_frames, 7);
  EXPECT_EQ(accepted("--keep-db some/file").keep_db, "some/file");
  EXPECT_EQ(accepted("--dir some/folder").scratch, "some/folder");
}

TEST(BenchOptions, OutputFlags) {
  EXPECT_EQ(accepted("--results elsewhere").results, "elsewhere");
  EXPECT_EQ(accepted("--progress always").progress, ProgressMode::always);
  EXPECT_EQ(accepted("--progress never").progress, ProgressMode::never);
  EXPECT_EQ(accepted("--progress auto").progress, ProgressMode::automatic);
  EXPECT_TRUE(accepted("--quiet").quiet);
  EXPECT_TRUE(accepted("--details").details);
  EXPECT_TRUE(accepted("--wall-profile").wall_profile);
  EXPECT_TRUE(accepted("--ceiling").plan.ceiling);
  EXPECT_EQ(accepted("--ack-log -").ack_log, "-");
  EXPECT_EQ(accepted("--ack-log some/acks").ack_log, "some/acks");
}

TEST(BenchOptions, RefusesWhatContradictsItself) {
  expect_refused({{"--profile zero --quick", "--quick: sets the delay of profile realistic"},
                  {"--profile zero --api-delay 1s", "--api-delay: sets the delay of profile"},
                  {"--profile realistic --quick --api-delay 1s", "cannot be combined with --quick"},
                  {"--connection shared --queue sqlite", "--connection shared needs --queue mutex"},
                  {"--strategy shared-connection --queue sqlite", "needs --queue mutex"}});
}

TEST(BenchOptions, RefusesUnknownFlags) {
  expect_refused({{"--nonsense", "--nonsense"}, {"extra", "extra"}, {"--fils 5", "--fils"}});
}

TEST(BenchOptions, ARefusalCannotSteerTheTerminal) {
  const std::string end = ending("--threads \x1b[31m");
  EXPECT_EQ(end.find('\x1b'), std::string::npos);
  EXPECT_NE(end.find("\\x1b[31m"), std::string::npos) << end;
}

TEST(BenchOptions, HelpNamesEveryExitCodeStrategyAndAxisValue) {
  const std::string help = ending("--help");
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
  const std::string version = ending("--version");
  EXPECT_TRUE(version.starts_with("0 bench (walbench) ")) << version;
  EXPECT_NE(version.find(", SQLite 3."), std::string::npos) << version;
  EXPECT_TRUE(version.ends_with("\n"));
}

}  // namespace
}  // namespace walbench::tools
