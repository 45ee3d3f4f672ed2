// Silent bugs these tests would catch: a process of its own that measures something else than it
// was asked to, because part of its plan did not arrive.

#include "engine/process/messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/workload/script/builtin_scripts.hpp"
#include "storage/axes.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::engine {
namespace {

using namespace std::chrono_literals;

ConfigurationPlan handed_over(const ConfigurationPlan& plan) {
  Order order;
  order.plan = plan;
  const std::string bytes = to_bytes(order);
  const auto back = from_bytes<Order>(bytes);
  EXPECT_EQ(to_bytes(back), bytes);
  EXPECT_EQ(back.plan.planned(), plan.planned());
  return back.plan;
}

TEST(Plans, ArriveWithEveryValueOfEveryAxis) {
  storage::for_each_axis([](const auto& axis) {
    for (const auto& value : axis.values) {
      ConfigurationPlan plan;
      plan.axes.*axis.member = value.value;
      EXPECT_EQ(handed_over(plan).axes.*axis.member, value.value) << axis.name << value.name;
    }
  });
}

TEST(Plans, ArriveWithTheValuesThatStandInNoTable) {
  ConfigurationPlan plan;
  plan.axes.connection = storage::ConnectionAxis::pool(17);
  plan.axes.commit = storage::CommitAxis::batch(23);
  plan.axes.busy_handler = storage::BusyHandlerAxis::exponential(1234567ns, 59'999'999'999ns);
  EXPECT_EQ(handed_over(plan).axes, plan.axes);
  plan.axes.commit = storage::CommitAxis::group(29);
  plan.axes.busy_handler = storage::BusyHandlerAxis::constant(1001ns);
  EXPECT_EQ(handed_over(plan).axes, plan.axes);
}

TEST(Plans, ArriveWithEverySetting) {
  ConfigurationPlan plan;
  plan.settings.synchronous = storage::Synchronous::full;
  plan.settings.busy_timeout = 77ms;
  plan.settings.checkpoint = {storage::CheckpointMode::background, 31, 32,
                              storage::CheckpointKind::restart};
  plan.settings.perturbation = {33us, ~std::uint64_t{0}};
  plan.settings.pragmas = {{"cache_size", "-7"}, {"page_size", "8192"}};
  plan.library = {"/lib/other.so", "3.99.0", "an id", true};
  plan.memory_statistics = false;
  plan.own_process = true;
  const ConfigurationPlan back = handed_over(plan);
  EXPECT_EQ(back.settings.synchronous, plan.settings.synchronous);
  EXPECT_EQ(back.settings.busy_timeout, 77ms);
  EXPECT_EQ(back.settings.checkpoint, plan.settings.checkpoint);
  EXPECT_EQ(back.settings.perturbation.seed, ~std::uint64_t{0});
  EXPECT_EQ(back.settings.perturbation.longest, 33us);
  EXPECT_EQ(back.settings.pragmas, plan.settings.pragmas);
  EXPECT_EQ(back.library.file, "/lib/other.so");
  EXPECT_EQ(back.library.source_id, "an id");
  EXPECT_TRUE(back.library.wal_reset_bug);
  EXPECT_FALSE(back.memory_statistics);
}

TEST(Plans, ArriveWithEveryDelayOfTheApi) {
  for (const char* const text : {"0ns", "2s", "uniform:1ms,3ms", "exp:50ms", "lognormal:5ms,0.5"}) {
    ConfigurationPlan plan;
    plan.api_delay = ApiDelay::parse(text);
    plan.api_fail_rate = 0.1;
    const ConfigurationPlan back = handed_over(plan);
    EXPECT_EQ(back.api_delay, plan.api_delay) << text;
    EXPECT_EQ(back.api_fail_rate, 0.1);
  }
  EXPECT_EQ(handed_over({}).api_delay, ApiDelay());
  ConfigurationPlan constant;
  constant.api_delay = ApiDelay(1234567891ns);
  EXPECT_EQ(handed_over(constant).api_delay, constant.api_delay);
}

TEST(Plans, ArriveWithTheirScripts) {
  ScriptJob job;
  job.name = "odd";
  job.source = {.files = {{"odd.sql", "SELECT '\xff\xfe', :x;\n", 5}},
                .definitions = {{"x", "7"}},
                .scale = 11,
                .seed = 12};
  const CompiledScripts compiled = compile_scripts(job.source);
  ASSERT_THAT(compiled.problems, testing::IsEmpty());
  job.set = compiled.set;
  job.content.image = "/tmp/image.db";
  job.checks = {{"SELECT 1", "one is one"}};
  job.digest = "a digest";
  ConfigurationPlan plan;
  plan.scripts = std::make_shared<ScriptJob>(job);
  plan.retry = {3, 4ms};
  plan.duration = 5s;
  const ConfigurationPlan back = handed_over(plan);
  ASSERT_NE(back.scripts, nullptr);
  EXPECT_EQ(back.scripts->source.files.front().text, job.source.files.front().text);
  EXPECT_EQ(back.scripts->set.statement_texts().size(), 1U);
  EXPECT_EQ(back.scripts->set.scripts.front().weight, 5);
  EXPECT_EQ(back.scripts->set.seed, 12U);
  EXPECT_EQ(back.scripts->content.image, "/tmp/image.db");
  EXPECT_EQ(back.scripts->checks.front().meaning, "one is one");
  EXPECT_EQ(back.retry.delay, 4ms);
  EXPECT_EQ(handed_over({}).scripts, nullptr);
}

TEST(Messages, OfEveryOtherKindArrive) {
  const auto failure = from_bytes<Failure>(
      to_bytes(Failure{"it failed", Phase::verify, storage::Remedy::free_space}));
  EXPECT_EQ(failure.sentence, "it failed");
  EXPECT_EQ(failure.phase, Phase::verify);
  EXPECT_EQ(failure.remedy, storage::Remedy::free_space);
  const auto facts =
      from_bytes<storage::EngineFacts>(to_bytes(storage::EngineFacts{"3", "id", {"A", "B"}, true}));
  EXPECT_THAT(facts.compile_options, testing::ElementsAre("A", "B"));
  EXPECT_TRUE(facts.has_wal_reset_bug);
  const auto without = from_bytes<Measured>(to_bytes(Measured{"bytes", 5, std::nullopt}));
  EXPECT_EQ(without.result, "bytes");
  EXPECT_EQ(without.resident_peak_bytes, 5);
  EXPECT_FALSE(without.engine_peak_bytes.has_value());
  EXPECT_EQ(from_bytes<Measured>(to_bytes(Measured{"", 0, 6})).engine_peak_bytes, 6);
}

TEST(Messages, OfADatabaseForScriptsArrive) {
  Order order;
  order.work = Work::image;
  order.image = {{.files = {{"a.sql", "SELECT 1;", std::nullopt}}, .scale = 7},
                 {"setup.sql", "SELECT 2;", std::nullopt},
                 true,
                 "user.db",
                 "image.db"};
  const auto back = from_bytes<Order>(to_bytes(order));
  EXPECT_EQ(to_bytes(back), to_bytes(order));
  EXPECT_EQ(back.image.scripts.scale, 7);
  EXPECT_EQ(back.image.setup.text, "SELECT 2;");
  EXPECT_TRUE(back.image.has_pgbench_tables);
  EXPECT_EQ(back.image.user_database, "user.db");
  const auto made = from_bytes<MadeImage>(
      to_bytes(MadeImage{{{"a.sql", {3, 4}, "wrong"}}, storage::CopyReport{5, 6ns, true, 7ns}}));
  EXPECT_EQ(made.problems.front().text(), "a.sql:3:4: wrong");
  EXPECT_EQ(made.copied->longest_step, 7ns);
}

TEST(Messages, ThatAreSomethingElseAreRefused) {
  EXPECT_THROW(from_bytes<Order>("\x01"), RunFailed);
  EXPECT_THROW(from_bytes<Order>(to_bytes(Failure{"it failed", Phase::seed, {}})), RunFailed);
  const std::string whole = to_bytes(Order{});
  EXPECT_THROW(from_bytes<Order>(whole.substr(0, whole.size() / 2)), RunFailed);
}

}  // namespace
}  // namespace walbench::engine
