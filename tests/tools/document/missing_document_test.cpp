// Silent bugs these tests would catch: a run that failed in part, was killed, or lacks files, and
// is shown like a whole one; conclusions from the half of it that is left.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "metrics/result/key.hpp"
#include "tests/support/documents.hpp"
#include "tests/support/example_set.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::LoadedRun;

class Missing : public testing::Test {
 protected:
  Missing() { mitigation().baseline.pooled.planned.strategy = "per-file"; }

  LoadedRun& run() { return set_.runs.front(); }
  metrics::MitigationResult& mitigation() { return run().mitigations.front(); }

  /// The sentences about what is missing.
  std::vector<std::string> said() const {
    const Reported reported(set_);
    for (const Section& section : reported.document.sections) {
      if (section.heading.starts_with("What is missing")) return sentences_of(section);
    }
    return {};
  }

  metrics::ResultSet set_ = example_set();
};

TEST_F(Missing, NothingIsSaidOfAWholeRun) {
  EXPECT_THAT(said(), testing::IsEmpty());
  run().complete = true;
  run().planned = {"something whose files were not given"};
  EXPECT_THAT(said(), testing::IsEmpty());
}

TEST_F(Missing, FailuresAndWhatWasNotMeasuredAreNamed) {
  run().failures = {{"c=2 zero per-file", "verify", "c=2 zero per-file: a row is wrong", {}, {}}};
  run().complete = false;
  run().planned = {"c=2 zero per-file",
                   metrics::configuration_label(mitigation().baseline.pooled.planned) + " -> " +
                       mitigation().info.name,
                   "c=50 zero per-file"};
  for (const ConfigurationResult& each : run().configurations) {
    run().planned.push_back(metrics::configuration_label(each.planned));
  }
  EXPECT_THAT(said(), testing::ElementsAre(
                          "Failed in phase 'verify': c=2 zero per-file: a row is wrong.",
                          "Run " + run().run_id +
                              " did not come to its end; not measured: c=50 zero per-file."));
}

TEST_F(Missing, NothingIsConcludedByHalves) {
  const metrics::Findings whole = metrics::analyse(run());
  EXPECT_TRUE(whole.bottleneck && whole.recommendation);
  for (ConfigurationResult* const of :
       {&run().configurations[0], &mitigation().baseline.pooled, &mitigation().mitigation.pooled}) {
    of->published = of->distributions();
    of->published.emplace_back("gone");
    const metrics::Findings part = metrics::analyse(run());
    EXPECT_FALSE(part.bottleneck || part.recommendation);
    EXPECT_TRUE(part.scaling.empty() && part.ranking.empty());
    const std::vector<std::string> told = said();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told[0], testing::EndsWith(
                             " files are missing: gone. Nothing is concluded from the others."));
    of->published.clear();
  }
}

}  // namespace
}  // namespace walbench::tools
