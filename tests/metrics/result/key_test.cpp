// Silent bugs these tests would catch: two configurations of a run that write to the same file; a
// name that changes although nothing varies; a name from a file that leaves its folder.

#include "metrics/result/key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "metrics/result/figures.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ConfigurationResult plan(std::int64_t threads = 10) {
  ConfigurationResult unmeasured;
  unmeasured.planned.threads = threads;
  unmeasured.planned.profile = "zero";
  unmeasured.planned.strategy = "per-file";
  unmeasured.planned.files = 818;
  unmeasured.settings.synchronous = "normal";
  unmeasured.settings.busy_timeout_ms = 5000;
  return unmeasured;
}

TEST(Key, IsThreadsProfileAndStrategyIfNothingElseVaries) {
  std::vector<ConfigurationResult> plans = {plan(1), plan(10), plan(50)};
  plans[1].planned.strategy = "group-commit";
  plans[1].planned.checkpoint = "background";  // Its strategy's own, so it does not vary within it.
  name_what_varies(plans);
  EXPECT_THAT(plans[1].planned.varied, IsEmpty());
  const Key key(plans[0].planned);
  EXPECT_EQ(key.label(), "c=1 zero per-file");
  EXPECT_EQ(key.file_part(), "c1-zero-per-file");
  EXPECT_EQ(key.selector(), "{threads=1,profile=zero,strategy=per-file}");
}

TEST(Key, NamesWhatVariesUnlessItIsTheStandard) {
  std::vector<ConfigurationResult> plans = {plan(), plan(), plan(50)};
  plans[1].planned.files = 2000;
  name_what_varies(plans);
  EXPECT_EQ(Key(plans[0].planned).label(), "c=10 zero per-file");
  EXPECT_EQ(Key(plans[1].planned).label(), "c=10 zero per-file files=2000");
  EXPECT_EQ(Key(plans[1].planned).file_part(), "c10-zero-per-file+files-2000");
  EXPECT_EQ(Key(plans[2].planned).label(), "c=50 zero per-file") << "nothing varies at 50 threads";
}

TEST(Key, NamesSettingsThatVary) {
  std::vector<ConfigurationResult> plans = {plan(), plan(), plan()};
  plans[1].settings.busy_timeout_ms = 250;
  plans[2].settings.busy_timeout_ms = 250;
  plans[2].settings.synchronous = "full";
  plans[2].planned.pragmas = "cache_size=-65536";
  name_what_varies(plans);
  EXPECT_EQ(Key(plans[0].planned).label(), "c=10 zero per-file");
  EXPECT_EQ(Key(plans[1].planned).label(), "c=10 zero per-file busy-timeout=250ms");
  EXPECT_EQ(Key(plans[2].planned).label(),
            "c=10 zero per-file pragma=cache_size=-65536 synchronous=full busy-timeout=250ms");
  EXPECT_EQ(Key(plans[2].planned).parts()[3], (KeyPart{"pragma", "cache_size=-65536"}));
}

// Every dimension that there is, each varied alone and two at a time.
TEST(Key, NoTwoUnlikePlansOfARunShareAName) {
  const auto altered = [](ConfigurationResult result, const Figure<ConfigurationResult>& figure) {
    const FigureValue value = figure.value(result);
    if (const auto* const text = std::get_if<std::string>(&value)) figure.set(result, *text + "x");
    if (const auto* const number = std::get_if<std::int64_t>(&value)) {
      figure.set(result, *number + 1);
    }
    if (std::holds_alternative<double>(value)) figure.set(result, 0.5);
    return result;
  };
  std::vector<ConfigurationResult> plans = {plan()};
  for (const Figure<ConfigurationResult>& figure : configuration_figures()) {
    if (figure.dimension.empty() || figure.name.find("axes.") == 0) continue;
    const std::size_t before = plans.size();
    for (std::size_t index = 0; index < before; ++index) {
      const ConfigurationResult other = altered(plans[index], figure);
      const bool same =
          other.planned == plans[index].planned && other.settings == plans[index].settings;
      if (!same && plans.size() < 500) plans.push_back(other);
    }
  }
  ASSERT_GT(plans.size(), 100U);
  name_what_varies(plans);
  std::set<std::string> files;
  std::set<std::string> labels;
  for (const ConfigurationResult& each : plans) {
    EXPECT_TRUE(files.insert(Key(each.planned).file_part()).second)
        << Key(each.planned).file_part();
    EXPECT_TRUE(labels.insert(Key(each.planned).label()).second) << Key(each.planned).label();
  }
}

TEST(Key, ItsFileNameHoldsNothingThatLeavesTheFolder) {
  ConfigurationPlanned hostile = plan().planned;
  hostile.profile = "../x";
  hostile.strategy = "a/b\n";
  hostile.varied = {"files=/etc", "no equals"};
  EXPECT_EQ(Key(hostile).file_part(), "c10-..-x-a-b-+files--etc+no-equals-");
  EXPECT_THAT(Key(hostile).parts().back(), (KeyPart{"no equals", ""}));
}

TEST(FileNames, OfLongTextsAreShortAndStillApart) {
  const std::string path = "/" + std::string(300, 'x') + "/libsqlite3.so.0";
  const std::string name = for_file_name(path);
  EXPECT_LE(name.size(), 60U);
  EXPECT_NE(name.find("-libsqlite3.so.0-"), std::string::npos) << name;
  EXPECT_NE(name, for_file_name("/y" + path));
  EXPECT_EQ(for_file_name(std::string(60, 'x')), std::string(60, 'x'));
}

}  // namespace
}  // namespace walbench::metrics
