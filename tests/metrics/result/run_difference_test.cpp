// Silent bugs these tests would catch: runs of two machines, or of a run and half of one, compared
// as if only the program differed; a new version of SQLite that may not be compared with the old.

#include "metrics/result/run_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

template <typename Subject>
struct Alteration {
  const char* field;
  std::function<void(Subject&)> make;
};

TEST(PlanDifferences, AreNoneBetweenEqualPlans) {
  EXPECT_THAT(plan_differences(full_configuration(), full_configuration()), IsEmpty());
}

TEST(PlanDifferences, NameTheFieldAndBothValues) {
  ConfigurationResult other = full_configuration();
  other.planned.files = 50'000;
  other.settings.synchronous = "off";
  EXPECT_THAT(plan_differences(full_configuration(), other),
              ElementsAre("files (818 and 50000)", "synchronous (normal and off)"));
  other = full_configuration();
  other.settings.locking_mode.clear();
  EXPECT_THAT(plan_differences(other, full_configuration()),
              ElementsAre("locking_mode (none and exclusive)"));
}

TEST(PlanDifferences, AreOfEverythingThatIsSet) {
  using Result = ConfigurationResult;
  const std::vector<Alteration<Result>> alterations = {
      {"files", [](Result& each) { ++each.planned.files; }},
      {"transitions per file", [](Result& each) { ++each.planned.transitions_per_file; }},
      {"warm-up files", [](Result& each) { ++each.planned.warmup_files; }},
      {"schema", [](Result& each) { each.planned.schema += "!"; }},
      {"API delay", [](Result& each) { each.planned.api_delay += "!"; }},
      {"API fail rate", [](Result& each) { each.planned.api_fail_rate = 0.5; }},
      {"checkpoint", [](Result& each) { each.planned.checkpoint += "!"; }},
      {"checkpoint every", [](Result& each) { ++each.planned.checkpoint_every_frames; }},
      {"WAL cap", [](Result& each) { ++each.planned.wal_cap_frames; }},
      {"journal_mode", [](Result& each) { each.settings.journal_mode += "!"; }},
      {"synchronous", [](Result& each) { each.settings.synchronous += "!"; }},
      {"busy_timeout", [](Result& each) { ++each.settings.busy_timeout_ms; }},
      {"wal_autocheckpoint", [](Result& each) { ++each.settings.wal_autocheckpoint_frames; }},
      {"page_size", [](Result& each) { ++each.settings.page_size_bytes; }},
      {"cache_size", [](Result& each) { ++each.settings.cache_size; }},
      {"locking_mode", [](Result& each) { each.settings.locking_mode += "!"; }}};
  for (const auto& [field, make] : alterations) {
    ConfigurationResult other = full_configuration();
    make(other);
    EXPECT_THAT(plan_differences(full_configuration(), other),
                ElementsAre(testing::StartsWith(field)));
  }
}

TEST(PlanDifferences, AreNotWhatWasMeasured) {
  ConfigurationResult other = full_configuration();
  other.elapsed_ns *= 2;
  other.wal.frames += 1;
  EXPECT_THAT(plan_differences(full_configuration(), other), IsEmpty());
}

TEST(IdentityDifferences, AreOfThreadsProfileStrategyAndAxes) {
  ConfigurationPlanned other = full_configuration().planned;
  EXPECT_THAT(identity_differences(full_configuration().planned, other), IsEmpty());
  other.strategy = "another";
  other.queue = "another queue";
  EXPECT_THAT(
      identity_differences(full_configuration().planned, other),
      ElementsAre("strategy (a strategy and another)", "queue (a queue and another queue)"));
}

TEST(HostDifferences, AreOfMachineDiskAndBuild) {
  const std::vector<Alteration<Environment>> alterations = {
      {"build_type", [](Environment& each) { each.build_type = "Debug"; }},
      {"sanitizers", [](Environment& each) { each.sanitizers = "address"; }},
      {"cpu_model", [](Environment& each) { each.cpu_model += "!"; }},
      {"cpu_count", [](Environment& each) { ++each.cpu_count; }},
      {"cpu_governor", [](Environment& each) { each.cpu_governor += "!"; }},
      {"file_system", [](Environment& each) { each.file_system = "tmpfs"; }},
      {"rotates", [](Environment& each) { each.rotates = "yes"; }}};
  const Environment one = full_run().environment;
  for (const auto& [field, make] : alterations) {
    Environment other = one;
    make(other);
    EXPECT_THAT(host_differences(one, other), ElementsAre(testing::StartsWith(field)));
    EXPECT_THAT(told_differences(one, other), IsEmpty());
  }
}

TEST(ToldDifferences, AreOfVersionsAndWhatContainersHaveOfTheirOwn) {
  const std::vector<Alteration<Environment>> alterations = {
      {"walbench_version", [](Environment& each) { each.walbench_version += "!"; }},
      {"compiler", [](Environment& each) { each.compiler += "!"; }},
      {"sqlite_version", [](Environment& each) { each.sqlite_version += "!"; }},
      {"sqlite_source_id", [](Environment& each) { each.sqlite_source_id += "!"; }},
      {"sqlite_compile_options",
       [](Environment& each) { each.sqlite_compile_options.emplace_back("A_THIRD"); }},
      {"onetbb_version", [](Environment& each) { each.onetbb_version += "!"; }},
      {"kernel", [](Environment& each) { each.kernel += "!"; }},
      {"mount_options", [](Environment& each) { each.mount_options += "!"; }}};
  const Environment one = full_run().environment;
  for (const auto& [field, make] : alterations) {
    Environment other = one;
    make(other);
    EXPECT_THAT(told_differences(one, other), ElementsAre(testing::StartsWith(field)));
    EXPECT_THAT(host_differences(one, other), IsEmpty());
  }
}

TEST(ToldDifferences, AreNotLoadAndCosts) {
  const Environment one = full_run().environment;
  Environment other = one;
  other.load_average_1min += 1;
  other.self_cost.clock_read_ns += 1;
  EXPECT_THAT(told_differences(one, other), IsEmpty());
  EXPECT_THAT(host_differences(one, other), IsEmpty());
}

}  // namespace
}  // namespace walbench::metrics
