#include "metrics/comparison/run_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "metrics/statistics/histogram_bootstrap.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

using Histograms = std::vector<const Histogram*>;

/// True if a run's percentile is neither its largest nor its smallest sample, which depend
/// on how many samples there are.
bool run_reaches(double samples, double share) {
  constexpr double kOne = 1 - 1e-9;  // 0.1 % of 1,000, as computed, may miss 1 by a rounding
  return samples * share >= kOne && samples * (1 - share) >= kOne;
}

/// True if samples on both sides of the true percentile are likely.
bool samples_enclose(double samples, double share) {
  return std::pow(share, samples) < kChanceOfAnyMiss &&
         std::pow(1 - share, samples) < kChanceOfAnyMiss;
}

double samples_in(const Histograms& histograms) {
  double total = 0;
  for (const Histogram* const each : histograms) {
    total += static_cast<double>(each->total_count());
  }
  return total;
}

// ---- from how runs differ

/// In nanoseconds.
std::vector<RunFigure> percentile_figures(const Histograms& histograms, double percentile) {
  std::vector<RunFigure> figures;
  for (const Histogram* const each : histograms) {
    const std::int64_t ns = each->value_at_percentile(percentile);
    const std::int64_t width = each->highest_equivalent(ns) - each->lowest_equivalent(ns) + 1;
    figures.push_back({static_cast<double>(ns), static_cast<double>(width)});
  }
  return figures;
}

std::vector<RunFigure> at_least_1(std::vector<RunFigure> figures) {
  for (RunFigure& each : figures) {
    each.value = std::max(1.0, each.value);
  }
  return figures;
}

/// 0 where all of them are.
double geometric_mean(const std::vector<RunFigure>& figures) {
  const auto is_zero = [](const RunFigure& each) { return each.value == 0; };
  if (std::ranges::all_of(figures, is_zero)) return 0;
  double logarithms = 0;
  for (const RunFigure& each : at_least_1(figures)) {
    logarithms += std::log(each.value) / static_cast<double>(figures.size());
  }
  return std::exp(logarithms);
}

FigureChange change_of_repeats(const SegmentRuns& runs, double percentile, double chance_of_miss) {
  const std::vector<RunFigure> before = percentile_figures(runs.before, percentile);
  const std::vector<RunFigure> after = percentile_figures(runs.after, percentile);
  Change change = unpaired_change(at_least_1(before), at_least_1(after), chance_of_miss);
  if (!runs.has_enough_for(percentile)) change.interval.reset();
  FigureChange figure{.segment = runs.segment,
                      .percentile = percentile,
                      .stream = runs.stream,
                      .before = geometric_mean(before) / kNsPerMs,
                      .after = geometric_mean(after) / kNsPerMs,
                      .change = change,
                      .source = IntervalSource::repeats};
  figure.verdict = verdict_of(figure, Verdict::too_few_samples);
  return figure;
}

// ---- from how samples differ

/// All samples of one side.
struct Pooled {
  Histogram histogram;
  OccupiedElements samples;
  std::int64_t left_out = 0;  ///< because they do not fit the histogram of the first run
};

Pooled pool(const Histograms& histograms) {
  Histogram all = *histograms.front();
  std::int64_t left_out = 0;
  for (std::size_t run = 1; run < histograms.size(); ++run) {
    left_out += all.add(*histograms[run]);
  }
  OccupiedElements samples(all);
  return {std::move(all), std::move(samples), left_out};
}

double at_least_1_ns(std::int64_t ns) {
  return std::max(1.0, static_cast<double>(ns));
}

FigureChange change_of_pooled(const Pooled& before, const Pooled& after, const SegmentRuns& runs,
                              double percentile, double chance_of_miss) {
  const std::int64_t before_ns = before.histogram.value_at_percentile(percentile);
  const std::int64_t after_ns = after.histogram.value_at_percentile(percentile);
  const Change change{at_least_1_ns(after_ns) / at_least_1_ns(before_ns),
                      ratio_interval(percentile_spread(before.samples, percentile),
                                     percentile_spread(after.samples, percentile), chance_of_miss)};
  FigureChange figure{.segment = runs.segment,
                      .percentile = percentile,
                      .stream = runs.stream,
                      .before = static_cast<double>(before_ns) / kNsPerMs,
                      .after = static_cast<double>(after_ns) / kNsPerMs,
                      .change = change,
                      .source = IntervalSource::bootstrap};
  figure.verdict = verdict_of(figure, Verdict::too_few_samples);
  return figure;
}

// ---- throughput

/// The throughput of each run, as finely as its elapsed time was measured.
std::vector<RunFigure> throughputs_of(const std::vector<MeasuredRun>& runs) {
  std::vector<RunFigure> figures;
  for (const MeasuredRun& each : runs) {
    const double rate = each.configuration->transitions_per_second();
    figures.push_back({rate, rate / static_cast<double>(each.configuration->elapsed_ns)});
  }
  return figures;
}

/// The throughput of all runs as if they were one.
double overall_throughput(const std::vector<MeasuredRun>& runs) {
  double transitions = 0;
  double seconds = 0;
  for (const MeasuredRun& each : runs) {
    const ConfigurationResult& configuration = *each.configuration;
    transitions += configuration.transitions_per_second() * configuration.elapsed_seconds();
    seconds += configuration.elapsed_seconds();
  }
  return transitions / seconds;
}

}  // namespace

bool SegmentRuns::repeated() const {
  return before.size() >= kRunsForRepeats && after.size() >= kRunsForRepeats;
}

bool SegmentRuns::has_enough_for(double percentile) const {
  const double share = percentile / 100;
  if (!repeated()) {
    return samples_enclose(samples_in(before), share) && samples_enclose(samples_in(after), share);
  }
  const auto reaches = [share](const Histogram* each) {
    return run_reaches(static_cast<double>(each->total_count()), share);
  };
  return std::ranges::all_of(before, reaches) && std::ranges::all_of(after, reaches);
}

bool repeated(const MatchedRuns& runs) {
  return runs.before.size() >= kRunsForRepeats && runs.after.size() >= kRunsForRepeats;
}

std::vector<FigureChange> segment_changes(const SegmentRuns& runs,
                                          const std::vector<double>& percentiles,
                                          double chance_of_miss, std::vector<std::string>& notes) {
  std::vector<FigureChange> changes;
  if (runs.repeated()) {
    for (const double percentile : percentiles) {
      changes.push_back(change_of_repeats(runs, percentile, chance_of_miss));
    }
    return changes;
  }
  const Pooled before = pool(runs.before);
  const Pooled after = pool(runs.after);
  if (const std::int64_t left_out = before.left_out + after.left_out; left_out > 0) {
    notes.push_back(fmt::format("{}: {} samples do not fit the histogram of the first run",
                                segment_name(runs.stream, runs.segment), left_out));
  }
  for (const double percentile : percentiles) {
    changes.push_back(change_of_pooled(before, after, runs, percentile, chance_of_miss));
  }
  return changes;
}

FigureChange throughput_change(const MatchedRuns& runs, double chance_of_miss) {
  FigureChange figure;
  if (!repeated(runs)) {
    figure.before = overall_throughput(runs.before);
    figure.after = overall_throughput(runs.after);
    figure.change.ratio = figure.after / figure.before;
    figure.verdict = Verdict::too_few_runs;
    return figure;
  }
  const std::vector<RunFigure> before = throughputs_of(runs.before);
  const std::vector<RunFigure> after = throughputs_of(runs.after);
  figure.before = geometric_mean(before);
  figure.after = geometric_mean(after);
  figure.source = IntervalSource::repeats;
  figure.change = unpaired_change(before, after, chance_of_miss);
  figure.verdict = verdict_of(figure, Verdict::too_few_runs);
  return figure;
}

}  // namespace walbench::metrics
