// Silent bugs these tests would catch: a change that is measured with something else changed, too,
// or with nothing; two changes that are filed under one name; a setting that one configuration of a
// list has and its neighbour not, or that is silently overridden; a risk that is not told.

#include "tools/bench/change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "metrics/result/key.hpp"
#include "storage/settings.hpp"
#include "tests/tools/bench/parsed_bench.hpp"

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using engine::ConfigurationPlan;
using engine::MitigationPlan;
using storage::Axes;
using storage::Pragma;
using storage::Synchronous;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<MitigationPlan> tried(const std::string& options) {
  return accepted("--threads 10 --profile zero --strategy pooled-connection " + options)
      .plan.mitigations;
}

MitigationPlan only_one_tried(const std::string& options) {
  const std::vector<MitigationPlan> all = tried(options);
  EXPECT_EQ(all.size(), 1U) << options;
  return all.empty() ? MitigationPlan{} : all.front();
}

std::vector<std::string> labels(const std::vector<ConfigurationPlan>& plans) {
  std::vector<std::string> all;
  for (const ConfigurationPlan& each : plans) {
    all.push_back(metrics::configuration_label(each.planned()));
  }
  return all;
}

TEST(Changes, ChangeNothingButWhatTheyName) {
  const MitigationPlan handler = only_one_tried("--try busy-handler=constant:1ms");
  Axes axes = handler.baseline.axes;
  axes.busy_handler = storage::BusyHandlerAxis::constant(1ms);
  EXPECT_EQ(handler.mitigation.axes, axes);
  EXPECT_EQ(handler.mitigation.settings.synchronous, Synchronous::normal);
  EXPECT_EQ(handler.mitigation.strategy, "constant-retry") << "axes that have a name";

  const MitigationPlan full = only_one_tried("--try synchronous=full");
  EXPECT_EQ(full.mitigation.axes, full.baseline.axes);
  EXPECT_EQ(full.mitigation.settings.synchronous, Synchronous::full);
  EXPECT_EQ(full.baseline.settings.synchronous, Synchronous::normal);

  EXPECT_EQ(only_one_tried("--try busy-timeout=250ms").mitigation.settings.busy_timeout, 250ms);
  EXPECT_EQ(only_one_tried("--try busy_timeout=250").mitigation.settings.busy_timeout, 250ms);

  const MitigationPlan cache = only_one_tried("--try cache_size=-65536");
  EXPECT_THAT(cache.mitigation.settings.pragmas, ElementsAre(Pragma{"cache_size", "-65536"}));
  EXPECT_THAT(cache.baseline.settings.pragmas, IsEmpty());
}

TEST(Changes, SeveralMayChangeTogether) {
  const MitigationPlan both = only_one_tried("--try queue=fifo,synchronous=off,mmap_size=0");
  EXPECT_EQ(both.mitigation.axes.queue, storage::QueueAxis::fifo);
  EXPECT_EQ(both.mitigation.settings.synchronous, Synchronous::off);
  EXPECT_EQ(both.info.name, "queue-fifo+synchronous-off+mmap_size-0");
  EXPECT_EQ(both.info.kind, "code") << "the deepest of a code and two settings";
  EXPECT_EQ(both.info.risk, "a power failure can damage the database");
  EXPECT_FALSE(both.info.recommendable);
}

TEST(Changes, BringWhatTheyNeed) {
  const MitigationPlan shared = only_one_tried("--try connection=shared");
  EXPECT_EQ(shared.mitigation.axes.queue, storage::QueueAxis::mutex) << "the usual one";
  EXPECT_EQ(only_one_tried("--try connection=shared,queue=fifo").mitigation.axes.queue,
            storage::QueueAxis::fifo);
}

TEST(Changes, AreOfTheKindOfTheirAxis) {
  const auto kind = [](const std::string& change) {
    return only_one_tried("--try " + change).info.kind;
  };
  EXPECT_EQ(kind("busy-handler=constant:2ms"), "setting");
  EXPECT_EQ(kind("synchronous=full"), "setting");
  EXPECT_EQ(kind("cache_size=7"), "setting");
  EXPECT_EQ(kind("connection=pool:3"), "pool");
  EXPECT_EQ(kind("begin=immediate"), "code");
  EXPECT_EQ(kind("guard=version"), "code");
  EXPECT_EQ(kind("connection=shared,begin=immediate,commit=group"), "architecture");
}

TEST(Changes, TellWhatTheyRisk) {
  const auto info = [](const std::string& change) {
    return only_one_tried("--try " + change).info;
  };
  EXPECT_EQ(info("connection=shared,commit=batch:7").risk,
            "transitions are acknowledged before they are durable: a crash loses up to 6 of them");
  EXPECT_FALSE(info("connection=shared,commit=batch:7").recommendable);
  EXPECT_EQ(info("cache_size=7").risk, "none to data");
  EXPECT_TRUE(info("cache_size=7").recommendable);
  EXPECT_EQ(info("foreign_keys=0").risk, "what PRAGMA foreign_keys risks");
  EXPECT_FALSE(info("foreign_keys=0").recommendable);
}

TEST(Changes, StandAmongStrategiesByTheirEffortAndCountAsMeasuredTogether) {
  std::vector<std::string> names;
  for (const MitigationPlan& each :
       tried("--try begin=immediate --try fair-queue --mitigation group-commit,batch")) {
    names.push_back(each.info.name);
    EXPECT_EQ(each.info.measured_together, 4);
  }
  EXPECT_THAT(names, ElementsAre("begin-immediate", "fair-queue", "group-commit", "batch"));
}

TEST(Changes, MayBeWhatIsTheSameInAWholeProcess) {
  const MitigationPlan library = only_one_tried("--try library=/opt/sqlite/a.so");
  EXPECT_EQ(library.info.name, "library-opt-sqlite-a.so");
  EXPECT_EQ(library.info.kind, "setting");
  EXPECT_TRUE(library.info.recommendable);
  EXPECT_EQ(library.mitigation.library.source_id, "the id of /opt/sqlite/a.so");
  EXPECT_EQ(library.mitigation.planned().library, "/opt/sqlite/a.so");
  EXPECT_EQ(library.baseline.planned().library, "");
  EXPECT_EQ(metrics::configuration_label(library.mitigation.planned()),
            "c=10 zero pooled-connection library=/opt/sqlite/a.so");
  const MitigationPlan memory = only_one_tried("--try memory-statistics=off,cache_size=7");
  EXPECT_FALSE(memory.mitigation.memory_statistics);
  EXPECT_TRUE(memory.baseline.memory_statistics);
}

// One with fresh memory and one without would be unlike for another reason.
TEST(Changes, HaveBothSidesInProcessesOfTheirOwnOrNone) {
  for (const char* const change : {"library=/a.so", "memory-statistics=off"}) {
    const MitigationPlan pair = only_one_tried(std::string("--try ") + change);
    EXPECT_TRUE(pair.baseline.needs_own_process()) << change;
    EXPECT_TRUE(pair.mitigation.needs_own_process()) << change;
  }
  EXPECT_FALSE(only_one_tried("--try synchronous=full").baseline.needs_own_process());
  const BenchOptions all = accepted("--threads 2 --library /a.so --try group-commit");
  for (const ConfigurationPlan* const each : all.plan.measurements()) {
    EXPECT_TRUE(each->needs_own_process());
    EXPECT_EQ(each->library.file, "/a.so");
  }
  EXPECT_EQ(all.library.engine.version, "3.99.0");
}

TEST(Changes, HaveKeysOfTheirOwn) {
  const MitigationPlan full = only_one_tried("--try synchronous=full,cache_size=7");
  EXPECT_EQ(metrics::configuration_label(full.baseline.planned()), "c=10 zero pooled-connection");
  EXPECT_EQ(metrics::configuration_label(full.mitigation.planned()),
            "c=10 zero pooled-connection pragma=cache_size=7 synchronous=full");
}

TEST(Changes, ThatCannotBeAreRefused) {
  expect_refused(
      {{"--try colour", "--try: 'colour' is not one of per-file"},
       {"--try busy-handler=5", "--try: busy-handler '5' is not one of sqlite, constant:1ms"},
       {"--try busy-handlr=sqlite", "--try: 'busy-handlr' is neither an axis nor a setting"},
       {"--try memory-statistics=maybe", "--try: 'maybe' is not one of on, off"},
       {"--try memory-statistics=on", "memory-statistics-on is as the baseline is already"},
       {"--try library=/missing.so", "--try: '/missing.so' is not there"},
       {"--library /a.so --try library=/a.so", "--try: library-a.so is as the baseline is already"},
       {"--library /missing.so", "--library: '/missing.so' is not there"},
       {"--library /a.so --wall-profile", "--wall-profile: samples what bench itself does"},
       {"--try memory-statistics=off --wall-profile", "in a process of its own"},
       {"--try synchronous=extra", "--try: 'extra' is not one of off, normal, full"},
       {"--try busy-timeout=5", "--try: '5' has no unit"},
       {"--try busy_timeout=5s", "--try: '5s' is not a whole number"},
       {"--try cache_size=1;drop", "--try: '1;drop' is no value of a PRAGMA"},
       {"--try cache_size=", "--try: '' is no value of a PRAGMA"},
       {"--try =5", "--try: '' is neither an axis nor a setting"},
       {"--try journal_mode=delete", "--try: journal_mode stays as it is"},
       {"--try wal_autocheckpoint=5", "--try: write --wal-autocheckpoint instead"},
       {"--try batch,synchronous=full", "--try: 'batch' is not AXIS=VALUE"},
       {"--try synchronous=full,synchronous=off", "--try: synchronous is named twice"},
       {"--try begin=deferred", "--try: begin-deferred is as the baseline is already"},
       {"--try synchronous=full --try synchronous=full", "--try: synchronous-full is named twice"},
       {"--try begin=immediate --try begin-immediate", "--try: begin-immediate is named twice"},
       {"--try commit=batch:3", "--try: commit-batch-3: --commit batch:N needs --connection"}});
}

TEST(SettingsInALotOfValues, AreMeasuredEachWithEach) {
  const std::vector<ConfigurationPlan> plans =
      accepted("--threads 2 --profile zero --busy-timeout 50ms,5s --synchronous normal,full")
          .plan.configurations;
  EXPECT_THAT(labels(plans), ElementsAre("c=2 zero per-file busy-timeout=50ms", "c=2 zero per-file",
                                         "c=2 zero per-file synchronous=full busy-timeout=50ms",
                                         "c=2 zero per-file synchronous=full"));
  EXPECT_EQ(plans[0].settings.busy_timeout, 50ms);
  EXPECT_EQ(plans[2].settings.synchronous, Synchronous::full);
  expect_refused({{"--busy-timeout 5s,5000ms", "--busy-timeout: 5s is named twice"},
                  {"--synchronous full,", "--synchronous: '' is not one of off"}});
}

TEST(SettingsInALotOfValues, TheBaselineOfChangesHasTheFirst) {
  const MitigationPlan plan = only_one_tried("--busy-timeout 50ms,5s --try fair-queue");
  EXPECT_EQ(plan.baseline.settings.busy_timeout, 50ms);
  EXPECT_EQ(plan.mitigation.settings.busy_timeout, 50ms);
}

TEST(Pragmas, AreSetInEveryMeasurement) {
  const BenchOptions options = accepted(
      "--threads 1,2 --profile zero --pragma cache_size=-65536 --pragma page_size=8192 "
      "--try fair-queue");
  std::vector<ConfigurationPlan> all = options.plan.configurations;
  all.push_back(options.plan.mitigations.front().baseline);
  all.push_back(options.plan.mitigations.front().mitigation);
  for (const ConfigurationPlan& each : all) {
    EXPECT_THAT(each.settings.pragmas,
                ElementsAre(Pragma{"cache_size", "-65536"}, Pragma{"page_size", "8192"}));
    EXPECT_EQ(each.planned().pragmas, "cache_size=-65536+page_size=8192");
  }
  EXPECT_THAT(labels(options.plan.configurations),
              ElementsAre("c=1 zero per-file", "c=2 zero per-file"))
      << "what does not vary is not named";
}

TEST(Pragmas, ThatAreOptionsAreTheSameAsThese) {
  const ConfigurationPlan plan = planned("--pragma busy_timeout=700 --pragma synchronous=full");
  EXPECT_EQ(plan.settings.busy_timeout, 700ms);
  EXPECT_EQ(plan.settings.synchronous, Synchronous::full);
  EXPECT_THAT(plan.settings.pragmas, IsEmpty());
  expect_refused(
      {{"--pragma synchronous=full --synchronous off",
        "--pragma: synchronous is set by its option already"},
       {"--pragma busy_timeout=5 --busy-timeout 1s", "--pragma: busy_timeout is set by its option"},
       {"--pragma cache_size=5 --pragma cache_size=6", "--pragma: cache_size is named twice"},
       {"--pragma cache_size", "--pragma: 'cache_size' is not NAME=VALUE"},
       {"--pragma library=/a.so", "--pragma: 'library' is no PRAGMA"},
       {"--pragma begin=immediate", "--pragma: 'begin' is no PRAGMA"},
       {"--pragma busy-timeout=5s", "--pragma: 'busy-timeout' is no PRAGMA"}});
}

}  // namespace
}  // namespace walbench::tools
