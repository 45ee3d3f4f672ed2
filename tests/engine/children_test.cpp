// Silent bugs these tests would catch: a measurement that needs a process of its own and is made in
// this one all the same, with the SQLite that happens to be loaded; a ceiling of another library.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/ceiling.hpp"
#include "engine/study.hpp"
#include "tests/engine/fake_measurement.hpp"
#include "tests/support/measured_study.hpp"

namespace walbench::engine {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Gt;
using testing::SizeIs;

/// Notes what it is to measure, and measures it here.
class NotingChildren final : public ChildProcesses {
 public:
  metrics::ConfigurationResult measure(const ConfigurationPlan& plan, std::size_t index,
                                       const RunContext& context) override {
    measured.push_back(plan.library.file);
    return measure_configuration(plan, index, context);
  }
  double write_raw(const ConfigurationPlan& plan, std::int64_t group_size,
                   const RunContext& /*context*/) override {
    raw.push_back(plan.library.file);
    return 1000 * static_cast<double>(group_size);
  }

  std::vector<std::string> measured;
  std::vector<std::string> raw;
};

class Children : public FakeMeasurement<> {
 protected:
  Children() {
    other_ = plan_;
    other_.library.file = "/lib/other.so";
  }

  static MitigationPlan pairs(const ConfigurationPlan& baseline,
                              const ConfigurationPlan& mitigation, std::int64_t repeats) {
    MitigationPlan plan;
    plan.info.name = "library";
    plan.baseline = baseline;
    plan.mitigation = mitigation;
    plan.baseline.own_process = plan.mitigation.own_process = true;
    plan.repeats = repeats;
    return plan;
  }

  void study(const RunPlan& plan) {
    RunContext with_children = context();
    with_children.children = &children_;
    measure_all(plan, with_children, found_);
  }

  ConfigurationPlan other_;
  NotingChildren children_;
  test_support::MeasuredStudy found_;
};

TEST_F(Children, MeasureWhatNeedsAProcessOfItsOwnAndNothingElse) {
  RunPlan plan;
  plan.configurations = {plan_, other_};
  ConfigurationPlan without_statistics = plan_;
  without_statistics.memory_statistics = false;
  plan.configurations.push_back(without_statistics);
  study(plan);
  EXPECT_THAT(children_.measured, ElementsAre("/lib/other.so", ""));
  EXPECT_THAT(found_.configurations, SizeIs(3));
}

TEST_F(Children, MeasureBothSidesOfAPair) {
  RunPlan plan;
  plan.mitigations = {pairs(plan_, other_, 2)};
  study(plan);
  EXPECT_THAT(children_.measured, ElementsAre("", "/lib/other.so", "", "/lib/other.so"));
}

TEST_F(Children, MeasureTheCeilingOfTheirLibrary) {
  RunPlan plan;
  plan.configurations = {other_};
  plan.ceiling = true;
  study(plan);
  EXPECT_THAT(children_.raw, SizeIs(Gt(2U)));
  EXPECT_THAT(children_.raw, Each("/lib/other.so"));
  EXPECT_EQ(found_.configurations.front().ceiling->writes_per_second, 1000);
}

TEST_F(Children, HaveNoCeilingBesideThatOfTheFirstLibrary) {
  RunPlan plan;
  plan.configurations = {other_};
  plan.mitigations = {pairs(other_, plan_, 1)};
  plan.ceiling = true;
  study(plan);
  EXPECT_THAT(children_.raw, Each("/lib/other.so"));
  ASSERT_THAT(found_.mitigations, SizeIs(1));
  EXPECT_TRUE(found_.mitigations[0].baseline.pooled.ceiling.has_value());
  EXPECT_FALSE(found_.mitigations[0].mitigation.pooled.ceiling.has_value());
}

}  // namespace
}  // namespace walbench::engine
