// Silent bugs these tests would catch: a curve under another configuration's name; figures of other
// programs on the same axis as milliseconds; a plot of a segment that its title does not name.

#include "tools/render/report_plots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace walbench::tools {
namespace {

using metrics::Segment;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr PlotStyle kStyle = {.width = 60, .height = 6};

metrics::ConfigurationResult configuration(const std::string& strategy, Segment segment) {
  metrics::ConfigurationResult result;
  result.planned.threads = 10;
  result.planned.profile = "zero";
  result.planned.strategy = strategy;
  metrics::Histogram histogram;
  EXPECT_TRUE(histogram.record(1'000'000, 100));
  result.segments.push_back({segment, std::move(histogram)});
  return result;
}

metrics::LoneDistribution exact(const std::string& path) {
  metrics::LoneDistribution lone{path, {}};
  lone.file.histogram.emplace();
  EXPECT_TRUE(lone.file.histogram->record(1'000'000, 100));
  lone.file.walbench_json = "{}";
  return lone;
}

metrics::LoneDistribution foreign(const std::string& path) {
  metrics::LoneDistribution lone{path, {}};
  lone.file.rows = {{5, 0, 1}, {7, 1, 100}};
  lone.file.total_count = 100;
  return lone;
}

TEST(PlotOfARun, ShowsEveryConfigurationOnOnePlotOfFsmNet) {
  metrics::LoadedRun run;
  run.configurations.push_back(configuration("per-file", Segment::fsm_net));
  run.configurations.push_back(configuration("fair-queue", Segment::fsm_net));
  const std::string text = plot_run(run, kStyle);
  EXPECT_TRUE(text.starts_with("fsm_net, ms by percentile\n")) << text;
  EXPECT_TRUE(text.ends_with("\n  * c=10 zero per-file   + c=10 zero fair-queue\n\n")) << text;
}

TEST(PlotOfARun, TakesTheFirstSegmentThereIsWhereFsmNetIsNot) {
  metrics::LoadedRun run;
  run.configurations.push_back(configuration("per-file", Segment::commit));
  run.configurations.push_back(configuration("fair-queue", Segment::lock_wait));
  const std::string text = plot_run(run, kStyle);
  EXPECT_TRUE(text.starts_with("lock_wait, ms by percentile\n")) << text;
  EXPECT_THAT(text, HasSubstr("fair-queue"));
  EXPECT_THAT(text, Not(HasSubstr("per-file"))) << "it has no such segment";
}

TEST(PlotOfARun, WithoutConfigurationsThereIsNone) {
  EXPECT_THAT(plot_run({}, kStyle), IsEmpty());
}

TEST(PlotOfLoneDistributions, IsOneForEachKind) {
  const std::string text = plot_lone({exact("a.hgrm"), foreign("b.hgrm"), exact("c.hgrm")}, kStyle);
  EXPECT_TRUE(text.starts_with("ms by percentile\n")) << text;
  EXPECT_THAT(text, HasSubstr("\n  * a.hgrm   + c.hgrm\n"
                              "\nunit of the file by percentile (approximate)\n"));
  EXPECT_TRUE(text.ends_with("\n  * b.hgrm\n\n")) << text;
}

TEST(PlotOfLoneDistributions, WithoutAnyThereIsNone) {
  EXPECT_THAT(plot_lone({}, kStyle), IsEmpty());
  EXPECT_TRUE(plot_lone({foreign("b.hgrm")}, kStyle).starts_with("unit of the file"));
}

}  // namespace
}  // namespace walbench::tools
